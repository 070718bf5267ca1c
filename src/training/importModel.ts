/** Foreign weights looked at, and made a model file of ours, before any training. */
import { headLayers } from '../models/index.js';
import { Network, type ImportReport } from '../native/index.js';
import type { TrainSettings } from './options.js';
import { plan } from './preparation.js';
import { parseSettings } from './settings.js';

/** Which weights go into which architecture, and with which inputs and outputs. */
export interface ImportOptions extends Pick<
  TrainSettings,
  'model' | 'imgSize' | 'inChans' | 'headHidden' | 'headDropout'
> {
  /** File of weights: safetensors, or a state dictionary of `torch.save`. */
  weights: string;
  /** Outputs of the network; default the architecture's. */
  numClasses?: number | undefined;
  /** Safetensors file to write where the weights fit; default none. */
  output?: string | undefined;
}

/** What of a file of weights fits an architecture, and what not. */
export interface ImportResult {
  /** Of the architecture. */
  model: string;
  report: ImportReport;
  /** Whether nothing below the head is missing or of another shape. */
  fits: boolean;
  /** The file that was written, if any. */
  output: string | null;
}

/**
 * Says where the weights of a file would go in an architecture. Where they fit and `output` is given, writes them
 * there in our names: `weights` of a training run reads that file as it would the original.
 * @throws RoentgenError as `Network.importWeights`; ERR_UNKNOWN_MODEL, ERR_INVALID_SPEC, ERR_INPUT_TOO_SMALL,
 * ERR_INVALID_ARGUMENT; ERR_NO_SPACE, ERR_IO
 */
export async function importModel({
  weights,
  numClasses,
  output,
  ...shape
}: ImportOptions): Promise<ImportResult> {
  const { spec, format } = plan(parseSettings(shape));
  const { channels, height, width } = format;
  const outputs = numClasses ?? spec.classes;
  using network = Network.build(spec, { outputs, channels, height, width }, 0);
  const head = headLayers(spec);
  const report = await network.importWeights(weights, { head, aliases: spec.aliases });
  const fits = report.missing.length + report.wrong.length === 0;
  const written = fits && output !== undefined ? output : null;
  if (written !== null) await network.save(written, {});
  return { model: spec.name, report, fits, output: written };
}
