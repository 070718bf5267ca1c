/** Where LibTorch is looked for, in which order, and what an installation may leave behind. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  load,
  silentReporter,
  temporaryFolder,
  writeFiles,
  writeLibTorch,
  writeProgram,
  type Context,
  type Location,
  type SetupError,
} from './support.js';

async function ensureLibTorch(context: Context): Promise<Location> {
  const module = await load<{ ensureLibTorch: typeof ensureLibTorch }>('libtorch.mjs');
  return module.ensureLibTorch(context);
}

/** A project whose PATH holds only the programs that the test puts into `bin`. */
async function project(t: ExecutionContext, options: Partial<Context> = {}) {
  const root = realpathSync(temporaryFolder(t));
  const bin = join(root, 'bin');
  mkdirSync(bin);
  const { report, text } = await silentReporter();
  const context: Context = {
    root,
    home: join(root, '.libtorch'),
    env: { PATH: bin },
    report,
    command: 'npm run setup',
    offline: true,
    ...options,
  };
  return { root, bin, context, text };
}

/** A python3 that says where its torch is, and whose pip runs `pip` with $target set. */
function writePython(bin: string, torch: string | null, pip = 'exit 1'): void {
  const answer = { executable: join(bin, 'python3'), prefix: bin, version: '3.12.1', torch };
  const findTarget = 'while [ "$1" != --target ]; do shift; done; target=$2';
  writeProgram(
    bin,
    'python3',
    `if [ "$1" = -c ]; then echo '${JSON.stringify(answer)}'; exit; fi
echo "$@" >> '${bin}/pip-calls'
${findTarget}
${pip}`,
  );
}

const copyTo = (from: string) => `/bin/cp -r '${from}' "$target/torch"`;

function failure(t: ExecutionContext, context: Context): Promise<SetupError> {
  return t.throwsAsync<SetupError>(ensureLibTorch(context));
}

test('LIBTORCH comes before everything else', async (t) => {
  const { root, bin, context } = await project(t);
  const chosen = writeLibTorch(join(root, 'chosen'), '2.12.0');
  writeLibTorch(join(context.home, 'cpu/torch'));
  writePython(bin, writeLibTorch(join(root, 'python')));
  context.env['LIBTORCH'] = chosen;
  const location = await ensureLibTorch(context);
  t.like(location, { path: chosen, version: '2.12.0', cuda: false, source: 'LIBTORCH' });
});

test('an unusable LIBTORCH is skipped with a reason, and the search goes on', async (t) => {
  const { root, context, text } = await project(t);
  context.env['LIBTORCH'] = writeLibTorch(join(root, 'old'), '2.1.0');
  const installed = writeLibTorch(join(context.home, 'cpu/torch'));
  rmSync(join(context.home, 'location.json'), { force: true });
  t.is((await ensureLibTorch(context)).path, installed);
  t.regex(text(), /LibTorch +2\.13\.0 \(CPU\) in \.libtorch\/cpu\/torch/);
});

test('what an earlier run found is used again, without a word of trace or a write', async (t) => {
  const { root, bin, context, text } = await project(t);
  writePython(bin, writeLibTorch(join(root, 'python')));
  const first = await ensureLibTorch(context);
  const stored = join(context.home, 'location.json');
  const before = statSync(stored).mtimeMs;
  const printed = text();
  t.regex(printed, /LIBTORCH: skipped, not set/);
  t.deepEqual(await ensureLibTorch(context), first);
  t.is(statSync(stored).mtimeMs, before);
  t.is(text().slice(printed.length).trim().split('\n').length, 1);
});

test('an earlier location that is gone is looked for anew', async (t) => {
  const { root, bin, context } = await project(t);
  writeFiles(context.home, { 'location.json': JSON.stringify({ path: join(root, 'gone') }) });
  const torch = writeLibTorch(join(root, 'python'));
  writePython(bin, torch);
  t.is((await ensureLibTorch(context)).path, torch);
});

test('a location file that is broken is not believed', async (t) => {
  const { root, bin, context } = await project(t);
  writeFiles(context.home, { 'location.json': '{"path": "/trunc' });
  const torch = writeLibTorch(join(root, 'python'));
  writePython(bin, torch);
  t.is((await ensureLibTorch(context)).path, torch);
});

test('--libtorch is the only place looked at', async (t) => {
  const { root, context } = await project(t, { libtorch: '/nowhere' });
  context.env['LIBTORCH'] = writeLibTorch(join(root, 'chosen'));
  const { message } = await failure(t, context);
  t.regex(message, /--libtorch: skipped, the folder does not exist/);
  t.notRegex(message, /LIBTORCH/);
});

