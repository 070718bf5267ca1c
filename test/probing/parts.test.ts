/** What probes are made of: bytes of facts, quantization tables, what is hidden, and intervals. */
import test from 'ava';
import sharp from 'sharp';
import { meanQuantization } from '../../src/probing/jpeg.js';
import { encodeFacts } from '../../src/probing/ranks.js';
import { side, type Material } from '../../src/probing/types.js';
import { viewBorder, viewThumbnail } from '../../src/probing/views.js';
import { plainMaterial } from './collections.js';

async function jpeg(quality: number): Promise<Buffer> {
  const create = { width: 8, height: 8, channels: 3, background: 'gray' } as const;
  return sharp({ create }).jpeg({ quality }).toBuffer();
}

test('the luminance table of quality 50 is that of ITU-T T.81, Table K.1, and of 100 all ones', async (t) => {
  // The table's 64 entries add up to 3,688.
  t.is(meanQuantization(await jpeg(50)), 3688 / 64);
  t.is(meanQuantization(await jpeg(100)), 1);
});

test('what is no JPEG, or is cut short, has no quantization', async (t) => {
  const whole = await jpeg(75);
  t.is(meanQuantization(await sharp(whole).png().toBuffer()), undefined);
  // Two bytes say that it is a JPEG, five begin the table, 64 are its steps.
  for (let length = 0; length < 71; length += 1) {
    t.is(meanQuantization(whole.subarray(0, length)), undefined, `${length} bytes`);
  }
});

test('a number becomes its quantile among the images learned from, whatever its unit', (t) => {
  const widths = [10, 20, 20, 1e6, 5, 20, 2e6];
  const { bytes, width } = encodeFacts(
    widths.map((value) => [value]),
    4,
  );
  t.is(width, 1);
  // 10 is below three of four and one itself: the quantile 1/8; 20 has one below and two equals: 1/2.
  t.deepEqual([...bytes], [32, 128, 128, 223, 0, 128, 255]);
});

test('a word becomes a mark of its own, and one that was not learned none', (t) => {
  const { bytes, width } = encodeFacts([['png'], ['jpeg'], ['png'], ['tiff']], 3);
  t.is(width, 2);
  t.deepEqual([...bytes], [0, 255, 255, 0, 0, 255, 0, 0]);
});

/** Two images that differ where `differs` says so. */
function twoImages(differs: (row: number, column: number) => boolean): Material {
  const area = side ** 2;
  const pixels = Uint8Array.from({ length: 2 * area }, (_, at) => {
    const place = at % area;
    const changed = at >= area && differs(Math.floor(place / side), place % side);
    return ((place * 7) % 200) + 1 + (changed ? 50 : 0);
  });
  return plainMaterial(pixels);
}

/** Whether a view shows that the two images differ. */
function tellsApart({ bytes }: { bytes: Uint8Array }): boolean {
  const half = bytes.length / 2;
  return bytes.subarray(0, half).some((value, at) => value !== bytes[half + at]);
}

test('the border probe sees the outer 5 of 64 pixels and nothing inside', async (t) => {
  const inside = (place: number) => place >= 5 && place < side - 5;
  t.false(tellsApart(await viewBorder(twoImages((y, x) => inside(y) && inside(x)))));
  for (const line of [0, 4, side - 5, side - 1]) {
    t.true(
      tellsApart(await viewBorder(twoImages((y, x) => y === line && x === 30))),
      `row ${line}`,
    );
    t.true(
      tellsApart(await viewBorder(twoImages((y, x) => x === line && y === 30))),
      `column ${line}`,
    );
  }
});

test('a cell of the thumbnail is the mean of its 64 pixels', async (t) => {
  const material = twoImages((y, x) => y < 8 && x >= 8 && x < 16);
  const { bytes, width, height } = await viewThumbnail(material);
  t.deepEqual([width, height], [8, 8]);
  const changed = [...bytes.keys()].filter((at) => at >= 64 && bytes[at] !== bytes[at - 64]);
  t.deepEqual(changed, [64 + 1]);
  t.is((bytes[65] ?? 0) - (bytes[1] ?? 0), 50);
});
