/** What decoding promises, checked on images made here. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { decodeImage, type DecodeOptions } from '../../src/data/decode.js';
import type { ImageFormat } from '../../src/data/types.js';
import type { ErrorCode } from '../../src/native/index.js';
import { temporaryFolder } from '../temporaryFolder.js';

const gray = (height: number, width: number): ImageFormat => ({
  channels: 1,
  height,
  width,
  fit: 'fill',
});
const color = (height: number, width: number): ImageFormat => ({
  ...gray(height, width),
  channels: 3,
});

/** A gradient with some texture: unlike under any flip, turn or channel swap. */
function texture(width: number, height: number, channels: 1 | 3): Buffer {
  return Buffer.from(
    Array.from({ length: width * height * channels }, (_, at) => {
      const pixel = Math.floor(at / channels);
      const [x, y, channel] = [pixel % width, Math.floor(pixel / width), at % channels];
      return (x * 3 + y * 5 + ((x * y) % 7) + channel * 40) % 256;
    }),
  );
}

function image(pixels: Uint8Array | Uint16Array, width: number, channels: 1 | 2 | 3 | 4) {
  return sharp(pixels, { raw: { width, height: pixels.length / width / channels, channels } });
}

const repeated = (values: readonly number[]) => values.flatMap((value) => [value, value, value]);

async function rejects(
  t: ExecutionContext,
  file: string | Uint8Array,
  code: ErrorCode,
  message: RegExp,
  options?: DecodeOptions,
): Promise<void> {
  await t.throwsAsync(decodeImage(file, gray(8, 8), options), { code, message });
}

/** A PNG whose header claims any size, with next to no data behind it. */
function pngClaiming(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc(1000));
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('an image of the target size is not resampled', async (t) => {
  const pixels = texture(31, 17, 1);
  const png = await image(pixels, 31, 1).png().toBuffer();
  for (const fit of ['fill', 'contain', 'cover'] as const) {
    t.deepEqual(await decodeImage(png, { ...gray(17, 31), fit }), pixels);
  }
});

test('color comes out in planes, red first', async (t) => {
  const pixels = texture(6, 4, 3);
  const png = await image(pixels, 6, 3).png().toBuffer();
  const planes = [0, 1, 2].flatMap((channel) => [...pixels].filter((_, at) => at % 3 === channel));
  t.deepEqual([...(await decodeImage(png, color(4, 6)))], planes);
});

test('three equal channels become one channel with exactly their values, and back', async (t) => {
  const values = Array.from({ length: 256 }, (_, value) => value);
  const png = await image(Buffer.from(repeated(values)), 16, 3)
    .png()
    .toBuffer();
  t.deepEqual([...(await decodeImage(png, gray(16, 16)))], values);
  const single = await image(Buffer.from(values), 16, 1).png().toBuffer();
  t.deepEqual([...(await decodeImage(single, color(16, 16)))], [...values, ...values, ...values]);
});

test("gray from color is the luma that PIL's convert('L') gives", async (t) => {
  const pixels = Buffer.from([
    255, 0, 0, 0, 255, 0, 0, 0, 255, 100, 150, 200, 13, 77, 201, 1, 2, 3,
  ]);
  const png = await image(pixels, 6, 3).png().toBuffer();
  t.deepEqual([...(await decodeImage(png, gray(1, 6)))], [76, 150, 29, 141, 72, 2]);
});

test('16-bit samples are scaled to 8 bits, never clipped', async (t) => {
  const values = [0, 257, 514, 4096, 16448, 32768, 32896, 40000, 65000, 65535];
  const wide = Uint16Array.from(values);
  const files = [
    await image(wide, values.length, 1).toColourspace('grey16').png().toBuffer(),
    await image(Uint16Array.from(repeated(values)), values.length, 3)
      .toColourspace('rgb16')
      .png()
      .toBuffer(),
  ];
  for (const file of files) {
    t.is((await sharp(file).metadata()).depth, 'ushort');
    const decoded = await decodeImage(file, gray(1, values.length));
    for (const [at, value] of values.entries()) {
      t.true(Math.abs((decoded[at] ?? -1) - value / 257) < 1, `${value} became ${decoded[at]}`);
    }
    t.is(decoded.at(-1), 255);
  }
});

test('transparency is laid on black', async (t) => {
  const rgba = Buffer.from([200, 200, 200, 255, 200, 200, 200, 0, 200, 200, 200, 128]);
  const grayAlpha = Buffer.from([200, 255, 200, 0, 200, 128]);
  for (const png of [
    await image(rgba, 3, 4).png().toBuffer(),
    await image(grayAlpha, 3, 2).png().toBuffer(),
  ]) {
    const [opaque, clear, half] = await decodeImage(png, gray(1, 3));
    t.is(opaque, 200);
    t.is(clear, 0);
    t.true(Math.abs((half ?? 0) - 100) <= 1);
  }
});

test('EXIF orientation is applied', async (t) => {
  const width = 4;
  const pixels = texture(width, 2, 1);
  // Orientation 6: the camera was turned, so the picture must be turned clockwise by a quarter.
  const turned = await image(pixels, width, 1).withMetadata({ orientation: 6 }).png().toBuffer();
  const expected = Array.from({ length: 8 }, (_, at) => pixels[(1 - (at % 2)) * width + (at >> 1)]);
  t.deepEqual([...(await decodeImage(turned, gray(4, 2)))], expected);
});

