/** What cannot go together is refused by name before any data are touched. */
import test from 'ava';
import { train, type TrainSettings } from '../../src/training/index.js';

const combinations: readonly (readonly [string, TrainSettings, RegExp])[] = [
  ['focal loss with the autoencoder', { model: 'autoencoder', focalGamma: 2 }, /focalGamma/],
  [
    'class weights with the autoencoder',
    { model: 'autoencoder', classWeight: 'balanced' },
    /classWeight/,
  ],
  ['mixup with the autoencoder', { model: 'autoencoder', mixup: 0.2 }, /mixup/],
  [
    'logit adjustment with sigmoids',
    { model: 'lenet5', loss: 'binaryCrossEntropy', logitAdjustment: 1 },
    /logitAdjustment/,
  ],
  ['a positive weight with softmax', { model: 'lenet5', bcePosWeight: 2 }, /bcePosWeight/],
  ['Nesterov with Adam', { model: 'lenet5', nesterov: true }, /nesterov/],
  ['a warm-up as long as the run', { model: 'lenet5', epochs: 3, warmupEpochs: 3 }, /warmupEpochs/],
  ['a time without a unit', { model: 'lenet5', maxTime: '30' }, /maxTime/],
  [
    'freezing a layer that does not exist',
    { model: 'resnet18', freeze: ['layr4'] },
    /no layer "layr4"; did you mean layer4\?/,
  ],
  ['freezing everything', { model: 'lenet5', freeze: ['backbone', 'head'] }, /freeze/],
  ['a thaw of nothing', { model: 'lenet5', freezeEpochs: 2 }, /freezeEpochs/],
  ['a classifier that sees one class', { model: 'lenet5', only: ['NORMAL'] }, /only/],
  ['a head for the autoencoder', { model: 'autoencoder', headHidden: 8 }, /head/],
  ['a rate below no head', { model: 'autoencoder', backboneRate: 0.1 }, /backboneRate/],
  [
    'a normalization given and measured',
    { model: 'lenet5', mean: [0], std: [1], normalize: 'measured' },
    /normalize/,
  ],
  ['three means for one channel', { model: 'lenet5', mean: [0, 0, 0], inChans: 1 }, /mean/],
  ['a crop below the floor', { model: 'lenet5', cropScale: 0.5 }, /cropScale/],
];

test('choosing the epoch on the test split is refused until it is allowed by name', async (t) => {
  const settings = { model: 'lenet5', selectOn: 'test', data: 'no such folder' } as const;
  await t.throwsAsync(train(settings), {
    code: 'ERR_TEST_SELECTION',
    message: /allowTestSelection/,
  });
  await t.throwsAsync(train({ ...settings, allowTestSelection: true }), { code: 'ERR_NOT_FOUND' });
});

for (const [what, settings, names] of combinations) {
  test(`${what} is refused`, async (t) => {
    // Data that do not exist would be another error.
    await t.throwsAsync(train({ ...settings, data: 'no such folder' }), {
      code: 'ERR_INVALID_ARGUMENT',
      message: names,
    });
  });
}
