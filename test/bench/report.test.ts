/** Figures, bars and tables of the benchmark; what is measured is nobody's test. */
import test from 'ava';
import { meets, rateRatio, type Finding } from '../../scripts/bench/finding.js';
import { formatMarkdown, formatSection } from '../../scripts/bench/report.js';
import { median, slope } from '../../scripts/bench/statistics.js';

const speed = (label: string, values: number[]) => ({ label, unit: 'img/s', values });

test('the median is the middle value, or the mean of the two in the middle', (t) => {
  t.is(median([9, 1, 5]), 5);
  t.is(median([9, 1, 5, 7]), 6);
  t.is(median([]), NaN);
});

test('the slope of values on a line is the step between them', (t) => {
  t.is(slope([7, 7, 7]), 0);
  t.is(slope([1, 3, 5, 7]), 2);
  t.is(slope([5]), NaN);
});

test('a ratio compares medians, so that one slow epoch does not count', (t) => {
  const { value } = rateRatio('training', speed('ours', [10, 20, 21]), speed('theirs', [10]), {
    atLeast: 1,
  });
  t.is(value, 2);
});

test('a figure on its bar meets it, one without a bar always does, NaN never', (t) => {
  const finding = (value: number, bar?: Finding['bar']): Finding => ({
    what: '',
    value,
    unit: 's',
    series: [],
    ...(bar && { bar }),
  });
  t.true(meets(finding(2, { atLeast: 2 })));
  t.false(meets(finding(1.99, { atLeast: 2 })));
  t.true(meets(finding(2, { atMost: 2 })));
  t.false(meets(finding(2.01, { atMost: 2 })));
  t.true(meets(finding(100)));
  t.false(meets(finding(NaN, { atLeast: 0 })));
  t.false(meets(finding(NaN, { atMost: 0 })));
});

const section = {
  name: 'training',
  method: 'How it was measured.',
  findings: [
    rateRatio('lenet5', speed('ours', [190, 200, 210]), speed('theirs', [100]), { atLeast: 2 }),
    { what: 'load', value: 0.25, unit: 's', bar: { atMost: 0.1 }, series: [] },
  ],
};

test('the table names each figure with its bar, verdict and measurements', (t) => {
  const page = formatMarkdown([{ what: 'CPU', value: 'abacus' }], [section]);
  t.regex(page, /^- CPU: abacus$/m);
  t.regex(page, /^How it was measured\.$/m);
  t.regex(
    page,
    /^\| lenet5 \| \*\*2\.00×\*\* \| ≥ 2\.00× ✓ \| ours 200 img\/s \(190–210, n = 3\); theirs 100 img\/s \|$/m,
  );
  t.regex(page, /^\| load \| \*\*0\.25 s\*\* \| ≤ 0\.1 s ✗ \| {2}\|$/m);
});

test('the terminal says which bars were missed', (t) => {
  const text = formatSection(section);
  t.regex(text, /lenet5: 2\.00× \(bar: ≥ 2\.00×, met\)/);
  t.regex(text, /load: 0\.25 s \(bar: ≤ 0\.1 s, MISSED\)/);
});
