/** What tells runs apart, and whether their figures can be compared at all. */
import { invalidArgument } from '../native/index.js';
import type { ResolvedSettings } from './options.js';
import type { RunSummary } from './runs.js';

/** A setting of `train`. */
export type SettingName = keyof ResolvedSettings;

/** In which settings runs differ, and whether their figures compare. */
export interface RunComparison {
  /** Settings that are not the same in all runs, with what each has, in the order of the runs. */
  differing: { setting: SettingName; values: unknown[] }[];
  /** Settings that are. */
  common: SettingName[];
  /** Why validation figures do not compare; null where they do. */
  validationDiffers: 'data' | 'images' | null;
  /** Whether test figures, of the runs that have them, are of different data. */
  testDiffers: boolean;
}

/**
 * @param runs as `listRuns` tells of them
 * @throws RoentgenError ERR_INVALID_ARGUMENT for fewer than two
 */
export function compareRuns(runs: readonly RunSummary[]): RunComparison {
  if (runs.length < 2) throw invalidArgument('runs', 'at least 2', runs.length);
  const all = runs.flatMap(({ settings }) => Object.keys(settings) as SettingName[]);
  const differs = (setting: SettingName): boolean =>
    varies(runs.map(({ settings }) => settings[setting]));
  const names = [...new Set(all)];
  const tested = runs.flatMap(({ test }) => (test ? [test] : []));
  return {
    differing: names.filter(differs).map((setting) => ({
      setting,
      values: runs.map(({ settings }) => settings[setting]),
    })),
    common: names.filter((setting) => !differs(setting)),
    validationDiffers: varies(runs.map(({ dataHash }) => dataHash))
      ? 'data'
      : varies(runs.map(validationImages))
        ? 'images'
        : null,
    testDiffers: varies(tested.map(({ dataHash, samples }) => [dataHash, samples])),
  };
}

/** What decides, of the same data, which images a run validates on. Only a draw from `train` has a seed. */
function validationImages({ images, settings }: RunSummary): unknown {
  const { train, validation, validationFrom } = images;
  return validationFrom === 'train'
    ? [validationFrom, validation, train, settings.seed]
    : [validationFrom, validation];
}

function varies(values: readonly unknown[]): boolean {
  return new Set(values.map((value) => JSON.stringify(value))).size > 1;
}
