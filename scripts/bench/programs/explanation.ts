/** Prints the seconds of predictions and Grad-CAM over a folder of images in turn, and of LIME for one. */
import { join } from 'node:path';
import { scanSource } from '../../../src/data/index.js';
import { explainImages, lime } from '../../../src/explanation/index.js';
import { loadModel, toMetadata, type Model } from '../../../src/inference/index.js';
import { loadModelSpec } from '../../../src/models/index.js';
import { Network } from '../../../src/native/index.js';
import { emit, main, measure } from './measure.js';

const [folder = '', rounds = ''] = process.argv.slice(2);

/** With weights as drawn: what it costs does not depend on them. */
async function drawModel(name: string): Promise<Model> {
  const spec = loadModelSpec(name);
  const shape = { outputs: 2, channels: 1, height: 224, width: 224 };
  using network = Network.build(spec, shape, 1);
  const path = join(folder, '..', `${name}.safetensors`);
  await network.save(
    path,
    toMetadata({
      model: name,
      classes: ['NORMAL', 'PNEUMONIA'],
      task: 'classification',
      output: 'softmax',
      loss: 'crossEntropy',
      mean: [0.5],
      std: [0.25],
      fit: 'contain',
      provenance: {},
    }),
  );
  return await loadModel(path);
}

main(async () => {
  using resnet18 = await drawModel('resnet18');
  using lmap3 = await drawModel('lmap3');
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
