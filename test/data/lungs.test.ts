/** Lung masks: which file is whose, what they leave of an image, and what is wrong with bad ones. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import {
  decodeImage,
  openData,
  openPacked,
  packDataset,
  readMask,
  scanSource,
  writePhantomDataset,
  type ImageFormat,
  type PackProgress,
} from '../../src/data/index.js';
import { Dataset, RoentgenError, type Augmentation } from '../../src/native/index.js';
import { makeFolder } from './folder.js';

const [width, height] = [40, 30];

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Two lungs: columns 8 … 14 and 22 … 31, rows 6 … 23. */
const lungs: readonly Box[] = [
  { left: 8, top: 6, right: 15, bottom: 20 },
  { left: 22, top: 9, right: 32, bottom: 24 },
];

function isIn(boxes: readonly Box[], x: number, y: number): boolean {
  return boxes.some((box) => x >= box.left && x < box.right && y >= box.top && y < box.bottom);
}

/** A mask of `scale` times the images' size. */
function maskPixels(boxes: readonly Box[], scale = 1): sharp.Sharp {
  const size = { width: width * scale, height: height * scale };
  const pixels = Buffer.from(
    Array.from({ length: size.width * size.height }, (_, at) => {
      const [x, y] = [(at % size.width) / scale, Math.floor(at / size.width) / scale];
      return isIn(boxes, Math.floor(x), Math.floor(y)) ? 255 : 0;
    }),
  );
  return sharp(pixels, { raw: { ...size, channels: 1 } });
}

/** Brightness that no two neighbors share, and no pixel black. */
const brightness = (x: number, y: number): number => 1 + ((x * 6 + y * 7) % 255);