test('a Python that hangs is left after its time limit', async (t) => {
  const { bin, context } = await project(t);
  writeProgram(bin, 'python3', '/bin/sleep 60');
  const { findPythons } = await load<{
    findPythons: (env: Context['env'], limit: number) => Promise<{ reason?: string }[]>;
  }>('python.mjs');
  const [python] = await findPythons(context.env, 300);
  t.regex(python?.reason ?? '', /took longer than/);
});

test('torch is located without being imported', async (t) => {
  const { root, context } = await project(t);
  writeFiles(root, { 'site/torch/__init__.py': 'raise SystemExit("imported")' });
  context.env = { PATH: process.env['PATH'], PYTHONPATH: join(root, 'site') };
  const { findPythons } = await load<{
    findPythons: (env: Context['env']) => Promise<{ executable?: string; torch?: string }[]>;
  }>('python.mjs');
  const pythons = (await findPythons(context.env)).filter(({ executable }) => executable);
  if (pythons.length === 0) t.log('skipped: no Python on PATH');
  for (const { torch } of pythons) t.is(torch, join(root, 'site/torch'));
  t.pass();
});

test('pip brings the CPU wheel without its Python dependencies, pruned to what C++ needs', async (t) => {
  const { root, bin, context } = await project(t);
  const wheel = writeLibTorch(join(root, 'wheel'), '2.13.0+cpu');
  writeFiles(wheel, { 'nn/modules.py': '', 'lib/libtorch_python.so': '', 'version.py': '' });
  writePython(bin, null, `${copyTo(wheel)}; /bin/mkdir "$target/sympy"`);
  const { path, version } = await ensureLibTorch(context);
  t.is(path, join(context.home, 'cpu/torch'));
  t.is(version, '2.13.0+cpu');
  t.deepEqual(readdirSync(join(context.home, 'cpu')), ['torch']);
  t.deepEqual(readdirSync(path), ['include', 'lib', 'version.py']);
  t.false(existsSync(join(path, 'lib/libtorch_python.so')));
  t.regex(
    readFileSync(join(bin, 'pip-calls'), 'utf8'),
    /--no-index --no-deps torch==2\.13\.0\+cpu/,
  );
});

test('a CUDA wheel where a CPU wheel was asked for is not kept', async (t) => {
  const { root, bin, context } = await project(t);
  writePython(bin, null, copyTo(writeLibTorch(join(root, 'wheel'), '2.13.0', true)));
  t.regex((await failure(t, context)).message, /a CUDA build arrived, a CPU build was asked for/);
  t.false(existsSync(join(context.home, 'cpu')));
});

/** What CUDA releases of torch ask for, by the names of PyPI. */
const cudaMetadata = `Name: torch
Requires-Dist: sympy>=1.13.3
Requires-Dist: cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"
Requires-Dist: cuda-bindings<14,>=13.0.3; platform_system == "Linux"
Requires-Dist: nvidia-nccl-cu13==2.29.7; platform_system == "Linux"
Requires-Dist: triton==3.7.1; platform_system == "Linux"
Requires-Dist: optree>=0.13.0; extra == "optree"
`;

/** A pip that brings a CUDA wheel of `version` when asked for torch by `requirement`, and then what else it is asked for. */
function cudaPip(root: string, version: string, requirement: string): string {
  const wheel = writeLibTorch(join(root, 'wheel'), version, true);
  const info = join(root, 'info');
  writeFiles(info, { METADATA: cudaMetadata });
  return `for last; do :; done
case $last in
  '${requirement}') ${copyTo(wheel)}; /bin/cp -r '${info}' "$target/torch-${version}.dist-info";;
  nvidia-*) /bin/mkdir "$target/nvidia" "$target/cuda_toolkit";;
  *) echo "ERROR: No matching distribution found" >&2; exit 1;;
esac`;
}

const pipCalls = (bin: string): string[] => {
  return readFileSync(join(bin, 'pip-calls'), 'utf8').trim().split('\n');
};

