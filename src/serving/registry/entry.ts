/** A served model in words: what clients and the page need to ask it well. */
import { methodNames, methods } from '../../explanation/index.js';
import type { Model } from '../../inference/index.js';
import type { ModelEntry } from '../api.js';
import type { ServedModel } from './types.js';

/** @param isDefault whether requests that name no version get this one */
export function entryOf(
  { name, version, model, loaded }: ServedModel,
  isDefault: boolean,
): ModelEntry {
  const { architecture, classes, format, decision, gate, tta, repair } = model;
  const { channels, height, width, fit } = format;
  return {
    name,
    version,
    default: isDefault,
    architecture,
    classes,
    input: { channels, height, width, fit },
    operatingPoint: decision?.operatingPoint ?? null,
    abstains: gate !== null || decision?.conformal !== undefined,
    explanation: explanationOf(model),
    precision: model.statistics().precision,
    tta,
    repair,
    loaded: loaded.toISOString(),
  };
}

function explanationOf({ inside }: Model): ModelEntry['explanation'] {
  const layers = inside.layers.filter(({ name, shape }) => name !== 'input' && shape.length === 3);
  const fitting = methodNames.filter(
    (name) => methods[name].looksAt === 'pixels' || layers.length > 0,
  );
  return {
    methods: fitting,
    layers: layers.map(({ name }) => name),
    layer: inside.spec.layersFor.cam ?? null,
  };
}
