/** An exam as lines for the terminal: methods beside their checks, what was not passed and why, and the verdict. */
import type { CheckResult, ExamReport, MethodResult, MethodVerdict } from '../explanation/index.js';
import type { Style } from './style.js';
import { wrap } from '../evaluation/index.js';
import { alignColumns, plural } from './text.js';

/** Words as well as colors, for those who see none. */
const marks: Readonly<
  Record<MethodVerdict, { word: string; color: 'green' | 'yellow' | 'red' | 'dim' }>
> = {
  pass: { word: 'pass', color: 'green' },
  undecided: { word: 'undecided', color: 'yellow' },
  fail: { word: 'FAIL', color: 'red' },
  notApplicable: { word: 'no evidence', color: 'dim' },
};

/** One line for each check that applies to some method, one column for each method. */
export function examLines({ methods, images, rules, rule }: ExamReport, style: Style): string[] {
  const shown = rules.filter(({ check }) =>
    methods.some(({ checks }) => (resultOf(checks, check)?.images ?? 0) > 0),
  );
  const table = alignColumns([
    ['', ...methods.map(({ method }) => method)],
    ...shown.map(({ check }) => [
      check,
      ...methods.map(({ checks }) => cellOf(resultOf(checks, check))),
    ]),
    ['verdict', ...methods.map(({ verdict }) => marks[verdict].word)],
  ]);
  const [head = '', ...lines] = table;
  return [
    `${plural(images, 'image')}; of those that a check applies to, how many passed it`,
    '',
    style.bold(head),
    ...lines,
    '',
    ...shown.flatMap(({ check, rule: asks, reason }) => wrap(`${check}: ${asks}; ${reason}`)),
    '',
    ...wrap(rule),
    '',
    conclusion(methods, style),
  ];
}

function resultOf(checks: readonly CheckResult[], name: string): CheckResult | undefined {
  return checks.find(({ check }) => check === name);
}

function cellOf(result: CheckResult | undefined): string {
  if (result === undefined || result.images === 0) return '–';
  return `${result.passed}/${result.images} ${marks[result.verdict].word}`;
}

/** The methods by verdict, the best first. */
function conclusion(methods: readonly MethodResult[], style: Style): string {
  const groups = (['pass', 'undecided', 'fail', 'notApplicable'] as const).flatMap((verdict) => {
    const names = methods
      .filter((method) => method.verdict === verdict)
      .map(({ method }) => method);
    const { word, color } = marks[verdict];
    return names.length === 0 ? [] : `${style[color](word)}: ${names.join(', ')}`;
  });
  return groups.join('; ');
}
