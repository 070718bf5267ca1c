/** Gives a model file another decision rule and leaves all else as it is. */
import { Network } from '../native/index.js';
import { fromMetadata, toMetadata, type ModelDescription } from './description.js';

/**
 * Rewrites the file, whole or not at all: its weights are the same bytes afterwards.
 * @param parts each replaces what the file has; undefined takes it away
 * @throws RoentgenError as `loadModel`; ERR_NO_SPACE, ERR_IO
 */
export async function rewriteModel(
  path: string,
  parts: Required<Pick<ModelDescription, 'decision' | 'gate'>>,
): Promise<void> {
  using network = await Network.load(path);
  const { description } = fromMetadata(network.metadata, path);
  await network.save(path, { ...network.metadata, ...toMetadata({ ...description, ...parts }) });
}
