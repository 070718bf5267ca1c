/** Python as a source of LibTorch: the torch it has, and the wheel its pip can bring. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { otherMinors, pinnedVersion } from './inspect.mjs';
import { lastLines, run, which } from './process.mjs';

const probe = `
import importlib.util, json, platform, sys
spec = importlib.util.find_spec('torch')
places = list(spec.submodule_search_locations or []) if spec else []
print(json.dumps({
    'executable': sys.executable,
    'prefix': sys.prefix,
    'version': platform.python_version(),
    'torch': places[0] if places else None,
}))
`;

/**
 * The Pythons on PATH, each once: `{ command, executable, prefix, version, torch }`, where `torch` is the
 * package's folder or null. torch is located, never imported: that takes seconds and fails when its dependencies are gone.
 * A Python that does not answer is listed with `reason` instead.
 */
export async function findPythons(env, timeoutMs = 15_000) {
  const found = [];
  for (const name of ['python3', 'python']) {
    const command = which(name, env);
    if (!command) continue;
    // From '/', because -c puts the working folder first on Python's path.
    const answer = await run(command, ['-c', probe], { env, cwd: '/', timeoutMs });
    const python = answer.ok ? parse(answer.output) : undefined;
    const known = python && found.some(({ prefix }) => prefix === python.prefix);
    if (!python) found.push({ command, reason: answer.reason ?? 'gave no readable answer' });
    else if (!known) found.push({ command, ...python });
  }
  return found;
}

function parse(output) {
  try {
    return JSON.parse(output.trim().split('\n').at(-1));
  } catch {
    return undefined;
  }
}

/**
 * What to ask pip for, in order. The CPU build is named by its local version, which PyPI does not carry:
 * plain `torch==2.13.0` there is the CUDA build, hundreds of megabytes to be thrown away. `===` keeps a
 * local CPU wheel from answering for CUDA; where an index has no CUDA build of the version, the nearest
 * minor that the core compiles with is taken.
 */
export function wheelRequests(cuda, version = pinnedVersion) {
  const configured = { index: [], where: "pip's configured index" };
  if (!cuda) {
    const requirement = `torch==${pinnedVersion}+cpu`;
    const pytorch = ['--index-url', 'https://download.pytorch.org/whl/cpu'];
    return [
      { requirement, ...configured },
      { requirement, index: pytorch, where: 'download.pytorch.org' },
    ];
  }
  const others = version === pinnedVersion ? otherMinors() : [];
  return [`torch===${version}`, ...others.map((minor) => `torch==${minor}.*`)].map(
    (requirement) => ({ requirement, ...configured }),
  );
}

/** A wheel of 200 MB on a slow line; pip itself gives up after 10 s without a byte. */
const wheelLimitMs = 45 * 60_000;

/** Installs one request into `target` with the pip of `python`, and prunes it; `{ ok, reason }`. */
export async function installWheel({ request, target, cuda, ...context }) {
  mkdirSync(target, { recursive: true });
  const index = context.offline ? ['--no-index'] : request.index;
  const install = (...rest) => runPip(context, ['--target', target, ...index, ...rest]);
  let result = await install('--no-deps', request.requirement);
  const libraries = result.ok && cuda ? cudaRequirements(target) : [];
  if (libraries.length > 0) result = await install(...libraries);
  if (!result.ok) return { ok: false, reason: failure(result) };
  prune(target);
  return { ok: true };
}

function runPip({ python, env, logFile }, args) {
  const common = ['--no-compile', '--only-binary=:all:', '--timeout', '10', '--retries', '1'];
  return run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', ...common, ...args], {
    env: { ...env, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0', PIP_ROOT_USER_ACTION: 'ignore' },
    cwd: '/',
    timeoutMs: wheelLimitMs,
    logFile,
  });
}

/**
 * CUDA's headers and libraries among what the installed torch requires; the rest of it (Triton alone 200 MB) is
 * Python. The headers include some of the compiler's (crt) and of its C++ library's (cccl), which torch does not ask for.
 */
function cudaRequirements(target) {
  const folder = readdirSync(target).find((name) => /^torch-.*\.dist-info$/.test(name));
  if (!folder) return [];
  const metadata = readFileSync(join(target, folder, 'METADATA'), 'utf8');
  const required = /^Requires-Dist: ((?:nvidia-|cuda-toolkit\b).*)$/gm;
  return [...metadata.matchAll(required)].map(([, requirement]) =>
    requirement.trim().replace('cuda-toolkit[', 'cuda-toolkit[crt,cccl,'),
  );
}

/** pip's last error line is the cause; before it come one warning for each retry. */
function failure({ output, reason }) {
  if (/No module named pip\b/.test(output)) return 'this Python has no pip';
  const errors = output.split('\n').filter((line) => line.startsWith('ERROR: '));
  const cause = errors.at(-1)?.slice('ERROR: '.length) ?? lastLines(output, 1);
  return cause ? `${reason}: ${cause}` : reason;
}

const keptBesideTorch = /^(torch|nvidia|torch\.libs|torch-[^/]*\.dist-info)$/;
const keptInTorch = new Set(['include', 'lib', 'version.py']);

/** Leaves what a C++ program needs: headers, libraries, version and license; the rest of torch is Python. */
function prune(target) {
  for (const name of readdirSync(target)) {
    if (!keptBesideTorch.test(name)) rmSync(join(target, name), { recursive: true });
  }
  const torch = join(target, 'torch');
  if (!existsSync(torch)) return;
  for (const name of readdirSync(torch)) {
    if (!keptInTorch.has(name)) rmSync(join(torch, name), { recursive: true });
  }
  for (const name of ['libtorch_python.so', 'libtorch_python.so.dwp']) {
    rmSync(join(torch, 'lib', name), { force: true });
  }
}
