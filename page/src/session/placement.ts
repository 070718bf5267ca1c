/** Where on an image the map of what the network saw belongs. */
import type { ModelEntry } from '../../../src/serving/api.js';

interface Size {
  width: number;
  height: number;
}

/** In shares of the image's width and height. */
export interface Placement {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * The network saw the image stretched (`fill`), whole between black bars (`contain`) or cut (`cover`): its map covers
 * the image exactly, more than it, or its middle.
 */
export function placement(image: Size, network: Size, fit: ModelEntry['input']['fit']): Placement {
  const across = network.width / image.width;
  const down = network.height / image.height;
  const uniform = fit === 'contain' ? Math.min(across, down) : Math.max(across, down);
  const width = fit === 'fill' ? 1 : across / uniform;
  const height = fit === 'fill' ? 1 : down / uniform;
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}
