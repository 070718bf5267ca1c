/** The page's CSV, its sentences, and where it lays the map. */
import test from 'ava';
import sharp from 'sharp';
import { sessionCsv } from '../../page/src/session/csv.js';
import { placement } from '../../page/src/session/placement.js';
import {
  answerInWords,
  doubtInWords,
  mapInWords,
  percent,
  ruleInWords,
} from '../../page/src/session/words.js';
import { parseCsv } from '../../src/data/csv.js';
import { formatPredictions } from '../../src/evaluation/index.js';
import type { PredictionEntry } from '../../src/serving/api.js';
import { answerFor, binaryModel, ternaryModel } from './canned.js';

const rows = (text: string): string[][] => parseCsv(text, 'session').map(({ cells }) => cells);

test('the CSV has the columns and the numbers that predict writes', (t) => {
  const { classes } = binaryModel;
  const entries = ['a.png', 'doubt, "quoted".png', 'strange\n.png'].map((name) =>
    answerFor(name, binaryModel),
  );
  const expected = formatPredictions({
    classes,
    filenames: entries.map(({ filename }) => filename),
    labels: entries.map(({ label }) => label),
    probabilities: entries.flatMap(({ probabilities }) =>
      classes.map((name) => probabilities[name] ?? NaN),
    ),
    predictionSets: entries.map(({ predictionSet }) => predictionSet ?? []),
    abstentions: entries.map(({ abstain }) => abstain),
  });
  const csv = sessionCsv(classes, entries);
  t.deepEqual(rows(csv), rows(expected));
  t.is(csv.split('\r\n').length, entries.length + 2, 'lines end as RFC 4180 wants');
});

test('no cell of the CSV begins a formula', (t) => {
  const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("x","y")'];
  const entries = hostile.map((text): PredictionEntry => ({
    filename: text,
    label: text,
    probabilities: { [text]: 1 },
    predictionSet: [text],
    abstain: null,
  }));
  for (const row of rows(sessionCsv(['=a'], entries)).slice(1)) {
    for (const cell of [row[0], row[1], row[3]]) t.regex(cell ?? '', /^'[=+\-@\t\r]/);
  }
});

for (const fit of ['fill', 'contain', 'cover'] as const) {
  for (const [width, height] of [
    [400, 200],
    [200, 400],
    [300, 300],
  ] as const) {
    test(`the map lies where sharp had the network look: ${fit}, ${width} × ${height}`, async (t) => {
      // The middle of an image is one color, so its edges tell where it came to lie.
      const network = { width: 96, height: 128 };
      const mark = { left: width * 0.25, top: height * 0.25, width: width / 2, height: height / 2 };
      const square = { create: { ...mark, channels: 3, background: 'white' } } as const;
      const image = await sharp({ create: { width, height, channels: 3, background: 'black' } })
        .composite([{ input: await sharp(square).png().toBuffer(), ...mark }])
        .png()
        .toBuffer();
      const seen = await sharp(image)
        .resize({ ...network, fit, background: 'black' })
        .greyscale()
        .raw()
        .toBuffer();
      const white = (along: number, step: number, from: number): number[] =>
        Array.from({ length: along }, (_, at) => at).filter(
          (at) => (seen[from + at * step] ?? 0) > 127,
        );
      const across = white(network.width, 1, (network.height / 2) * network.width);
      const down = white(network.height, network.width, network.width / 2);
      const place = placement({ width, height }, network, fit);
      const expected = [
        [across, network.width, place.left, place.width],
        [down, network.height, place.top, place.height],
      ] as const;
      for (const [found, size, start, share] of expected) {
        const edges = [0.25, 0.75].map((edge) => ((edge - start) / share) * size);
        const [first = NaN, last = NaN] = edges.map((edge) => Math.min(size, Math.max(0, edge)));
        t.true(Math.abs((found[0] ?? NaN) - first) <= 1, `${String(found[0])} and ${first}`);
        t.true(Math.abs((found.at(-1) ?? NaN) + 1 - last) <= 1, `${String(found.at(-1))}, ${last}`);
      }
    });
  }
}

test('an answer is said with its probability, and doubt with its reason', (t) => {
  const of = (name: string) => answerFor(name, binaryModel);
  t.is(answerInWords(of('a.png')), 'PNEUMONIA, 93.4 %');
  t.is(answerInWords(of('doubt.png')), 'uncertain (ambiguous)');
  t.is(doubtInWords(of('doubt.png')), 'It may be NORMAL or PNEUMONIA.');
  t.regex(doubtInWords({ ...of('doubt.png'), predictionSet: [] }), /no class/);
  t.regex(
    doubtInWords({ ...of('doubt.png'), predictionSet: ['NORMAL'] }),
    /prediction set says NORMAL/,
  );
  t.regex(doubtInWords(of('strange.png')), /unlike those/);
  t.is(percent(0.9999), '> 99.9 %');
  t.is(percent(0), '< 0.1 %');
});

test('the rule names the operating point, or the most probable class', (t) => {
  t.regex(ruleInWords(binaryModel), /PNEUMONIA from 38\.0 % on .*youden/);
  t.regex(ruleInWords(ternaryModel), /most probable/);
});

test('a map without evidence is said to be empty, and a signed one how it is read', (t) => {
  const map = { target: 'PNEUMONIA', layers: ['layer4'], evidence: true };
  const cam = { title: 'Grad-CAM', reading: 'positive' };
  t.regex(mapInWords(map, cam), /^Grad-CAM at layer4: .*PNEUMONIA/);
  t.regex(mapInWords({ ...map, evidence: false }, cam), /^No evidence: .* empty\.$/);
  t.regex(mapInWords({ ...map, layers: [] }, { title: 'LIME', reading: 'signed' }), /Red .* blue/);
});
