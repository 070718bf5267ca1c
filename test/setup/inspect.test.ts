/** Which folders pass as a LibTorch, and what is said of those that do not. */
import { join } from 'node:path';
import test from 'ava';
import { fakeLibrary, libTorchFiles, load, temporaryFolder, writeFiles } from './support.js';

interface Inspect {
  inspectLibTorch: (
    folder: string,
    arch?: string,
  ) => { usable: boolean; version?: string; cuda?: boolean; reason?: string };
  unsupportedHost: (
    report: { glibcVersionRuntime?: string },
    platform: string,
  ) => string | undefined;
}

for (const version of ['2.11.0', '2.12.1', '2.13.0', '2.13.0+cpu', '2.14.1+cu130']) {
  test(`LibTorch ${version} is accepted`, async (t) => {
    const folder = temporaryFolder(t);
    writeFiles(folder, libTorchFiles(version));
    const { inspectLibTorch } = await load<Inspect>('inspect.mjs');
    t.deepEqual(inspectLibTorch(folder), { usable: true, version, cuda: false });
  });
}

for (const version of ['1.13.1', '2.1.0', '2.10.0', '2.15.0', '3.12.0']) {
  test(`LibTorch ${version} is refused with the range that is accepted`, async (t) => {
    const folder = temporaryFolder(t);
    writeFiles(folder, libTorchFiles(version));
    const { inspectLibTorch } = await load<Inspect>('inspect.mjs');
    t.is(inspectLibTorch(folder).reason, `version ${version} is outside 2.11 to 2.14`);
  });
}

const wrong: { what: string; change: Record<string, string | Buffer | null>; reason: RegExp }[] = [
  {
    what: 'without headers',
    change: { 'include/ATen/ATen.h': null },
    reason: /headers missing \(include\/ATen\/ATen.h\)/,
  },
  {
    what: 'without libraries',
    change: { 'lib/libtorch_cpu.so': null },
    reason: /libraries missing \(lib\/libtorch_cpu.so\)/,
  },
  {
    what: 'without a version',
    change: { 'include/torch/headeronly/version.h': null },
    reason: /no version/,
  },
  {
    what: 'with the old C++ ABI',
    change: { 'lib/libc10.so': fakeLibrary('_ZNSs4_Rep') },
    reason: /old C\+\+ ABI/,
  },
  {
    what: 'linked to musl',
    change: { 'lib/libc10.so': fakeLibrary('__cxx11 libc.musl-x86_64.so.1') },
    reason: /musl/,
  },
  {
    what: 'of another machine',
    change: {
      'lib/libc10.so': fakeLibrary('__cxx11', process.arch === 'x64' ? 'arm64' : 'x64'),
    },
    reason: /not built for/,
  },
  {
    what: 'whose library is a text file',
    change: { 'lib/libc10.so': 'version https://git-lfs' },
    reason: /not built for/,
  },
];

for (const { what, change, reason } of wrong) {
  test(`a folder ${what} is refused`, async (t) => {
    const folder = temporaryFolder(t);
    const files = Object.entries({ ...libTorchFiles(), ...change });
    writeFiles(
      folder,
      Object.fromEntries(files.flatMap(([name, text]) => (text === null ? [] : [[name, text]]))),
    );
    const { inspectLibTorch } = await load<Inspect>('inspect.mjs');
    const verdict = inspectLibTorch(folder);
    t.false(verdict.usable);
    t.regex(verdict.reason ?? '', reason);
  });
}

test('the version is found in every place where releases have kept it', async (t) => {
  const { inspectLibTorch } = await load<Inspect>('inspect.mjs');
  const places = {
    'include/torch/version.h': '#define TORCH_VERSION "2.12.0"',
    'version.py': "__version__ = '2.12.0'",
    'build-version': '2.12.0\n',
  };
  for (const [place, text] of Object.entries(places)) {
    const folder = temporaryFolder(t);
    const { 'include/torch/headeronly/version.h': _, ...files } = libTorchFiles();
    writeFiles(folder, { ...files, [place]: text });
    t.is(inspectLibTorch(folder).version, '2.12.0', place);
  }
});

test('a build with libtorch_cuda is a CUDA build', async (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, libTorchFiles('2.13.0', true));
  const { inspectLibTorch } = await load<Inspect>('inspect.mjs');
  t.true(inspectLibTorch(folder).cuda);
  t.is(inspectLibTorch(join(folder, 'absent')).reason, 'the folder does not exist');
});

test('a system that LibTorch cannot run on is named', async (t) => {
  const { unsupportedHost } = await load<Inspect>('inspect.mjs');
  t.is(unsupportedHost({ glibcVersionRuntime: '2.28' }, 'linux'), undefined);
  t.regex(
    unsupportedHost({ glibcVersionRuntime: '2.17' }, 'linux') ?? '',
    /glibc 2\.17 is too old/,
  );
  t.regex(unsupportedHost({}, 'linux') ?? '', /musl/);
  t.regex(unsupportedHost({ glibcVersionRuntime: '2.36' }, 'darwin') ?? '', /Linux only/);
});
