/** Prints the seconds of predictions and Grad-CAM over a folder of images in turn, and of LIME for one. */
import { join } from 'node:path';
import { scanSource } from '../../../src/data/index.js';
import { explainImages, lime } from '../../../src/explanation/index.js';
import { loadModel, type Model } from '../../../src/inference/index.js';
import { drawGrayModel } from './grayModel.js';
import { emit, main, measure } from './measure.js';

const [folder = '', rounds = ''] = process.argv.slice(2);

async function drawn(name: string): Promise<Model> {
  const path = join(folder, '..', `${name}.safetensors`);
  await drawGrayModel(name, path);
  return loadModel(path);
}

main(async () => {
  using resnet18 = await drawn('resnet18');
  using lmap3 = await drawn('lmap3');
  const { samples } = await scanSource(folder, { unlabeled: true });
  const images = samples.map(({ path }) => path);
  const [first = ''] = images;
  const sides: Readonly<Record<string, () => Promise<unknown>>> = {
    predict: async () => resnet18.predict(images),
    gradCam: async () => explainImages(resnet18, images, { method: ['gradCam'] }),
    lime: async () => lime(lmap3, first),
  };
  await resnet18.predict(images.slice(0, 32));
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const [kind, side] of Object.entries(sides)) {
      const { seconds } = await measure(side);
      emit({ kind, seconds });
    }
  }
});