test('CMYK is converted, not read as RGB with a spare channel', async (t) => {
  const white = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'white' } })
    .toColourspace('cmyk')
    .jpeg()
    .toBuffer();
  t.is((await sharp(white).metadata()).space, 'cmyk');
  t.true((await decodeImage(white, gray(8, 8))).every((value) => value > 245));
});

test('of an animated GIF the first frame counts', async (t) => {
  const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 250), Buffer.alloc(8 * 8 * 3, 5)]);
  const raw = { width: 8, height: 16, channels: 3, pageHeight: 8 } as const;
  const gif = await sharp(frames, { raw }).gif().toBuffer();
  t.is((await sharp(gif).metadata()).pages, 2);
  t.true((await decodeImage(gif, gray(8, 8))).every((value) => value > 240));
});

test('fill stretches, contain pads with black, cover crops the middle', async (t) => {
  // Left quarter dark, middle half bright, right quarter dark; twice as wide as high.
  const row = [
    ...Array<number>(4).fill(60),
    ...Array<number>(8).fill(220),
    ...Array<number>(4).fill(60),
  ];
  const wide = Buffer.from(Array.from({ length: 8 }, () => row).flat());
  const png = await image(wide, 16, 1).png().toBuffer();
  const decode = (fit: ImageFormat['fit']) => decodeImage(png, { ...gray(8, 8), fit });
  const [fill, contain, cover] = [
    await decode('fill'),
    await decode('contain'),
    await decode('cover'),
  ];
  t.deepEqual([fill.length, contain.length, cover.length], [64, 64, 64]);
  t.true((fill[0] ?? 0) > 40 && (fill[3] ?? 0) > 200);
  t.deepEqual([...contain.subarray(0, 16)], Array<number>(16).fill(0));
  t.true((contain[3 * 8 + 3] ?? 0) > 200);
  t.true(cover.every((value) => value > 200));
});

test('a JPEG that shrinks on load has the brightness of the whole', async (t) => {
  const pixels = texture(640, 480, 1);
  const jpeg = await image(pixels, 640, 1).jpeg({ quality: 95 }).toBuffer();
  const decoded = await decodeImage(jpeg, gray(60, 80));
  const mean = (values: Uint8Array) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  t.true(Math.abs(mean(decoded) - mean(pixels)) < 1.5);
});

test('damaged files are refused by name', async (t) => {
  const jpeg = await image(texture(200, 200, 1), 200, 1)
    .jpeg()
    .toBuffer();
  const png = await image(texture(200, 200, 1), 200, 1)
    .png()
    .toBuffer();
  const half = (file: Buffer) => file.subarray(0, file.length / 2);
  const cases = {
    'truncated JPEG': half(jpeg),
    'truncated PNG': half(png),
    'no bytes': Buffer.alloc(0),
    text: Buffer.from('this is not an image'),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    await rejects(t, bytes, 'ERR_UNREADABLE_IMAGE', new RegExp(`^${name}: cannot be decoded: `), {
      name,
    });
  }
});

test('missing and unreadable files are refused by path', async (t) => {
  const folder = await temporaryFolder(t);
  await rejects(t, join(folder, 'gone.png'), 'ERR_NOT_FOUND', /gone\.png: no such file/);
  await rejects(t, folder, 'ERR_UNREADABLE_IMAGE', /roentgen-.*: cannot be read: EISDIR/);
  if (process.getuid?.() === 0) {
    t.log('permissions do not bind root: that part is not tested');
    return;
  }
  const locked = join(folder, 'locked.png');
  await writeFile(locked, 'x');
  await chmod(locked, 0);
  await rejects(t, locked, 'ERR_UNREADABLE_IMAGE', /locked\.png: cannot be read: EACCES/);
});

test('a decompression bomb is refused by its header', async (t) => {
  await rejects(
    t,
    pngClaiming(20_000, 20_000),
    'ERR_IMAGE_TOO_LARGE',
    /^bomb\.png: has more than 100000000 pixels/,
    {
      name: 'bomb.png',
    },
  );
});

test('the pixel limit is inclusive', async (t) => {
  const png = await image(texture(10, 10, 1), 10, 1)
    .png()
    .toBuffer();
  await t.notThrowsAsync(decodeImage(png, gray(8, 8), { pixelLimit: 100 }));
  await rejects(t, png, 'ERR_IMAGE_TOO_LARGE', /more than 99 pixels/, { pixelLimit: 99 });
});

test('wrong formats are named', async (t) => {
  const wrong: [string, object][] = [
    ['channels', { channels: 2 }],
    ['height', { height: 0 }],
    ['width', { width: 2.5 }],
    ['fit', { fit: 'squeeze' }],
  ];
  for (const [field, change] of wrong) {
    await t.throwsAsync(decodeImage(Buffer.alloc(1), { ...gray(8, 8), ...change }), {
      code: 'ERR_INVALID_ARGUMENT',
      message: new RegExp(`for ${field} but`),
    });
  }
});
