/** Whether one plain fact, which no radiologist would use, tells the classes apart. */
import type { AuditSource, Material } from '../material.js';
import { separation } from '../statistics.js';
import { worst, type Check, type Verdict } from './check.js';

/** AUROC of one fact alone from which a network may learn it in place of the disease. */
const telling = 0.7;

/** A fact of each image of a source, NaN where it is not known. */
type FactList = (source: AuditSource, material: Material) => number[];

const offsetOf = ({ sources }: Material, source: AuditSource): number =>
  sources
    .slice(0, sources.indexOf(source))
    .reduce((sum, { packed }) => sum + packed.index.names.length, 0);

const pixelFact =
  (name: 'mean' | 'contrast'): FactList =>
  (source, material) => {
    const offset = offsetOf(material, source);
    return source.packed.index.names.map((_, at) => material.pixels[offset + at]?.[name] ?? NaN);
  };

const fileFact =
  (of: (facts: { width: number; height: number; bytes: number }) => number): FactList =>
  ({ files }) =>
    (files ?? []).map((facts) => (facts === null ? NaN : of(facts)));

export const brightnessByClass: Check = {
  name: 'brightnessByClass',
  title: 'Brightness by class',
  inspect: (material) =>
    compare(material, { brightness: pixelFact('mean'), contrast: pixelFact('contrast') }),
};

export const sizeByClass: Check = {
  name: 'sizeByClass',
  title: 'File and image size by class',
  inspect: (material) =>
    compare(material, {
      width: fileFact(({ width }) => width),
      height: fileFact(({ height }) => height),
      'aspect ratio': fileFact(({ width, height }) => width / height),
      'file size': fileFact(({ bytes }) => bytes),
    }),
};

function compare(material: Material, facts: Readonly<Record<string, FactList>>): Verdict {
  const measured = material.sources.flatMap((source) =>
    Object.entries(facts).flatMap(([fact, list]) => measure(source, list(source, material), fact)),
  );
  const [best] = measured.toSorted((a, b) => b.auroc - a.auroc);
  if (best === undefined) {
    return { status: 'pass', count: 0, summary: 'not known here', findings: [] };
  }
  const findings = measured
    .filter(({ auroc }) => auroc >= telling)
    .map(({ text }) => ({ status: 'warn' as const, files: [], message: `a shortcut: ${text}` }));
  return {
    status: worst(findings.map(({ status }) => status)),
    count: findings.length,
    summary: best.text,
    findings,
  };
}

/** Each class against the rest, by one fact; nothing where the fact or a second class is missing. */
function measure(
  { path, packed: { index } }: AuditSource,
  values: readonly number[],
  fact: string,
): { auroc: number; text: string }[] {
  const labeled = values.flatMap((value, at) => {
    const label = index.labels[at] ?? -1;
    return label < 0 || Number.isNaN(value) ? [] : { value, label };
  });
  // Of two classes the second has what the first has not.
  const judged = index.classes.length === 2 ? index.classes.slice(0, 1) : index.classes;
  return judged.flatMap((name, label) => {
    const own = labeled.filter((entry) => entry.label === label).map(({ value }) => value);
    const rest = labeled.filter((entry) => entry.label !== label).map(({ value }) => value);
    const above = separation(own, rest);
    if (Number.isNaN(above)) return [];
    const auroc = Math.max(above, 1 - above);
    const side = above >= 0.5 ? 'higher' : 'lower';
    const text = `${fact} alone tells ${name} from the rest with AUROC ${auroc.toFixed(2)} (${side} in ${name}, ${path})`;
    return { auroc, text };
  });
}
