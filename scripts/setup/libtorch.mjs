/** Finds or brings LibTorch: the candidates in their order, and the trace of why each was taken or skipped. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { SetupError, formatSeconds } from './console.mjs';
import { download, unpack } from './download.mjs';
import { readJson, writeJson } from './files.mjs';
import { inspectLibTorch, pinnedVersion, unsupportedHost } from './inspect.mjs';
import { findPythons, installWheel, wheelRequests } from './python.mjs';

/** The zip's address, for x64 only. CUDA 13.0 is what release 2.13 is built with by default. */
export function zipUrl(cuda) {
  const kind = cuda ? 'cu130' : 'cpu';
  return `https://download.pytorch.org/libtorch/${kind}/libtorch-shared-with-deps-${pinnedVersion}%2B${kind}.zip`;
}

/**
 * Each candidate yields offers: `{ label, skip }` with a reason, or `{ label, path }` to be inspected. An
 * offer just installed has `install`, which moves it to its place once it has passed.
 */
const candidates = [fromEnvironment, fromEarlierRun, fromPython, fromWheel, fromZip];

/**
 * Returns `{ path, version, cuda, source }`, with `sha256` for a zip, as stored in `.libtorch/location.json`.
 * Throws a SetupError with the whole trace when no candidate is usable.
 *
 * context: `root`, `home` (.libtorch), `env`, `report`, `command` and the options cuda, libtorch, sha256,
 * offline, force; `version` takes no other than this one, and `remember: false` leaves what set-up takes next
 * time as it is. Tests stand in for pytorch.org with `urlOfZip` and shorten `downloadLimits`.
 */
export async function ensureLibTorch(context) {
  const unsupported = unsupportedHost();
  if (unsupported) throw new SetupError(unsupported);
  const started = Date.now();
  const trace = [];
  for (const find of context.libtorch ? [fromOption] : candidates) {
    for await (const offer of find(context)) {
      const verdict = offer.skip ? { usable: false, reason: offer.skip } : judge(offer, context);
      if (!verdict.usable) {
        trace.push(`${offer.label}: skipped, ${verdict.reason}`);
        continue;
      }
      const path = offer.install ? offer.install() : offer.path;
      const location = {
        path,
        version: verdict.version,
        cuda: verdict.cuda,
        source: offer.source ?? offer.label,
        ...(offer.sha256 && { sha256: offer.sha256 }),
      };
      if (context.remember ?? true) writeJson(join(context.home, 'location.json'), location);
      tell(context, location, offer.earlier ? [] : [...trace, `${offer.label}: taken`], started);
      return location;
    }
  }
  throw new SetupError(
    ['no usable LibTorch was found. Tried:', ...trace.map((line) => `  ${line}`)].join('\n'),
    remedies(context),
  );
}

function judge(offer, { cuda = false, version }) {
  const verdict = inspectLibTorch(offer.path);
  if (!verdict.usable) return verdict;
  // A wheel's version ends with its build, as in 2.13.0+cu130.
  if (version && verdict.version.split('+')[0] !== version) {
    return { usable: false, reason: `it is ${verdict.version} and ${version} was asked for` };
  }
  const got = verdict.cuda ? 'a CUDA build' : 'a CPU build';
  if (cuda && !verdict.cuda)
    return { usable: false, reason: `it is ${got} and CUDA was asked for` };
  // A CUDA build that the user has is welcome; one that we brought without --cuda lacks its nvidia wheels.
  const unasked = offer.install && verdict.cuda && !cuda;
  return unasked ? { usable: false, reason: `${got} arrived, a CPU build was asked for` } : verdict;
}

function tell({ report, root }, { path, version, cuda, source }, trace, started) {
  const shown = path.startsWith(root) ? relative(root, path) : path;
  const took = trace.length > 0 ? `, ${formatSeconds(Date.now() - started)}` : '';
  const build = `${version} (${cuda ? 'CUDA' : 'CPU'})`;
  report.step('LibTorch', `${build} in ${shown}, from ${source}${took}`);
  for (const line of trace) report.detail(line);
}

function remedies({ command, cuda = false, version = pinnedVersion }) {
  const wheel = cuda
    ? `torch==${version}`
    : `torch==${version} --index-url https://download.pytorch.org/whl/cpu`;
  return [
    `python3 -m pip install ${wheel} && ${command}`,
    `curl -fLO ${zipUrl(cuda)} && unzip -q libtorch-*.zip -d "$HOME" && LIBTORCH="$HOME/libtorch" ${command}`,
    `LIBTORCH=/path/to/libtorch ${command}    # a folder with include/ and lib/, or a site-packages/torch`,
  ];
}

async function* fromOption({ libtorch }) {
  yield { label: '--libtorch', path: resolve(libtorch) };
}

async function* fromEnvironment({ env }) {
  const label = 'LIBTORCH';
  if (env.LIBTORCH) yield { label, path: resolve(env.LIBTORCH) };
  else yield { label, skip: 'not set' };
}