function imagePng(): Promise<Buffer> {
  const pixels = Buffer.from(
    Array.from({ length: width * height }, (_, at) =>
      brightness(at % width, Math.floor(at / width)),
    ),
  );
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

const whole: ImageFormat = { channels: 1, height, width, fit: 'fill' };
const onBlack: ImageFormat = { ...whole, lungs: 'blackout' };

test('blacked out, an image is what it was in the lungs and 0 elsewhere, in color too', async (t) => {
  const [image, mask] = [await imagePng(), await maskPixels(lungs).png().toBuffer()];
  const plain = await decodeImage(image, whole);
  const expected = plain.map((value, at) =>
    isIn(lungs, at % width, Math.floor(at / width)) ? value : 0,
  );
  t.deepEqual(await decodeImage(image, onBlack, { mask }), expected);
  const color = await decodeImage(image, { ...onBlack, channels: 3 }, { mask });
  t.deepEqual(color, Buffer.concat([expected, expected, expected]));
});

test('cropped, an image is the rectangle around both lungs and 5% more on each side', async (t) => {
  const [image, mask] = [await imagePng(), await maskPixels(lungs).png().toBuffer()];
  // The lungs take columns 8 … 31 and rows 6 … 23: 24 and 18 pixels, of which 5% is one.
  const rectangle = { left: 7, top: 5, width: 26, height: 20 };
  const format: ImageFormat = { ...whole, width: 26, height: 20, lungs: 'crop' };
  const expected = await sharp(image).extract(rectangle).toColourspace('b-w').raw().toBuffer();
  t.deepEqual(await decodeImage(image, format, { mask }), expected);
  const smaller = { ...whole, width: 13, height: 9 };
  const cut = await sharp(image).extract(rectangle).png().toBuffer();
  const seen = await decodeImage(image, { ...smaller, lungs: 'crop' }, { mask });
  t.deepEqual(seen, await decodeImage(cut, smaller));
});

test('the margin ends at the border of the image', async (t) => {
  const mask = await maskPixels([{ left: 0, top: 0, right: width, bottom: height }])
    .png()
    .toBuffer();
  const image = await imagePng();
  const cropped = await decodeImage(image, { ...whole, lungs: 'crop' }, { mask });
  t.deepEqual(cropped, await decodeImage(image, whole));
});

test('a mask of the same shape in another size does as well', async (t) => {
  const image = await imagePng();
  const expected = await decodeImage(image, onBlack, {
    mask: await maskPixels(lungs).png().toBuffer(),
  });
  for (const scale of [2, 3]) {
    const mask = await maskPixels(lungs, scale).png().toBuffer();
    t.deepEqual(await decodeImage(image, onBlack, { mask }), expected);
  }
  // Masks of 256×256 for images of 299×299, as the COVID-19 Radiography Database has them.
  const square = { create: { width: 299, height: 299, channels: 3, background: 'gray' } } as const;
  const masks = { create: { width: 256, height: 256, channels: 3, background: 'white' } } as const;
  const files = [
    await sharp(square).png().toBuffer(),
    await sharp(masks).png().toBuffer(),
  ] as const;
  t.true((await readMask(...files, whole)).every((value) => value === 1));
});

test('a mask is brought to the format as its image is: stretched, padded, cropped, or cut to the lungs', async (t) => {
  const files = [await imagePng(), await maskPixels(lungs).png().toBuffer()] as const;
  for (const fit of ['fill', 'contain', 'cover'] as const) {
    for (const cut of [undefined, 'crop'] as const) {
      const format: ImageFormat = { ...whole, width: 33, height: 50, fit };
      const given = cut === undefined ? format : { ...format, lungs: cut };
      // The mask as an image: half white is lung.
      const options = { mask: files[1] };
      const seen = await decodeImage(files[1], given, options);
      t.deepEqual(
        await readMask(...files, given),
        Uint8Array.from(seen, (value) => (value >= 128 ? 1 : 0)),
        `${fit} ${cut ?? ''}`,
      );
    }
  }
});

test('a mask that was saved as JPEG, in color or turned by EXIF, is read', async (t) => {
  const image = await imagePng();
  const jpeg = await maskPixels(lungs).toColourspace('srgb').jpeg({ quality: 90 }).toBuffer();
  const expected = await readMask(image, await maskPixels(lungs).png().toBuffer(), whole);
  const differing = (await readMask(image, jpeg, whole)).filter(
    (value, at) => value !== expected[at],
  );
  t.true(differing.length < 0.02 * width * height, `${differing.length} pixels differ`);
  const turned = await maskPixels(lungs)
    .rotate(270)
    .withMetadata({ orientation: 6 })
    .tiff()
    .toBuffer();
  t.deepEqual(await readMask(image, turned, whole), expected);
});

const wrongMasks: readonly (readonly [
  what: string,
  mask: () => Promise<Buffer>,
  code: string,
  message: RegExp,
])[] = [
  [
    'of another shape',
    async () =>
      sharp(await maskPixels(lungs).png().toBuffer())
        .resize(30, 30, { fit: 'fill' })
        .png()
        .toBuffer(),
    'ERR_INVALID_FILE',
    /^a\.png: its mask b\.png: it is 30×30 pixels, which is not the shape of the image's 40×30\. Replace/,
  ],
  [
    'without lungs',
    () => maskPixels([]).png().toBuffer(),
    'ERR_INVALID_FILE',
    /^a\.png: its mask b\.png: no pixel is 128 or brighter, so it shows no lung/,
  ],
  [
    'that is no image',
    () => Promise.resolve(Buffer.from('no image')),
    'ERR_UNREADABLE_IMAGE',
    /^a\.png: its mask b\.png: cannot be decoded/,
  ],
];
for (const [what, mask, code, message] of wrongMasks) {
  test(`a mask ${what} is an error that names both files`, async (t) => {
    const options = { mask: await mask(), name: 'a.png', maskName: 'b.png' };
    await t.throwsAsync(decodeImage(await imagePng(), onBlack, options), { code, message });
  });
}

test('without a mask, or with one that is not there, there is nothing to cut', async (t) => {
  const image = await imagePng();
  await t.throwsAsync(decodeImage(image, onBlack, { name: 'a.png' }), {
    code: 'ERR_NOT_FOUND',
    message: /^a\.png: it has no lung mask/,
  });
  await t.throwsAsync(decodeImage(image, onBlack, { mask: 'none.png', name: 'a.png' }), {
    code: 'ERR_NOT_FOUND',
    message: /^a\.png: its mask none\.png: no such file/,
  });
  await t.throwsAsync(decodeImage(image, { ...whole, lungs: 'left' } as unknown as ImageFormat), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /one of crop, blackout for lungs/,
  });
  const moved = { ...onBlack, repairs: [{ kind: 'cropBorder', tolerance: 3 }] } as const;
  await t.throwsAsync(decodeImage(image, moved, { mask: image }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /cropBorder/,
  });
});

