/** What an explanation costs beside a prediction. */
import { join } from 'node:path';
import { program, run } from './child.js';
import type { Finding } from './finding.js';
import { radiographs } from './images.js';
import type { Part } from './part.js';
import { median } from './statistics.js';

const images = { full: 624, quick: 64 };
const rounds = { full: 3, quick: 2 };

export const explanation: Part = {
  name: 'explanation',
  method:
    'Seconds for files of radiographs, in fp32 with 2 threads, from decoding to the answer: `model.predict` and ' +
    '`explainImages` with Grad-CAM of layer4, in turn in one process, resnet18 at 224². LIME: one image, 1,000 ' +
    'samples, lmap3 at 224².',
  async measure({ effort, folder, say }) {
    const count = images[effort];
    say(`explanation: ${count} images, ${rounds[effort]} rounds`);
    const source = await radiographs(join(folder, 'images'), count);
    const measured = await run<{ kind: string; seconds: number }>(
      program('explanation', source, String(rounds[effort])),
    );
    const secondsOf = (wanted: string): number[] =>
      measured.filter(({ kind }) => kind === wanted).map(({ seconds }) => seconds);
    const [predict, gradCam, lime] = ['predict', 'gradCam', 'lime'].map(secondsOf);
    const findings: Finding[] = [
      {
        what: `Grad-CAM of ${count} images against plain prediction`,
        value: median(gradCam ?? []) / median(predict ?? []),
        unit: '×',
        bar: { atMost: 3 },
        series: [
          { label: 'predict', unit: 's', values: predict ?? [] },
          { label: 'Grad-CAM', unit: 's', values: gradCam ?? [] },
        ],
      },
      {
        what: 'LIME of one image',
        value: median(lime ?? []),
        unit: 's',
        bar: { atMost: 10 },
        series: [{ label: 'LIME', unit: 's', values: lime ?? [] }],
      },
    ];
    return findings;
  },
};
