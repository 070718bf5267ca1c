/** The verb on tiny phantoms: trained, judged, and its detector used on images. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { roentgen, tinyData, tinyRun } from './program.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('an autoencoder is trained and judged, and its detector scores images', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  const about = ['--img-size', '32', '--epochs', '20', '-b', '1', '--val-fraction', '0.3'];
  const judged = await roentgen(
    folder,
    'anomaly',
    data,
    '--normal',
    'NORMAL',
    ...about,
    '--neighbors',
    '2',
    '--json',
  );
  t.is(judged.exitCode, 0, judged.stderr);
  const report = JSON.parse(judged.stdout) as { output: string; anomalies: string[] };
  t.deepEqual(report.anomalies, ['BACTERIA', 'VIRUS']);
  t.regex(judged.stderr, /not a medical device/);
  for (const name of ['anomaly.json', 'scores.csv', 'detector.json', 'reconstructions.png']) {
    t.true(existsSync(join(folder, report.output, name)), name);
  }
  const images = join(data, 'test', 'VIRUS');
  const scored = await roentgen(folder, 'anomaly', images, '--detector', report.output);
  t.is(scored.exitCode, 0, scored.stderr);
  const [header, ...rows] = scored.stdout.trimEnd().split('\n');
  t.regex(header ?? '', /^filename,error,errorPattern,neighbors,mahalanobis,error_flagged,/);
  t.is(rows.length, 2);
});

test("a run's embedding is judged as a table", async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  await roentgen(folder, 'train', data, ...tinyRun, '--experiment', 'run');
  const options = ['--normal', 'NORMAL', '--model', 'runs/run', '--neighbors', '2'];
  const { exitCode, stdout, stderr } = await roentgen(folder, 'anomaly', data, ...options);
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /^detector +AUROC \[95%\] +threshold +flagged NORMAL +flagged BACTERIA/m);
  t.regex(stdout, /trained with labels of both kinds/);
  t.regex(stdout, /looked at once/);
});

test('data without the normal class named are a wrong usage', async (t) => {
  const folder = await temporaryFolder(t);
  const { exitCode, stderr } = await roentgen(folder, 'anomaly', 'data');
  t.is(exitCode, 2);
  t.regex(stderr, /Expected one DATA and --normal, or --detector/);
});
