/** What a usable LibTorch folder looks like: headers, libraries, version, C++ ABI and machine. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** The version set-up installs. */
export const pinnedVersion = '2.13.0';

/** Minor versions of LibTorch 2 that the native core compiles with. */
const acceptedMinor = { from: 11, to: 14 };
const acceptedText = `2.${acceptedMinor.from} to 2.${acceptedMinor.to}`;

/** The accepted minors but the pinned one, e.g. `2.14`, nearest first and of two the newer. */
export function otherMinors() {
  const [, pinned] = pinnedVersion.split('.').map(Number);
  const { from, to } = acceptedMinor;
  return Array.from({ length: to - from + 1 }, (_value, i) => to - i)
    .filter((minor) => minor !== pinned)
    .sort((a, b) => Math.abs(a - pinned) - Math.abs(b - pinned))
    .map((minor) => `2.${minor}`);
}

const requiredFiles = [
  { file: 'include/ATen/ATen.h', what: 'headers' },
  { file: 'include/torch/csrc/api/include/torch/torch.h', what: 'headers' },
  { file: 'lib/libc10.so', what: 'libraries' },
  { file: 'lib/libtorch_cpu.so', what: 'libraries' },
  { file: 'lib/libtorch.so', what: 'libraries' },
];

/** Where releases have kept their version, and what reads it; the headers come first because we compile with them. */
const versionSources = [
  { file: 'include/torch/headeronly/version.h', pattern: /define\s+TORCH_VERSION\s+"([^"]+)"/ },
  { file: 'include/torch/version.h', pattern: /define\s+TORCH_VERSION\s+"([^"]+)"/ },
  { file: 'version.py', pattern: /__version__\s*=\s*['"]([^'"]+)['"]/ },
  { file: 'build-version', pattern: /^(\d+\.\d+\S*)/ },
];

/** `e_machine` of an ELF file for each architecture of Node. */
const elfMachine = { x64: 62, arm64: 183 };

/**
 * Inspects `folder`, a LibTorch or a Python's site-packages/torch.
 * Returns `{ usable: true, version, cuda }` or `{ usable: false, reason }`.
 */
export function inspectLibTorch(folder, arch = process.arch) {
  if (!existsSync(folder)) return unusable('the folder does not exist');
  const missing = requiredFiles.find(({ file }) => !existsSync(join(folder, file)));
  if (missing) return unusable(`${missing.what} missing (${missing.file})`);

  const version = readVersion(folder);
  if (!version) return unusable('no version found in its headers, version.py or build-version');
  const [major, minor] = version.split('.').map(Number);
  if (major !== 2 || !(minor >= acceptedMinor.from && minor <= acceptedMinor.to)) {
    return unusable(`version ${version} is outside ${acceptedText}`);
  }

  const library = join(folder, 'lib/libc10.so');
  const machine = readElfMachine(library);
  if (machine !== elfMachine[arch]) return unusable(`its libraries are not built for ${arch}`);
  const bytes = readFileSync(library);
  if (bytes.includes('libc.musl')) return unusable('it is linked to musl; glibc is needed');
  if (!bytes.includes('__cxx11')) {
    return unusable('it was built with the old C++ ABI (no __cxx11 symbols)');
  }

  return { usable: true, version, cuda: existsSync(join(folder, 'lib/libtorch_cuda.so')) };
}

/** Why LibTorch cannot run on this machine at all, or undefined. */
export function unsupportedHost(
  report = process.report.getReport().header,
  platform = process.platform,
) {
  if (platform !== 'linux') return `LibTorch is set up on Linux only, not on ${platform}`;
  const glibc = report.glibcVersionRuntime;
  if (!glibc) return 'this system uses musl (Alpine?); LibTorch needs glibc 2.28 or newer';
  const [major, minor] = glibc.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 28)) {
    return `glibc ${glibc} is too old; LibTorch needs 2.28 or newer`;
  }
  return undefined;
}

function unusable(reason) {
  return { usable: false, reason };
}

function readVersion(folder) {
  for (const { file, pattern } of versionSources) {
    const path = join(folder, file);
    const match = existsSync(path) ? pattern.exec(readFileSync(path, 'utf8')) : null;
    if (match) return match[1];
  }
  return undefined;
}

function readElfMachine(file) {
  const header = Buffer.alloc(20);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return header.toString('latin1', 0, 4) === '\x7fELF' ? header.readUInt16LE(18) : undefined;
}
