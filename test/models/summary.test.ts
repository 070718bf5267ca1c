/** Architectures as text. */
import test from 'ava';
import { formatModelList, formatSummary, loadModelSpec } from '../../src/models/index.js';
import { formatScaled } from '../../src/models/summary.js';

test('the layer table is aligned, and its totals are separated by thousands', (t) => {
  const text = formatSummary(
    loadModelSpec('cnn-binary'),
    { outputs: 2, channels: 1, height: 128, width: 128 },
    {
      layers: [
        { name: 'conv1', kind: 'conv2d', shape: [32, 126, 126], parameters: 320, trainable: 320, macs: 4572288 },
        { name: 'bn', kind: 'batchNorm', shape: [25088], parameters: 100352, trainable: 50176, macs: 0 },
      ],
      trainable: 50496,
      nonTrainable: 50176,
      total: 100672,
      macs: 4572288,
    },
  );
  t.deepEqual(text.split('\n'), [
    'cnn-binary: Three convolutions and a normalized flat vector, two sigmoid outputs',
    'Source: Report S2, model 1.A',
    'Input 1 × 128 × 128, 2 outputs',
    '',
    'Layer  Kind       Output          Parameters',
    'conv1  conv2d     32 × 126 × 126         320',
    'bn     batchNorm  25088              100,352',
    '',
    'Trainable       50,496',
    'Non-trainable   50,176',
    'Total          100,672',
    'MACs            4.57 M',
  ]);
});

test('the list shows name, input and classes of every architecture', (t) => {
  t.deepEqual(formatModelList(['lenet5', 'autoencoder'].map(loadModelSpec)).split('\n'), [
    'Name         Input          Classes  Description',
    'lenet5       1 × 32 × 32         10  LeNet-5 with full connectivity',
    'autoencoder  3 × 128 × 128        -  Convolutional autoencoder with a 16-channel code at an eighth of the size',
  ]);
});

test('large counts have three digits and a prefix', (t) => {
  const cases = { 0: '0', 512: '512', 999.6: '1.00 k', 1823522304: '1.82 G', 999_600_000: '1.00 G', 56_480_000: '56.5 M' };
  for (const [count, text] of Object.entries(cases)) t.is(formatScaled(Number(count)), text);
});
