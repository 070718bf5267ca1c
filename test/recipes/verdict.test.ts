/** A figure is reproduced, beaten or neither by where two intervals lie. */
import test from 'ava';
import { judge, reportedFigure, type Measured } from '../../src/recipes/index.js';

const higher = { better: 'higher', tolerance: 0 } as const;
const lower = { better: 'lower', tolerance: 0.1 } as const;
const equal = { better: 'equal', tolerance: 0 } as const;
const measured = (value: number, low?: number, high?: number): Measured => ({
  value,
  interval: low === undefined || high === undefined ? null : { low, high },
});

test("a report's interval is Wilson's", (t) => {
  // scipy.stats.binomtest(k, n).proportion_ci(method='wilson') of scipy 1.17.1.
  const known: [hits: number, of: number, low: number, high: number][] = [
    [566, 624, 0.881712307997303, 0.9274091554915873],
    [114, 234, 0.4238631447534821, 0.5509099665882066],
    [389, 390, 0.9856207647015206, 0.9995472294497666],
    [107, 110, 0.9228691583032443, 0.9906820301421276],
  ];
  for (const [hits, of, low, high] of known) {
    const { value, interval } = reportedFigure({ report: { hits, of } });
    t.is(value, hits / of);
    t.true(Math.abs((interval?.low ?? 0) - low) < 1e-12, `${hits} of ${of}`);
    t.true(Math.abs((interval?.high ?? 0) - high) < 1e-12, `${hits} of ${of}`);
    t.deepEqual(reportedFigure({ report: { value: hits / of, of } }), { value, interval });
  }
  t.is(reportedFigure({ report: { value: 0.83 } }).interval, null);
});

test('beaten is an interval that lies beyond the value of the report, whatever the width of theirs', (t) => {
  const theirs = measured(0.83, 0.8, 0.86);
  t.is(judge(measured(0.86, 0.831, 0.88), theirs, higher), 'beaten');
  t.is(judge(measured(0.86, 0.83, 0.88), theirs, higher), 'reproduced', 'the value itself is held');
  t.is(judge(measured(0.86, 0.829, 0.88), theirs, higher), 'reproduced');
  t.is(judge(measured(0.7, 0.65, 0.82), theirs, lower), 'beaten');
});

test('reproduced are intervals that meet, on either side', (t) => {
  const theirs = measured(0.83, 0.8, 0.86);
  t.is(judge(measured(0.78, 0.74, 0.81), theirs, higher), 'reproduced');
  t.is(judge(measured(0.76, 0.72, 0.8), theirs, higher), 'reproduced', 'they touch');
  t.is(judge(measured(0.75, 0.71, 0.799), theirs, higher), 'not reproduced');
  t.is(judge(measured(0.9, 0.861, 0.95), theirs, lower), 'not reproduced');
  t.is(judge(measured(0.9, 0.861, 0.95), theirs, equal), 'not reproduced');
});

test('where the report has no interval, its value must lie in ours', (t) => {
  t.is(judge(measured(0.85, 0.8, 0.89), measured(0.83), higher), 'reproduced');
  t.is(judge(measured(0.79, 0.75, 0.82), measured(0.83), higher), 'not reproduced');
});

test("a bare value of ours beats the report only beyond the report's whole interval", (t) => {
  const theirs = measured(0.95, 0.94, 0.96);
  t.is(judge(measured(0.955), theirs, higher), 'reproduced');
  t.is(judge(measured(0.961), theirs, higher), 'beaten');
  t.is(judge(measured(0.93), theirs, higher), 'not reproduced');
});

test('seconds within the tolerance are the same, and fewer are better', (t) => {
  t.is(judge(measured(109), measured(100), lower), 'reproduced');
  t.is(judge(measured(91), measured(100), lower), 'reproduced');
  t.is(judge(measured(89), measured(100), lower), 'beaten');
  t.is(judge(measured(111), measured(100), lower), 'not reproduced');
});

test('counts are equal or not', (t) => {
  t.is(judge(measured(287688), measured(287688), equal), 'reproduced');
  t.is(judge(measured(287689), measured(287688), equal), 'not reproduced');
});
