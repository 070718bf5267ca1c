import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { decodeDicom, isDicom, patientKeys, UnsupportedDicom } from '../../src/data/dicom/index.js';
import { decodeImage, inspectSource, packDataset, scanSource } from '../../src/data/index.js';
import { packageRoot } from '../../src/native/index.js';
import { temporaryFolder } from '../temporaryFolder.js';

const folder = join(packageRoot, 'test/fixtures/dicom');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
  rows: number;
  columns: number;
  stride: number;
  files: Record<string, { stored: number[]; gray: number[] }>;
};

function fixture(name: string): Buffer {
  return readFileSync(join(folder, `${name}.dcm`));
}

for (const [name, { gray }] of Object.entries(expected.files)) {
  test(`${name}: every pixel is as gray as pydicom says`, async (t) => {
    const bytes = fixture(name);
    t.true(isDicom(bytes));
    const picture = await decodeDicom(bytes);
    t.deepEqual([picture.height, picture.width], [expected.rows, expected.columns]);
    const units = [...picture.gray].filter((_, at) => at % expected.stride === 0);
    t.is(units.length, gray.length);
    const farthest = Math.max(
      ...units.map((value, at) =>
        Math.abs(value / 65_535 - Math.min(1, Math.max(0, gray[at] ?? 9))),
      ),
    );
    // Two decoders of lossy JPEG may differ by a level.
    t.true(farthest < (name === 'jpeg-baseline' ? 1.01 / 255 : 1.1e-5), `off by ${farthest}`);
  });
}

/** The element's two-byte value replaced: explicit VR, little-endian. */
function withShort(bytes: Buffer, tag: readonly [number, number], value: number): Buffer {
  const mark = Buffer.alloc(4);
  mark.writeUInt16LE(tag[0], 0);
  mark.writeUInt16LE(tag[1], 2);
  const changed = Buffer.from(bytes);
  changed.writeUInt16LE(value, changed.indexOf(mark) + 8);
  return changed;
}

test('padding is black and does not stretch the range', async (t) => {
  const bytes = fixture('explicit-12-bits');
  const plain = await decodeDicom(bytes);
  const least = Math.min(...(expected.files['explicit-12-bits']?.stored ?? []));
  t.true(least >= 0);
  // The element with the padding value goes where PixelRepresentation ends: both are shorts of group 0028.
  const at = bytes.indexOf(Buffer.from([0x28, 0, 0x03, 0x01]));
  const padding = Buffer.from([0x28, 0, 0x20, 0x01, 0x55, 0x53, 2, 0, 0xff, 0x0f]);
  const padded = Buffer.concat([bytes.subarray(0, at + 10), padding, bytes.subarray(at + 10)]);
  const picture = await decodeDicom(padded);
  const brightest = plain.gray.indexOf(65_535);
  t.is(picture.gray[brightest], 0);
  t.true(Math.max(...picture.gray) === 65_535);
});

test('color, several frames and wide samples are refused in words', async (t) => {
  const bytes = fixture('explicit-12-bits');
  await t.throwsAsync(decodeDicom(withShort(bytes, [0x28, 0x02], 3)), {
    instanceOf: UnsupportedDicom,
    message: /in color \(MONOCHROME2, 3 samples/,
  });
  await t.throwsAsync(decodeDicom(withShort(bytes, [0x28, 0x0100], 32)), {
    instanceOf: UnsupportedDicom,
    message: /32 bits/,
  });
});

test('a file that is cut off fails, or gives a picture of the right size', async (t) => {
  for (const name of Object.keys(expected.files)) {
    const bytes = fixture(name);
    for (const share of [0.2, 0.5, 0.9]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      const result = await decodeDicom(cut).catch((error: unknown) => error as Error);
      const size = result instanceof Error ? result.message : `${result.height}×${result.width}`;
      t.true(result instanceof Error || size === `${expected.rows}×${expected.columns}`, size);
    }
  }
});

test('images of one patient have one key, which is not the name', async (t) => {
  const cache = await temporaryFolder(t);
  const paths = ['window', 'rle'].map((name) => join(folder, `${name}.dcm`));
  const [first, second] = await patientKeys(paths, cache);
  t.regex(first ?? '', /^patient-[0-9a-f]{16}$/);
  t.is(first, second);
  t.is((await patientKeys(paths, cache))[0], first);
  const elsewhere = await temporaryFolder(t);
  t.not((await patientKeys(paths, elsewhere))[0], first);
  const other = join(cache, 'other.dcm');
  const bytes = await readFile(paths[0] ?? '');
  bytes.write('PHANTOM 8', bytes.indexOf('PHANTOM 7'));
  await writeFile(other, bytes);
  t.not((await patientKeys([other], cache))[0], first);
});

test('a folder of DICOM files is scanned, grouped by patient, packed and inspected like any other', async (t) => {
  const root = await temporaryFolder(t);
  for (const [label, names] of Object.entries({
    A: ['window', 'rle', 'jpeg2000'],
    B: ['implicit', 'jpeg-lossless', 'monochrome1'],
  })) {
    await mkdir(join(root, label));
    for (const name of names) await writeFile(join(root, label, `${name}.dcm`), fixture(name));
  }
  const source = await scanSource(root);
  t.is(source.samples.length, 6);
  t.is(new Set(source.samples.map(({ group }) => group)).size, 1);
  t.is(new Set((await scanSource(root, { groupBy: 'file' })).samples.map((s) => s.group)).size, 6);
  const { rows: height, columns: width, stride } = expected;
  const format = { channels: 1, height, width, fit: 'fill' } as const;
  const { dataset, index, problems } = await packDataset(source, format, { cacheDir: root });
  t.deepEqual(problems, []);
  for (const [position, name] of index.names.entries()) {
    const { gray = [] } = expected.files[name.replace(/^.*\/|\.dcm$/g, '')] ?? {};
    const bytes = [...dataset.read(position)].filter((_, at) => at % stride === 0);
    const off = bytes.map((byte, at) =>
      Math.abs(byte - 255 * Math.min(1, Math.max(0, gray[at] ?? 9))),
    );
    t.true(Math.max(...off) <= 1, `${name} is off by ${Math.max(...off)}`);
  }
  dataset.dispose();
  const inspection = await inspectSource(source);
  t.deepEqual([inspection.formats, inspection.problems.length], [{ dicom: 6 }, 0]);
});

test('a DICOM file that is no gray picture is a problem that says why', async (t) => {
  const bytes = withShort(fixture('window'), [0x28, 0x02], 3);
  const format = { channels: 1, height: 8, width: 8, fit: 'fill' } as const;
  await t.throwsAsync(decodeImage(bytes, format, { name: 'color.dcm' }), {
    code: 'ERR_UNREADABLE_IMAGE',
    message: /color\.dcm: cannot be decoded: it is in color/,
  });
  await t.throwsAsync(decodeImage(fixture('window'), format, { name: 'big.dcm', pixelLimit: 99 }), {
    code: 'ERR_IMAGE_TOO_LARGE',
  });
});
