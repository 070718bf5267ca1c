/** `roentgen explain` as a child process: what it prints, writes, and ends with. */
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { roentgen } from '../cli/program.js';
import { drawImage, inRegion, writeRegionModel } from './handMade.js';
import { temporaryFolder } from '../temporaryFolder.js';

test.serial('images are explained, and what is no evidence is said', async (t) => {
  const folder = await temporaryFolder(t);
  const model = await writeRegionModel(folder);
  const images = join(folder, 'images');
  await mkdir(images);
  writeFileSync(join(images, 'bright.png'), await drawImage((x, y) => (inRegion(x, y) ? 200 : 0)));
  writeFileSync(join(images, 'dark.png'), await drawImage(() => 0));

  const flags = ['--method', 'gradCam,occlusion', '--layer', 'conv', '--colormap', 'viridis'];
  const explained = await roentgen(folder, 'explain', model, images, ...flags);
  t.is(explained.exitCode, 0, explained.stderr);
  t.regex(explained.stdout, /^No evidence in 2 maps:\n.*\ndark\.png +DARK +.* gradCam +DARK$/m);
  t.regex(explained.stdout, /^4 maps in explanations$/m);
  t.regex(explained.stderr, /not a medical device/);
  for (const file of ['explanations.csv', 'gallery.html', 'figures/0001_bright.gradCam.png']) {
    t.true(existsSync(join(folder, 'explanations', file)), file);
  }

  const again = await roentgen(folder, 'explain', model, images, '--pictures', 'none', '--json');
  t.like(JSON.parse(again.stdout), { folder: 'explanations-1', problems: [] });

  writeFileSync(join(images, 'broken.png'), 'no image');
  const stopped = await roentgen(folder, 'explain', model, images, '--pictures', 'none');
  t.is(stopped.exitCode, 1);
  t.regex(stopped.stderr, /broken\.png: .*\[ERR_UNREADABLE_IMAGE\]/);
  const wentOn = await roentgen(folder, 'explain', model, images, '--keep-going');
  t.is(wentOn.exitCode, 0, wentOn.stderr);
});

test.serial('a method that there is not is refused with those that there are', async (t) => {
  const folder = await temporaryFolder(t);
  const model = await writeRegionModel(folder);
  const refused = await roentgen(folder, 'explain', model, folder, '--method', 'gradcam');
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /--method but received gradcam/);
  const exported = await roentgen(folder, 'explain', 'net.onnx', folder);
  t.is(exported.exitCode, 1);
  t.regex(exported.stderr, /frozen export.*\[ERR_UNSUPPORTED\]/);
});