/** `images/{A,B}/0…` with a mask of each, whose lungs differ from image to image. */
async function makeMasked(t: ExecutionContext, perClass = 3): Promise<string> {
  const root = await makeFolder(t, {});
  for (const className of ['A', 'B']) {
    for (let number = 0; number < perClass; number += 1) {
      const shade = {
        create: { width, height, channels: 3, background: { r: 90, g: 90, b: 90 + number } },
      } as const;
      const box = {
        left: 4 + number,
        top: 3,
        right: 20 + number,
        bottom: className === 'A' ? 20 : 27,
      };
      for (const [folder, drawn, extension] of [
        ['images', sharp(shade).jpeg({ quality: className === 'A' ? 90 : 91 }), 'jpeg'],
        ['masks', maskPixels([box]).png(), 'png'],
      ] as const) {
        await mkdir(join(root, folder, className), { recursive: true });
        await writeFile(
          join(root, folder, className, `${number}.${extension}`),
          await drawn.toBuffer(),
        );
      }
    }
  }
  return root;
}

test('a folder gives masks by relative names, comes before the manifest, and must hold some', async (t) => {
  const root = await makeMasked(t);
  await rm(join(root, 'masks', 'B', '1.png'));
  const found = await scanSource(join(root, 'images'), { masks: join(root, 'masks') });
  t.deepEqual(
    found.samples.map(({ name, mask }) => [name, mask]),
    ['A/0', 'A/1', 'A/2', 'B/0', 'B/1', 'B/2'].map((name) => [
      `${name}.jpeg`,
      name === 'B/1' ? undefined : join(root, 'masks', `${name}.png`),
    ]),
  );
  const rows = ['A/0', 'B/0'].map((name) => `${name}.jpeg,${name[0] ?? ''},../masks/A/2.png`);
  const manifest = join(root, 'images', 'manifest.csv');
  await writeFile(manifest, `filepath,label,mask\n${rows.join('\n')}\n`);
  const listed = await scanSource(manifest);
  t.true(listed.samples.every(({ mask }) => mask === join(root, 'masks', 'A', '2.png')));
  const overruled = await scanSource(manifest, { masks: join(root, 'masks') });
  t.is(overruled.samples[1]?.mask, join(root, 'masks', 'B', '0.png'));
  for (const masks of [join(root, 'images', 'A'), join(root, 'nowhere')]) {
    await t.throwsAsync(scanSource(join(root, 'images'), { masks }), { code: 'ERR_NOT_FOUND' });
  }
});

test('a packed set on black has every image and mask as they are decoded, and opens again', async (t) => {
  const root = await makeMasked(t);
  const source = await scanSource(join(root, 'images'), { masks: join(root, 'masks') });
  const cacheDir = join(root, 'cache');
  for (const format of [onBlack, { ...onBlack, channels: 3, height: 17, width: 21 } as const]) {
    const packed = await packDataset(source, format, { cacheDir });
    const opened = await openPacked(packed.path);
    t.deepEqual(opened.index, packed.index);
    for (const { dataset } of [packed, opened]) {
      for (const [at, { path, mask = '' }] of source.samples.entries()) {
        t.deepEqual(Buffer.from(dataset.read(at)), await decodeImage(path, format, { mask }));
        t.deepEqual(dataset.mask(at), await readMask(path, mask, format));
      }
    }
  }
  const cropped = await packDataset(source, { ...whole, lungs: 'crop' }, { cacheDir });
  t.is(cropped.dataset.mask(0), null);
});

