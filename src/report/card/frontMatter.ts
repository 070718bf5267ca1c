/** The YAML block at the top of a model card, from which the Hugging Face Hub fills its search and its tables. */
import { stringify } from 'yaml';
import type { Estimate, OverallFigure } from '../../evaluation/index.js';
import type { EvaluatedSplit, ReportContent } from '../content.js';
import { figureNames, intervalName, printedFigures, range } from './figures.js';
import { dataName } from './markdown.js';

/** The Hub's word for a folder with one folder of images for each class. */
const folderDataset = 'imagefolder';

const topics = ['chest-x-ray', 'radiology', 'medical-imaging'];

interface Figure {
  figure: OverallFigure;
  estimate: Estimate;
}

/**
 * The block between its two lines of dashes, https://huggingface.co/docs/hub/model-cards. `license`, `datasets` and
 * `base_model` are left out, for a run knows neither what its user permits nor the names of its data on the Hub;
 * `model-index` is left out where nothing was evaluated.
 */
export function frontMatter(content: ReportContent): string {
  const results = content.evaluations
    .map((split) => ({ split, known: knownFigures(split) }))
    .filter(({ known }) => known.length > 0);
  const card = {
    library_name: 'roentgen',
    pipeline_tag: 'image-classification',
    tags: [...topics, content.architecture],
    ...(results.length === 0
      ? {}
      : {
          metrics: hubMetrics(results.flatMap(({ known }) => known)),
          'model-index': [
            {
              name: content.title,
              results: results.map(({ split, known }) => result(split, known)),
            },
          ],
        }),
  };
  // The Hub and its Python client end the block at the first line of three dashes, wherever it stands: texts are
  // therefore kept on one line. Python reads YAML 1.1, in which a class named `no` would be false.
  const yaml = stringify(card, { version: '1.1', lineWidth: 0, blockQuote: false });
  return `---\n${yaml}---\n`;
}

function knownFigures(split: EvaluatedSplit): Figure[] {
  return printedFigures.flatMap((figure) => {
    const estimate = split.intervals.overall[figure];
    return estimate === null ? [] : [{ figure, estimate }];
  });
}

function hubMetrics(known: readonly Figure[]): string[] {
  const names = known.map(({ figure }) => figureNames[figure]);
  return [...new Set(names.filter(({ onHub }) => onHub).map(({ type }) => type))];
}

function result(split: EvaluatedSplit, known: readonly Figure[]): object {
  const { confidence, images, groups } = split.intervals;
  return {
    task: { type: 'image-classification', name: 'Chest X-ray classification' },
    dataset: {
      name: dataName(split.data),
      type: folderDataset,
      split: split.name,
      revision: split.dataHash,
      args: { images, groups },
    },
    metrics: known.map(({ figure, estimate: { value, low, high, method } }) => ({
      type: figureNames[figure].type,
      value: millionths(value),
      name: `${figureNames[figure].title} (${intervalName(confidence)} ${range(low, high)})`,
      args: { confidence, low: millionths(low), high: millionths(high), method },
    })),
  };
}

/** Finer than any interval, and never in the form 1e-7, which YAML 1.1 takes for a text. */
function millionths(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
