/** The example page computes in Chromium what the model itself says. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ExecutionContext } from 'ava';
import sharp from 'sharp';
import { drawPhantom, writePhantomDataset } from '../../src/data/index.js';
import { exportOnnx } from '../../src/export/index.js';
import { loadModel } from '../../src/inference/index.js';
import { train } from '../../src/training/index.js';
import { testInBrowser } from '../report/browser.js';
import { temporaryFolder } from '../temporaryFolder.js';

/** The network's size: an image that has it is resized neither by us nor by the browser. */
const size = 64;
/** onnxruntime computes in single precision as we do, in another order; the page shows six decimals. */
const tolerance = 1e-4;

async function serve(t: ExecutionContext, model: string): Promise<string> {
  const child = spawn(process.execPath, ['examples/browser/serve.mjs', model, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => void child.kill());
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the example server printed no address');
}

for (const channels of [1, 3] as const) {
  testInBrowser(
    `an exported model of ${channels} channels answers in the browser as it does here`,
    async (t, open) => {
      const folder = await temporaryFolder(t);
      const phantoms = { imagesPerClass: 16, size, mergePneumonia: true };
      const { images } = await writePhantomDataset(join(folder, 'phantoms'), phantoms);
      const run = await train({
        ...{ data: images, model: 'lenet5', epochs: 2, batchSize: 8, valFraction: 0.3 },
        ...{ inChans: channels, imgSize: [size, size] },
        ...{ output: join(folder, 'runs'), cacheDir: join(folder, 'cache') },
      });
      const output = join(folder, 'model.onnx');
      await exportOnnx({ model: run.model, output, preprocessing: true, probabilities: true });
      using model = await loadModel(run.model);
      t.like(model.format, { channels, height: size, width: size });

      const { page, complaints, requests } = await open({ url: await serve(t, output) });
      const status = page.getByRole('status');
      await status.getByText('lenet5 for NORMAL, PNEUMONIA').waitFor();
      t.regex((await status.textContent()) ?? '', /not a medical device/);
      for (const kind of ['normal', 'bacterial', 'viral'] as const) {
        const { pixels } = drawPhantom({ kind, size, seed: 5 });
        const name = `${kind}.png`;
        const path = join(folder, name);
        // Channels that differ, so that their weights and their order count.
        const colored = Buffer.from(
          Array.from(pixels, (value) => [value, value >> 1, 255 - value]).flat(),
        );
        await sharp(colored, { raw: { width: size, height: size, channels: 3 } })
          .png()
          .toFile(path);
        await page.locator('input').setInputFiles(path);
        await status.getByText(name).waitFor();
        const shown = await page.locator('tr td:last-child').allTextContents();
        const { predictions } = await model.predict([path]);
        const expected = predictions[0]?.probabilities ?? [];
        t.is(shown.length, expected.length);
        for (const [at, value] of expected.entries()) {
          const distance = Math.abs(Number(shown[at]) - value);
          t.true(distance <= tolerance, `${name}: ${String(shown[at])} for ${value}`);
        }
      }
      t.deepEqual(complaints, []);
      t.deepEqual(requests, []);
    },
  );
}

testInBrowser('without a model the example says so', async (t, open) => {
  const { page } = await open({ url: await serve(t, join(tmpdir(), 'absent.onnx')) });
  await page.getByText('The server has no model').waitFor();
  t.pass();
});
