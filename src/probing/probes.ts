/** The probes: what each sees, and whether its success proves a shortcut. */
import { viewMetadata, viewStatistics } from './facts.js';
import type { ProbeLayers } from './learn.js';
import type { Material, NoView, View } from './types.js';
import { viewBorder, viewThumbnail, viewWithoutLungs } from './views.js';

export interface Probe {
  name: string;
  /** For people. */
  title: string;
  /** Whether it cannot see disease, so that success proves a shortcut. */
  decides: boolean;
  view: (material: Material, signal?: AbortSignal) => Promise<View | NoView>;
  layers: ProbeLayers;
}

/** In the order of the report. */
export const probes: readonly Probe[] = [
  {
    name: 'metadata',
    title: 'facts of the file: size, format, compression',
    decides: true,
    view: viewMetadata,
    layers: 'facts',
  },
  {
    name: 'border',
    title: 'the outer 8% of each side, which shows the rim of the lungs at most',
    decides: true,
    view: viewBorder,
    layers: 'picture',
  },
  {
    name: 'lungsBlackedOut',
    title: 'the image without the lungs',
    decides: true,
    view: viewWithoutLungs,
    layers: 'picture',
  },
  {
    name: 'statistics',
    title: 'file bytes, mean and deviation of the pixels',
    decides: false,
    view: viewStatistics,
    layers: 'facts',
  },
  {
    name: 'thumbnail',
    title: 'the image at 8×8 pixels',
    decides: false,
    view: viewThumbnail,
    layers: 'linear',
  },
];
