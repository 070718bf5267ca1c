/** Whether one plain fact, which no radiologist would use, tells the classes apart. */
import type { FileFacts } from '../fileFacts.js';
import type { AuditSource, Material } from '../material.js';
import { separation } from '../statistics.js';
import { worst, type Check, type Verdict } from './check.js';

/**
 * AUROC of one fact alone from which a network may learn it in place of the disease. Disease itself changes
 * brightness, and with it how far a file can be compressed; it has no part in the shape of an image.
 */
const telling = { picture: 0.8, shape: 0.7 };

/** In standard errors under chance, so that a few images prove nothing. */
const beyondChance = 3.09;

/** One fact of each image of a source, NaN where it is not known. */
interface Fact {
  name: string;
  level: number;
  list: (source: AuditSource, material: Material) => number[];
}

function pixelFact(name: string, fact: 'mean' | 'contrast'): Fact {
  const list: Fact['list'] = (source, { sources, pixels }) => {
    const before = sources.slice(0, sources.indexOf(source));
    const offset = before.reduce((sum, { packed }) => sum + packed.index.names.length, 0);
    return source.packed.index.names.map((_, at) => pixels[offset + at]?.[fact] ?? NaN);
  };
  return { name, level: telling.picture, list };
}

function fileFact(name: string, level: number, of: (facts: FileFacts) => number): Fact {
  const list: Fact['list'] = ({ files }) =>
    (files ?? []).map((facts) => (facts === null ? NaN : of(facts)));
  return { name, level, list };
}

export const brightnessByClass: Check = {
  name: 'brightnessByClass',
  title: 'Brightness by class',
  inspect: (material) =>
    compare(material, [pixelFact('brightness', 'mean'), pixelFact('contrast', 'contrast')]),
};

export const sizeByClass: Check = {
  name: 'sizeByClass',
  title: 'File and image size by class',
  inspect: (material) =>
    compare(material, [
      fileFact('width', telling.shape, ({ width }) => width),
      fileFact('height', telling.shape, ({ height }) => height),
      fileFact('aspect ratio', telling.shape, ({ width, height }) => width / height),
      fileFact('file size', telling.picture, ({ bytes }) => bytes),
    ]),
};

function compare(material: Material, facts: readonly Fact[]): Verdict {
  const measured = material.sources.flatMap((source) =>
    facts.flatMap(({ name, level, list }) =>
      measure(source, list(source, material)).map(({ text, ...figures }) => ({
        ...figures,
        level,
        text: `${name} alone ${text}${material.sources.length > 1 ? ` (${source.path})` : ''}`,
      })),
    ),
  );
  const [best] = measured.toSorted((a, b) => b.auroc - a.auroc);
  if (best === undefined) {
    return { status: 'pass', count: 0, summary: 'unknown, as no files are at hand', findings: [] };
  }
  const findings = measured
    .filter(({ auroc, level, score }) => auroc >= level && score > beyondChance)
    .map(({ text }) => ({ status: 'warn' as const, files: [], message: `a shortcut: ${text}` }));
  return {
    status: worst(findings.map(({ status }) => status)),
    count: findings.length,
    summary: best.text,
    findings,
  };
}

/** Each class against the rest; nothing where the fact or a second class is missing. */
function measure(
  { packed: { index } }: AuditSource,
  values: readonly number[],
): { auroc: number; score: number; text: string }[] {
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
    const text = `tells ${name} from the rest with AUROC ${auroc.toFixed(2)}, ${side} in ${name}`;
    const chance = Math.sqrt((own.length + rest.length + 1) / (12 * own.length * rest.length));
    return { auroc, score: (auroc - 0.5) / chance, text };
  });
}
