/** What full augmentation adds to a training step. */
import { program, run } from './child.js';
import type { Finding } from './finding.js';
import type { Part } from './part.js';
import { median } from './statistics.js';

const rounds = { full: 9, quick: 2 };

export const augmentation: Part = {
  name: 'augmentation',
  method:
    'Epochs of 128 images of resnet18 at 224², batch 32, in one process, in turn with images as they are and with ' +
    'every kind of augmentation switched on: one resampling, brightness, contrast, gamma, blur, noise, erasing, mixup.',
  async measure({ effort, say }) {
    say(`augmentation: ${rounds[effort]} epochs of each kind`);
    const epochs = await run<{ kind: string; seconds: number }>(
      program('augmentation', String(rounds[effort])),
    );
    const secondsOf = (wanted: string): number[] =>
      epochs.filter(({ kind }) => kind === wanted).map(({ seconds }) => seconds);
    const [plain, augmented] = [secondsOf('plain'), secondsOf('augmented')];
    const finding: Finding = {
      what: 'time that full augmentation adds to resnet18',
      value: median(augmented) / median(plain) - 1,
      unit: '×',
      bar: { atMost: 0.1 },
      series: [
        { label: 'plain', unit: 's/epoch', values: plain },
        { label: 'augmented', unit: 's/epoch', values: augmented },
      ],
    };
    return [finding];
  },
};
