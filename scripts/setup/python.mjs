/** Python as a source of LibTorch: the torch it has, and the wheel its pip can bring. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedVersion } from './inspect.mjs';
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
 * local CPU wheel from answering for CUDA, and the nvidia-* wheels must come along.
 */
export const wheelRequests = {
  cpu: [
    { requirement: `torch==${pinnedVersion}+cpu`, index: [], where: "pip's configured index" },
    {
      requirement: `torch==${pinnedVersion}+cpu`,
      index: ['--index-url', 'https://download.pytorch.org/whl/cpu'],
      where: 'download.pytorch.org',
    },
  ],
  cuda: [{ requirement: `torch===${pinnedVersion}`, index: [], where: "pip's configured index" }],
};

/** A wheel of 200 MB on a slow line; pip itself gives up after 10 s without a byte. */
const wheelLimitMs = 45 * 60_000;

/** Installs one request into `target` with the pip of `python`, and prunes it; `{ ok, reason }`. */
export async function installWheel({ python, request, target, cuda, offline, env, logFile }) {
  mkdirSync(target, { recursive: true });
  const index = offline ? ['--no-index'] : request.index;
  const args = ['-m', 'pip', 'install', '--target', target, '--no-compile', '--only-binary=:all:'];
  args.push('--timeout', '10', '--retries', '1', '--disable-pip-version-check', ...index);
  if (!cuda) args.push('--no-deps');
  const result = await run(python, [...args, request.requirement], {
    env: { ...env, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0', PIP_ROOT_USER_ACTION: 'ignore' },
    cwd: '/',
    timeoutMs: wheelLimitMs,
    logFile,
  });
  if (result.ok) {
    prune(target);
    return { ok: true };
  }
  return { ok: false, reason: failure(result) };
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