async function* fromEarlierRun({ home, force }) {
  const label = 'earlier run';
  if (force) {
    yield { label, skip: '--force was given' };
    return;
  }
  const stored = readJson(join(home, 'location.json'));
  const known = [
    { path: stored?.path, source: stored?.source, sha256: stored?.sha256 },
    { path: join(home, 'cpu', 'torch'), source: 'an earlier run' },
    { path: join(home, 'cuda', 'torch'), source: 'an earlier run' },
  ].filter(({ path }, at, all) => {
    return path && existsSync(path) && all.findIndex((other) => other.path === path) === at;
  });
  if (known.length === 0) yield { label, skip: 'none' };
  for (const offer of known) yield { label, earlier: true, ...offer };
}

async function* fromPython({ env }) {
  const label = "a Python's torch";
  const pythons = await findPythons(env);
  if (pythons.length === 0) yield { label, skip: 'no python3 or python on PATH' };
  for (const { command, reason, version, torch } of pythons) {
    if (torch) yield { label: `${label} (${command})`, path: torch };
    else yield { label: `${label} (${command})`, skip: reason ?? `Python ${version} has no torch` };
  }
}

async function* fromWheel({ home, env, cuda = false, version, offline = false, report }) {
  const label = 'pip wheel';
  const pythons = (await findPythons(env)).filter(({ executable }) => executable);
  if (pythons.length === 0) yield { label, skip: 'no python3 or python on PATH' };
  // Without its network pip has one place to look: the second CPU request would only repeat the first.
  const requests = wheelRequests(cuda, version).slice(0, offline && !cuda ? 1 : undefined);
  const attempts = pythons.flatMap(({ executable }) => {
    return requests.map((request) => ({ python: executable, request }));
  });
  for (const attempt of attempts) {
    const { request } = attempt;
    const source = `${label} (${offline ? 'local wheels' : request.where})`;
    report.step('LibTorch', `installing ${request.requirement}, ${source} …`);
    const target = incoming(home);
    const logFile = join(home, 'pip.log');
    try {
      const result = await installWheel({ ...attempt, target, cuda, offline, env, logFile });
      const install = () => settle(home, target, cuda);
      if (result.ok) yield { label: source, path: join(target, 'torch'), install };
      else yield { label: source, skip: result.reason };
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
  }
}

async function* fromZip(context) {
  const { home, env, cuda = false, version, offline, sha256: asked, report } = context;
  const { urlOfZip = zipUrl } = context;
  const label = 'pytorch.org zip';
  if (offline) return yield { label, skip: '--offline was given' };
  if (version && version !== pinnedVersion) {
    return yield { label, skip: `only ${pinnedVersion} is taken from there` };
  }
  if (process.arch !== 'x64') return yield { label, skip: `there is none for ${process.arch}` };
  const url = urlOfZip(cuda);
  const target = incoming(home);
  report.step('LibTorch', `downloading ${url} …`);
  try {
    mkdirSync(target, { recursive: true });
    const zip = join(target, 'libtorch.zip');
    const limits = { ...context.downloadLimits, onBytes: progressOf(report) };
    const sha256 = await download(url, zip, limits);
    checkDigest({ home, url, sha256, asked, report });
    const tool = await unpack(zip, target, env);
    rmSync(zip);
    renameSync(join(target, 'libtorch'), join(target, 'torch'));
    report.detail(`unpacked with ${tool}`);
    const install = () => settle(home, target, cuda);
    yield { label, sha256, path: join(target, 'torch'), install };
  } catch (error) {
    yield { label, skip: error.message };
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/** Trust on first use: a digest is either given by the user or one that we computed and printed before. */
function checkDigest({ home, url, sha256, asked, report }) {
  const file = join(home, 'digests.json');
  const digests = readJson(file) ?? {};
  const expected = asked?.toLowerCase() ?? digests[url];
  if (expected && expected !== sha256) {
    const origin = asked ? 'given with --sha256' : 'stored at first use';
    throw new Error(`its SHA-256 is ${sha256}, ${origin} is ${expected}`);
  }
  report.detail(
    `SHA-256 ${sha256}${expected ? ', as expected' : ', trusted at first use and stored'}`,
  );
  writeJson(file, { ...digests, [url]: sha256 });
}

function progressOf(report) {
  return (received, total) => {
    const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
    report.progress(total ? `${megabytes(received)} of ${megabytes(total)}` : megabytes(received));
  };
}

/** A fresh folder for an installation; what an interrupted run left behind goes first. */
function incoming(home) {
  mkdirSync(home, { recursive: true });
  for (const name of readdirSync(home)) {
    if (name.startsWith('incoming-')) rmSync(join(home, name), { recursive: true });
  }
  return join(home, `incoming-${process.pid}`);
}

/** Moves a checked installation to its place in one rename, so that none is ever half there. */
function settle(home, target, cuda) {
  const place = join(home, cuda ? 'cuda' : 'cpu');
  rmSync(place, { recursive: true, force: true });
  renameSync(target, place);
  return join(place, 'torch');
}
