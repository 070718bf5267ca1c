/** Flags come from the schema: names, kinds, words for what is wrong. */
import test from 'ava';
import { z } from 'zod';
import { flagName, flagOptions, givenFlags, settle, type RawFlags } from '../../src/cli/flags.js';
import { expectationOf, schemaNodes } from '../../src/cli/schemaNode.js';
import { trainOptionsSchema } from '../../src/index.js';

const read = (raw: RawFlags) => settle(trainOptionsSchema, givenFlags(trainOptionsSchema, raw));

test("every setting of training is a flag, under timm's name where timm has one", (t) => {
  const flags = flagOptions(trainOptionsSchema, 'Settings:');
  t.deepEqual(Object.keys(flags), Object.keys(trainOptionsSchema.shape).map(flagName));
  const timm = ['model', 'img-size', 'in-chans', 'mean', 'std', 'batch-size', 'opt', 'lr', 'seed'];
  for (const name of [...timm, 'weight-decay', 'momentum', 'epochs', 'device', 'eval-metric']) {
    t.true(name in flags, name);
  }
  t.is(flags['batch-size']?.alias, 'b');
});

test('without flags all settings are at their defaults', (t) => {
  t.deepEqual(read({}), trainOptionsSchema.parse({}));
});

const readings: readonly (readonly [raw: RawFlags, settings: object])[] = [
  [{ epochs: '3' }, { epochs: 3 }],
  [{ lr: '3e-4' }, { lr: 0.0003 }],
  [{ epochs: ['3', '4'] }, { epochs: 4 }],
  [{ 'img-size': '224' }, { imgSize: 224 }],
  [{ 'img-size': '224,192' }, { imgSize: [224, 192] }],
  [{ 'in-chans': '3' }, { inChans: 3 }],
  [{ mean: '0.5' }, { mean: [0.5] }],
  [{ mean: ['0.4', '0.5,0.6'] }, { mean: [0.4, 0.5, 0.6] }],
  [{ classes: 'NORMAL, PNEUMONIA' }, { classes: ['NORMAL', 'PNEUMONIA'] }],
  [{ classes: '0,1' }, { classes: ['0', '1'] }],
  [{ 'single-output': true }, { singleOutput: true }],
];
for (const [raw, settings] of readings) {
  test(`${JSON.stringify(raw)} is read as ${JSON.stringify(settings)}`, (t) => {
    t.like(read(raw), settings);
  });
}

const refusals: readonly (readonly [raw: RawFlags, expected: RegExp])[] = [
  [{ epochs: '0' }, /an integer of at least 1 for --epochs but received 0/],
  [{ epochs: '' }, /for --epochs but received nothing/],
  [{ lr: 'fast' }, /a number above 0 for --lr but received fast/],
  [{ momentum: '1' }, /a number from 0 up to, but not, 1 for --momentum/],
  [{ opt: 'adamm' }, /one of adam, adamw, sgd, rmsprop, lion for --opt/],
  [{ 'in-chans': '2' }, /1 or 3 for --in-chans/],
  [{ mean: '0.5,half' }, /a list of 1 to 3 numbers for --mean/],
  [{ 'img-size': '1,2,3' }, /or a list of 2 numbers, each from 1 to 8192 for --img-size/],
];
for (const [raw, expected] of refusals) {
  test(`${JSON.stringify(raw)} is refused with what was expected`, (t) => {
    t.throws(() => read(raw), { code: 'ERR_INVALID_ARGUMENT', message: expected });
  });
}

test('every setting can be explained', (t) => {
  for (const [key, node] of schemaNodes(trainOptionsSchema)) {
    t.regex(expectationOf(node), /^(an? |one of |\w+ or \w+|\d)/, key);
    t.truthy(node.description, key);
  }
});

test('a list of names that has a wrong one is refused with all the names there are', (t) => {
  const schema = z.object({ method: z.array(z.enum(['gradCam', 'occlusion', 'lime'])) });
  const given = givenFlags(schema, { method: 'gradCam,lima' });
  t.throws(() => settle(schema, given), {
    message: /some of gradCam, occlusion, lime for --method but received gradCam,lima/,
  });
});

test('a boolean flag needs no value and is off by default', (t) => {
  const schema = z.strictObject({ quick: z.boolean().default(false) });
  t.is(flagOptions(schema, 'Demo:')['quick']?.type, 'boolean');
  t.deepEqual(settle(schema, givenFlags(schema, {})), { quick: false });
});