test('what is packed is found again by the masks as well, and the data keep their hash', async (t) => {
  const root = await makeMasked(t);
  const source = await scanSource(join(root, 'images'), { masks: join(root, 'masks') });
  const cacheDir = join(root, 'cache');
  const pack = async (format: ImageFormat) => {
    let decoded = 0;
    const onProgress = (progress: PackProgress) => ({ decoded } = progress);
    const packed = await packDataset(source, format, { cacheDir, onProgress });
    return { ...packed, decoded };
  };
  const [plain, first] = [await pack(whole), await pack(onBlack)];
  t.deepEqual([first.fromCache, first.decoded], [false, 6]);
  t.is(first.index.sourceHash, plain.index.sourceHash);
  t.is(plain.index.maskHash, undefined);
  const again = await pack(onBlack);
  t.deepEqual([again.fromCache, again.path], [true, first.path]);
  await writeFile(join(root, 'masks', 'A', '1.png'), await maskPixels(lungs).png().toBuffer());
  const changed = await pack(onBlack);
  t.false(changed.fromCache);
  t.is(changed.index.sourceHash, plain.index.sourceHash);
  t.not(changed.index.maskHash, first.index.maskHash);
  t.true((await pack(whole)).fromCache, 'whole images do not depend on masks');
});

test('packing that was interrupted goes on, but decodes anew where a mask has changed', async (t) => {
  const root = await makeMasked(t);
  const source = await scanSource(join(root, 'images'), { masks: join(root, 'masks') });
  const cacheDir = join(root, 'cache');
  const controller = new AbortController();
  const onProgress = ({ decoded }: PackProgress) => {
    if (decoded === 4) controller.abort();
  };
  const interrupted = { cacheDir, workers: 1, onProgress, signal: controller.signal };
  await t.throwsAsync(packDataset(source, onBlack, interrupted), { code: 'ABORT_ERR' });
  await writeFile(join(root, 'masks', 'A', '1.png'), await maskPixels(lungs).png().toBuffer());
  let decoded = 0;
  const packed = await packDataset(source, onBlack, {
    cacheDir,
    onProgress: (progress) => ({ decoded } = progress),
  });
  t.is(decoded, 3, 'two that were left, and the one whose mask changed');
  const [, sample] = source.samples;
  t.deepEqual(
    packed.dataset.mask(1),
    await readMask(sample?.path ?? '', sample?.mask ?? '', onBlack),
  );
});

test('images without a mask and bad masks are problems; without any mask nothing is packed', async (t) => {
  const root = await makeMasked(t);
  await rm(join(root, 'masks', 'A', '0.png'));
  await writeFile(join(root, 'masks', 'A', '1.png'), await maskPixels([]).png().toBuffer());
  await writeFile(
    join(root, 'masks', 'B', '2.png'),
    await sharp({ create: { width: 9, height: 9, channels: 3, background: 'white' } })
      .png()
      .toBuffer(),
  );
  const [images, masks] = [join(root, 'images'), join(root, 'masks')];
  const options = { masks, cacheDir: join(root, 'cache') };
  const error = await t.throwsAsync(openData(images, onBlack, options), {
    code: 'ERR_FILES_SKIPPED',
  });
  t.true(error instanceof RoentgenError);
  const packed = await openData(images, onBlack, { ...options, keepGoing: true });
  t.deepEqual(packed.index.names, ['A/2.jpeg', 'B/0.jpeg', 'B/1.jpeg']);
  t.deepEqual(
    packed.problems.map(({ file, code, message }) => [file, code, message.replaceAll(root, '')]),
    [
      ['A/0.jpeg', 'ERR_NOT_FOUND', 'it has no lung mask. Add it, or take the image out.'],
      [
        'A/1.jpeg',
        'ERR_INVALID_FILE',
        'its mask /masks/A/1.png: no pixel is 128 or brighter, so it shows no lung. ' +
          'Replace the mask, or take the image out.',
      ],
      [
        'B/2.jpeg',
        'ERR_INVALID_FILE',
        "its mask /masks/B/2.png: it is 9×9 pixels, which is not the shape of the image's 40×30. " +
          'Replace the mask, or take the image out.',
      ],
    ],
  );
  t.true((await openData(images, onBlack, { ...options, keepGoing: true })).fromCache);
  await t.throwsAsync(openData(images, onBlack, { cacheDir: options.cacheDir }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /no lung masks: name their folder \(masks, --masks\)/,
  });
  await t.throwsAsync(openData(images, whole, options), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /images are taken whole, for masks/,
  });
});

