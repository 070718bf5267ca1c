/** The gallery in a browser: it fits, it is accessible, it stays by itself, and its filters tell the truth. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import type { ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { mkdir, writeFile } from 'node:fs/promises';
import { galleryHtml } from '../../src/explanation/gallery/page.js';
import type { ExplanationRow } from '../../src/explanation/index.js';
import { testInBrowser } from '../report/browser.js';
import { temporaryFolder } from '../temporaryFolder.js';

const classes = ['NORMAL', 'PNEUMONIA'];

/** Twelve maps: six images, of which the first is uncertain, by two methods, every third without evidence. */
function madeUpRows(filename: (image: number) => string): ExplanationRow[] {
  return Array.from({ length: 12 }, (_, at): ExplanationRow => {
    const image = Math.floor(at / 2);
    const evidence = at % 3 !== 0;
    return {
      filename: filename(image),
      prediction: classes[image % 2] ?? '',
      probability: 0.99 - 0.07 * ((image * 5) % 6),
      abstain: image === 0 ? 'ambiguous' : null,
      method: at % 2 === 0 ? 'gradCam' : 'occlusion',
      layers: at % 2 === 0 ? ['layer4'] : [],
      target: classes[image % 2] ?? '',
      logit: 1.5,
      rawMaximum: evidence ? 0.1 * at : 0,
      rawMinimum: -0.1,
      evidence,
      centroidX: evidence ? 0.5 : null,
      centroidY: evidence ? 0.5 : null,
      borderShare: evidence ? ((at * 7) % 12) / 12 : null,
      completenessError: null,
      fit: null,
      files: { image: 'images/a.png', overlay: 'overlays/a.png', figure: 'figures/a.png' },
    };
  });
}

async function writeGallery(
  t: ExecutionContext,
  filename = (image: number): string => `image${image}.png`,
): Promise<{ file: string }> {
  const folder = await temporaryFolder(t);
  const create = { width: 8, height: 8, channels: 3, background: '#555' } as const;
  const png = await sharp({ create }).png().toBuffer();
  for (const name of ['images', 'overlays', 'figures']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'a.png'), png);
  }
  const problems = [
    { file: filename(9), code: 'ERR_UNREADABLE_IMAGE' as const, message: 'cannot be decoded' },
  ];
  const file = join(folder, 'gallery.html');
  const content = { rows: madeUpRows(filename), classes, model: 'runs/demo', problems };
  await writeFile(file, galleryHtml(content));
  return { file };
}

const long = (image: number): string => `${'f'.repeat(200)}${image}.png`;

for (const width of [400, 1400]) {
  testInBrowser(
    `the gallery fits ${width} pixels and asks for nothing but its own pictures`,
    async (t, open) => {
      const { file } = await writeGallery(t, long);
      const { page, complaints, requests } = await open(
        { file },
        { viewport: { width, height: 900 } },
      );
      await page.evaluate('document.images[0].decode()');
      t.is(await page.evaluate('document.images[0].naturalWidth'), 8);
      t.deepEqual(complaints, []);
      const own = pathToFileURL(join(file, '..')).href;
      t.deepEqual(
        requests.filter((address) => !address.startsWith(own)),
        [],
      );
      t.true((await page.evaluate<number>('document.scrollingElement.scrollWidth')) <= width);
    },
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  testInBrowser(`axe finds no fault with the gallery in ${colorScheme}`, async (t, open) => {
    const { page } = await open(await writeGallery(t), { colorScheme });
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate<AxeResults>('axe.run(document)');
    t.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
      [],
    );
    t.true(passes.some(({ id }) => id === 'color-contrast'));
  });
}

const part = (page: Page, name: string) => page.locator(`[data-part="${name}"]`);

async function shown(page: Page, key: string): Promise<string[]> {
  return page.evaluate<string[]>(
    `Array.from(document.querySelectorAll('.cards li:not([hidden])'), (card) => card.dataset.${key})`,
  );
}

testInBrowser('filters leave the cards that they name, and say how many', async (t, open) => {
  const { page } = await open(await writeGallery(t));
  const rows = madeUpRows(String);
  await part(page, 'prediction').selectOption('PNEUMONIA');
  await part(page, 'method').selectOption({ label: 'Occlusion' });
  t.deepEqual(new Set(await shown(page, 'prediction')), new Set(['PNEUMONIA']));
  t.deepEqual(await shown(page, 'method'), ['occlusion', 'occlusion', 'occlusion']);
  t.is(await part(page, 'status').textContent(), '3 of 12 shown');
  await part(page, 'prediction').selectOption('');
  await part(page, 'method').selectOption('');
  await part(page, 'found').selectOption('no');
  t.is((await shown(page, 'position')).length, rows.filter(({ evidence }) => !evidence).length);
});

testInBrowser(
  'cards are sorted by probability and by their share at the border',
  async (t, open) => {
    const { page } = await open(await writeGallery(t));
    for (const [order, key] of [
      ['probability', 'probability'],
      ['border', 'border'],
    ] as const) {
      await part(page, 'order').selectOption(order);
      const values = (await shown(page, key)).map(Number);
      t.deepEqual(
        values,
        values.toSorted((a, b) => b - a),
      );
    }
    await part(page, 'order').selectOption('position');
    t.deepEqual(
      await shown(page, 'position'),
      Array.from({ length: 12 }, (_, at) => String(at)),
    );
  },
);

testInBrowser('the keyboard fades the overlays and not the images', async (t, open) => {
  const { page } = await open(await writeGallery(t));
  const opacities = async (): Promise<string[]> =>
    page.evaluate<string[]>(
      "Array.from(document.querySelectorAll('.stack:first-child img'), (image) => getComputedStyle(image).opacity).slice(0, 2)",
    );
  t.deepEqual(await opacities(), ['1', '1']);
  await part(page, 'fade').press('Home');
  t.deepEqual(await opacities(), ['1', '0']);
  t.is(await part(page, 'share').textContent(), '0%');
});

testInBrowser('hostile names run nothing', async (t, open) => {
  const hostile = '"\'></li><script>alert(1)</script><img src=x onerror=alert(2)>';
  const { page, complaints } = await open(await writeGallery(t, () => hostile));
  t.deepEqual(complaints, []);
  t.is(await page.locator('.cards li').count(), 12);
  t.is(await page.locator('.cards .filename').first().textContent(), hostile);
});

testInBrowser('without its script all cards are shown', async (t, open) => {
  const { page } = await open(await writeGallery(t), { javaScriptEnabled: false });
  t.is(await page.locator('.cards li').count(), 12);
  t.true(await page.locator('.cards li').last().isVisible());
});
