/** The page before the real server: what it shows is what the model says. */
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { percent } from '../../page/src/session/words.js';
import { parseCsv } from '../../src/data/csv.js';
import { writePhantomDataset } from '../../src/data/index.js';
import { loadModel, type Prediction } from '../../src/inference/index.js';
import { serve, type RunningServer, type ServeOptions } from '../../src/serving/index.js';
import { train } from '../../src/training/index.js';
import { realImages } from '../data/folder.js';
import { testInBrowser } from '../report/browser.js';

/** A model of two classes that has seen phantoms for a few seconds, and phantoms it has not seen. */
const trained = { folder: '', model: '', images: [] as string[] };

test.before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'roentgen-page-'));
  const phantoms = { imagesPerClass: 24, size: 64, mergePneumonia: true };
  const { images } = await writePhantomDataset(join(folder, 'phantoms'), phantoms);
  const { model } = await train({
    ...{ data: images, model: 'lenet5', epochs: 3, batchSize: 8, valFraction: 0.3 },
    ...{ output: join(folder, 'runs'), cacheDir: join(folder, 'cache') },
  });
  const unseen = join(images, 'test', 'PNEUMONIA');
  const paths = readdirSync(unseen).map((name) => join(unseen, name));
  Object.assign(trained, { folder, model, images: paths });
});

test.after.always(() => rm(trained.folder, { recursive: true, force: true }));

async function start(
  t: ExecutionContext,
  options: Partial<ServeOptions> = {},
): Promise<RunningServer> {
  const server = await serve({
    models: [`net=${trained.model}`],
    ...{ port: 0, reloadInterval: 0, logLevel: 'silent', workers: 1 },
    ...options,
  });
  t.teardown(() => server.close());
  return server;
}

async function choose(page: Page, ...files: readonly string[]): Promise<void> {
  await page.locator('input[type=file]').setInputFiles([...files]);
}

async function said(paths: readonly string[]): Promise<Prediction[]> {
  using model = await loadModel(trained.model);
  return (await model.predict([...paths])).predictions;
}

const listed = (
  { label, abstain, probabilities }: Prediction,
  classes: readonly string[],
): string =>
  abstain === null
    ? `${label}, ${percent(probabilities[classes.indexOf(label)] ?? 0)}`
    : `uncertain (${abstain})`;

testInBrowser(
  'phantoms get the answers that predict gives, in the list and in the CSV',
  async (t, open) => {
    const { url } = await start(t);
    const { page, complaints, requests } = await open({ url });
    const paths = trained.images.slice(0, 3);
    const expected = await said(paths);
    const classes = ['NORMAL', 'PNEUMONIA'];
    await choose(page, ...paths);
    await page.locator('.status.said, .status.unsure').nth(2).waitFor();
    t.deepEqual(
      await page.locator('.entry .status').allTextContents(),
      expected.map((prediction) => listed(prediction, classes)),
    );
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const rows = parseCsv(await readFile(await (await waiting).path(), 'utf8'), 'download');
    const numbers = rows.slice(1).map(({ cells }) => cells.slice(2, 4).map(Number));
    for (const [at, { probabilities }] of expected.entries()) {
      for (const [index, value] of probabilities.entries()) {
        // The server may compute them in another batch: single precision, in another order.
        t.true(Math.abs((numbers[at]?.[index] ?? NaN) - value) < 1e-5);
      }
    }
    t.deepEqual(complaints, []);
    t.deepEqual(requests, []);
  },
);

testInBrowser('there is a map for each method that the model offers', async (t, open) => {
  const { url } = await start(t);
  const { page, complaints } = await open({ url });
  await choose(page, trained.images[0] ?? '');
  const method = page.getByLabel('Method', { exact: true });
  const settled = page.locator('.caption, .explanation .failure');
  await settled.waitFor();
  const options = await method.locator('option').all();
  const offered = await Promise.all(
    options.map(async (option) => (await option.getAttribute('value')) ?? ''),
  );
  t.true(offered.includes('gradCam') && offered.includes('integratedGradients'));
  // LIME alone takes as long as all others together.
  for (const name of offered.filter((one) => one !== 'lime')) {
    await method.selectOption(name);
    await page.locator('.explanation .pending').waitFor({ state: 'detached' });
    await settled.waitFor();
    t.deepEqual(await page.locator('.explanation .failure').allTextContents(), [], name);
  }
  t.deepEqual(complaints, []);
});

testInBrowser('a real radiograph gets an answer and a map on it', async (t, open) => {
  const folder = realImages(t, 'fullsize');
  if (folder === undefined) return;
  const { url } = await start(t);
  const { page, complaints } = await open({ url });
  const [name = ''] = readdirSync(folder).filter((one) => one.endsWith('.jpeg'));
  await choose(page, join(folder, name));
  await page.locator('.caption').waitFor();
  const [expected] = await said([join(folder, name)]);
  const status = await page.locator('.entry .status').textContent();
  t.is(status, expected ? listed(expected, ['NORMAL', 'PNEUMONIA']) : null);
  t.deepEqual(complaints, []);
});

testInBrowser('a DICOM file is answered, and shown as the network saw it', async (t, open) => {
  const { url } = await start(t);
  const { page, complaints } = await open({ url });
  await choose(page, resolve('test/fixtures/dicom/explicit-12-bits.dcm'));
  await page.locator('.base').waitFor();
  t.true(await page.locator('.status.said, .status.unsure').isVisible());
  t.deepEqual(complaints, []);
});

testInBrowser(
  'a wrong file and one that is too large are said plainly, without a path of the server',
  async (t, open) => {
    const { url } = await start(t, { maxBodyMiB: 1 });
    const { page } = await open({ url });
    const wrong = join(trained.folder, 'notes.png');
    const large = join(trained.folder, 'large.png');
    await writeFile(wrong, 'these are notes');
    await writeFile(large, Buffer.alloc(3_000_000, 7));
    await choose(page, wrong);
    await page.getByText('This file cannot be read as an image.').waitFor();
    t.false(((await page.locator('.failure').textContent()) ?? '').includes(trained.folder));
    await choose(page, large);
    await page.getByText('Too large for this server.').waitFor();
    await choose(page, trained.images[0] ?? '');
    await page.locator('.pane .headline').waitFor();
  },
);

testInBrowser('the server ends, and the page says so', async (t, open) => {
  const server = await start(t);
  const { page } = await open({ url: server.url });
  await page.locator('.examples').waitFor();
  await server.close();
  await choose(page, trained.images[0] ?? '');
  await page.getByText('The server cannot be reached.').waitFor();
  t.pass();
});

testInBrowser('a token opens the server to the page', async (t, open) => {
  const token = 'a-token-of-some-length';
  const { url } = await start(t, { token });
  const { page } = await open({ url });
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByRole('button', { name: 'phantom-bacterial' }).click();
  await page.locator('.pane .headline').waitFor();
  t.pass();
});

for (const colorScheme of ['light', 'dark'] as const) {
  testInBrowser(
    `axe finds no fault with an answer of the real server in ${colorScheme}`,
    async (t, open) => {
      const { url } = await start(t);
      const { page } = await open({ url }, { colorScheme });
      await page.getByRole('button', { name: 'phantom-viral' }).click();
      await page.locator('.caption').waitFor();
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<AxeResults>('axe.run(document)');
      t.deepEqual(
        violations.map(({ id }) => id),
        [],
      );
    },
  );
}
