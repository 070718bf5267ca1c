/** Prints the seconds of epochs of resnet18 at 224², images as they are and fully augmented in turn. */
import { noAugmentation, type Augmentation } from '../../../src/native/index.js';
import { emit, main, measure } from './measure.js';
import { alternatingLabels, buildWorkload, noise, wholeEpoch } from './workload.js';

const [rounds = ''] = process.argv.slice(2);
const images = 128;

const full: Augmentation = {
  ...noAugmentation,
  rotation: 15,
  zoom: 0.1,
  translation: 0.05,
  shear: 5,
  cropScale: 0.8,
  horizontalFlip: 0.5,
  brightness: 0.2,
  contrast: 0.2,
  gamma: 0.2,
  blur: 1,
  noise: 0.05,
  erasing: 0.25,
  mixup: 0.2,
};

main(async () => {
  const dataset = noise([images, 1, 224, 224]);
  const labels = alternatingLabels(images);
  const plain = buildWorkload('resnet18', dataset.shape).trainer;
  const augmented = buildWorkload('resnet18', dataset.shape, { augmentation: full }).trainer;
  // The first epoch fills caches.
  for (let epoch = 0; epoch <= Number(rounds); epoch += 1) {
    for (const [kind, trainer] of Object.entries({ plain, augmented })) {
      const { seconds } = await measure(() => trainer.epoch(dataset, wholeEpoch(labels, epoch)));
      if (epoch > 0) emit({ kind, seconds });
    }
  }
});
