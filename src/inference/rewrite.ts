/** Gives a model file another way from outputs to answers and leaves all else as it is. */
import { Network, RoentgenError } from '../native/index.js';
import { fromMetadata, toMetadata, type ModelDescription } from './description.js';

/** What `last.safetensors` has in its metadata, to resume from. */
const trainingState = 'training';

/**
 * Rewrites the file, whole or not at all: its weights are the same bytes afterwards.
 * @param parts each replaces what the file has; undefined takes it away
 * @throws RoentgenError as `loadModel`; ERR_INVALID_ARGUMENT for a run's last state, which would be lost;
 * ERR_NO_SPACE, ERR_IO
 */
export async function rewriteModel(
  path: string,
  parts: Partial<Pick<ModelDescription, 'decision' | 'gate' | 'tta'>>,
): Promise<void> {
  using network = await Network.load(path);
  refuseTrainingState(network, path);
  const { description } = fromMetadata(network.metadata, path);
  await network.save(path, { ...network.metadata, ...toMetadata({ ...description, ...parts }) });
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT */
export function refuseTrainingState(network: Network, path: string): void {
  if (!(trainingState in network.metadata)) return;
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `${path} holds the state of a training run, which would be lost: name the run directory or its best model.`,
  );
}