test('--cuda passes over CPU builds and brings CUDA with all its headers, but nothing of Python', async (t) => {
  const { root, bin, context } = await project(t, { cuda: true });
  writeLibTorch(join(context.home, 'cpu/torch'));
  writePython(bin, null, cudaPip(root, '2.13.0', 'torch===2.13.0'));
  const location = await ensureLibTorch(context);
  t.like(location, { path: join(context.home, 'cuda/torch'), cuda: true });
  const installed = readdirSync(join(context.home, 'cuda'));
  t.deepEqual(installed, ['nvidia', 'torch', 'torch-2.13.0.dist-info']);
  const [torch = '', libraries = '', ...others] = pipCalls(bin);
  t.regex(torch, /--no-deps torch===2\.13\.0$/);
  t.regex(
    libraries,
    /cuda-toolkit\[crt,cccl,cublas,cudart\]==13\.0\.3; .* nvidia-nccl-cu13==2\.29\.7; /,
  );
  t.notRegex(libraries, /--no-deps|triton|sympy|bindings|optree/);
  t.deepEqual(others, []);
});

test('where no CUDA build of our release is to be had, the nearest minor that compiles is taken', async (t) => {
  const { root, bin, context, text } = await project(t, { cuda: true });
  writePython(bin, null, cudaPip(root, '2.12.1', 'torch==2.12.*'));
  t.like(await ensureLibTorch(context), { version: '2.12.1', cuda: true });
  t.regex(text(), /LibTorch +2\.12\.1 \(CUDA\) in \.libtorch\/cuda\/torch/);
  const asked = pipCalls(bin).map((call) => /torch=+\S+/.exec(call)?.[0]);
  t.deepEqual(asked.slice(0, 3), ['torch===2.13.0', 'torch==2.14.*', 'torch==2.12.*']);
});

test('one release can be asked for; then no other does, and set-up keeps what it had', async (t) => {
  const { root, bin, context } = await project(t, {
    ...{ cuda: true, version: '2.11.0', remember: false },
  });
  context.env['LIBTORCH'] = writeLibTorch(join(root, 'newer'), '2.13.0+cu130', true);
  writePython(bin, null, cudaPip(root, '2.11.0+cu130', 'torch===2.11.0'));
  t.is((await ensureLibTorch(context)).version, '2.11.0+cu130');
  t.false(existsSync(join(context.home, 'location.json')));

  writePython(bin, null, cudaPip(root, '2.12.0', 'torch==2.12.*'));
  rmSync(join(context.home, 'cuda'), { recursive: true });
  const { message, remedies } = await failure(t, context);
  t.regex(message, /LIBTORCH: skipped, it is 2\.13\.0\+cu130 and 2\.11\.0 was asked for/);
  t.regex(message, /pip wheel.*No matching distribution found/);
  t.regex(remedies[0] ?? '', /pip install torch==2\.11\.0 &&/);
});

test('an interrupted installation is never taken for a whole one', async (t) => {
  const { root, bin, context } = await project(t);
  writeLibTorch(join(context.home, 'incoming-4242/torch'));
  const wheel = writeLibTorch(join(root, 'wheel'), '2.13.0+cpu');
  rmSync(join(wheel, 'lib/libtorch.so'));
  writePython(bin, null, `${copyTo(wheel)}; kill -9 $$`);
  t.regex((await failure(t, context)).message, /pip wheel.*ended by SIGKILL/);
  t.deepEqual(readdirSync(context.home), ['pip.log']);
});

test('--offline keeps pip from its indexes and the zip from being asked for', async (t) => {
  const { bin, context } = await project(t);
  writePython(bin, null, 'echo "ERROR: No matching distribution found" >&2; exit 1');
  const { message } = await failure(t, context);
  t.regex(
    message,
    /pip wheel \(local wheels\): skipped, exit code 1: No matching distribution found/,
  );
  t.regex(message, /pytorch\.org zip: skipped, --offline was given/);
  t.is(readFileSync(join(bin, 'pip-calls'), 'utf8').trim().split('\n').length, 1);
});

test('when nothing is found, every attempt is told and three remedies are given', async (t) => {
  const { context } = await project(t);
  const { message, remedies } = await failure(t, context);
  t.deepEqual(message.split('\n').slice(1), [
    '  LIBTORCH: skipped, not set',
    '  earlier run: skipped, none',
    "  a Python's torch: skipped, no python3 or python on PATH",
    '  pip wheel: skipped, no python3 or python on PATH',
    '  pytorch.org zip: skipped, --offline was given',
  ]);
  t.is(remedies.length, 3);
  for (const remedy of remedies) t.regex(remedy, /npm run setup( +#|$)/);
});

test('--force looks again and keeps nothing of the earlier run', async (t) => {
  const { root, bin, context } = await project(t, { force: true });
  writeLibTorch(join(context.home, 'cpu/torch'), '2.12.0');
  writePython(bin, null, copyTo(writeLibTorch(join(root, 'wheel'), '2.13.0+cpu')));
  t.is((await ensureLibTorch(context)).version, '2.13.0+cpu');
});
