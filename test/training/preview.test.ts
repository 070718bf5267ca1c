/** The contact sheet shows training images, unchanged first and then as epochs change them. */
import sharp from 'sharp';
import { previewAugmentation, type PreviewSettings } from '../../src/training/index.js';
import { quickSettings, testOnImages } from '../inference/images.js';

const test = testOnImages();

function settingsOf(root: string): PreviewSettings {
  const { output: _, ...settings } = quickSettings(root);
  return settings;
}

/** The tiles of the sheet's last row, without their captions: lenet5's 32 pixels are enlarged 3 times. */
async function lastRow(png: Buffer, columns: number, rows: number): Promise<Buffer[]> {
  const [tile, margin, header] = [96, 8, 24];
  return Promise.all(
    Array.from({ length: columns }, (_, x) =>
      sharp(png)
        .extract({
          left: margin + x * (tile + margin),
          top: header + (rows - 1) * (tile + margin) + 20,
          width: tile,
          height: tile - 20,
        })
        .raw()
        .toBuffer(),
    ),
  );
}

test('without augmentation every column is the original; with it none is, and no two are the same', async (t) => {
  const { root } = t.context;
  const settings = { ...settingsOf(root), images: 4, draws: 3 };
  const plain = await previewAugmentation(settings);
  t.is(plain.names.length, 4);
  t.deepEqual(
    plain.names.map((name) => name.split('/').at(-2)),
    ['BRIGHT', 'DARK', 'BRIGHT', 'DARK'],
  );
  const [original, ...others] = await lastRow(plain.png, 4, 4);
  for (const other of others) t.deepEqual(other, original);
  const changed = await previewAugmentation({ ...settings, rotation: 30, brightness: 0.5 });
  const tiles = await lastRow(changed.png, 4, 4);
  t.deepEqual(tiles[0], original);
  t.is(new Set(tiles.map((tile) => tile.toString('base64'))).size, 4);
});

test('a sheet of no rows is refused', async (t) => {
  await t.throwsAsync(previewAugmentation({ ...settingsOf(t.context.root), images: 0 }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /images/,
  });
});