test('a packed file is taken for the lungs that it was packed for, and no others', async (t) => {
  const root = await makeMasked(t);
  const output = join(root, 'packed.safetensors');
  const source = await scanSource(join(root, 'images'), { masks: join(root, 'masks') });
  const { dataset, index } = await packDataset(source, onBlack, { output });
  t.is((await openData(output, onBlack)).path, output);
  await t.throwsAsync(openData(output, { ...whole, lungs: 'crop' }), {
    code: 'ERR_MODEL_MISMATCH',
    message:
      /\(fill; repairs: none; lungs: blackout\) but 1×30×40 \(fill; repairs: none; lungs: crop\)/,
  });
  // A file that claims whole images and brings masks, or the other way round.
  const bytes = await readFile(output, 'latin1');
  await writeFile(
    output,
    bytes.replace('\\"lungs\\":\\"blackout\\"', '\\"lungs\\":\\"crop\\"    '),
    'latin1',
  );
  await t.throwsAsync(openPacked(output), { code: 'ERR_INVALID_FILE', message: /masks/ });
  t.is(index.format.lungs, 'blackout');
  dataset.dispose();
});

const moves: Augmentation = {
  ...{ rotation: 25, zoom: 0.2, translation: 0.15, shear: 8, cropScale: 0.85 },
  ...{ horizontalFlip: 0.5, verticalFlip: 0.5, fill: 'black' },
  ...{ brightness: 0, contrast: 0, gamma: 0, blur: 0, noise: 0, erasing: 0, mixup: 0, cutmix: 0 },
};

test("a phantom's lungs stay within its mask, moved by the same draw, whatever happens to their values", async (t) => {
  const root = await makeFolder(t, {});
  const { manifest } = await writePhantomDataset(join(root, 'phantoms'), {
    ...{ imagesPerClass: 2, size: 48, shares: { train: 1, val: 0, test: 0 } },
  });
  const source = await scanSource(manifest);
  // White images, so that what is lit is what is seen.
  for (const { path } of source.samples) {
    const white = { create: { width: 48, height: 48, channels: 3, background: 'white' } } as const;
    await sharp(white).png().toFile(path);
  }
  const format: ImageFormat = {
    channels: 1,
    height: 48,
    width: 48,
    fit: 'fill',
    lungs: 'blackout',
  };
  const { dataset } = await packDataset(source, format, { cacheDir: join(root, 'cache') });
  const count = dataset.shape[0];
  const masks = Uint8Array.from(
    Array.from({ length: count }, (_, at) => [...(dataset.mask(at) ?? [])]).flat(),
    (value) => 255 * value,
  );
  using moved = Dataset.fromImages(masks, [count, 1, 48, 48]);
  const indices = Int32Array.from({ length: count }, (_, at) => at);
  const values = { brightness: 0.5, contrast: 0.5, noise: 0.3, gamma: 1, blur: 1, erasing: 1 };
  for (let seed = 0; seed < 25; seed += 1) {
    const draw = { indices, mean: [0.5], seed, epoch: seed % 3 };
    const expected = moved
      .preview({ ...draw, augmentation: moves })
      .map((value) => (value >= 128 ? 1 : 0));
    const lit = dataset
      .preview({ ...draw, augmentation: moves })
      .map((value) => (value > 0 ? 1 : 0));
    t.deepEqual(lit, expected, `seed ${seed}`);
    const changed = dataset.preview({ ...draw, augmentation: { ...moves, ...values } });
    t.true(
      changed.every((value, at) => value === 0 || expected[at] === 1),
      `seed ${seed}`,
    );
    t.true(changed.some((value) => value > 0));
  }
});
