/** What is said of a map, wherever it is shown. */
import type { Gathered } from '../gathered.js';
import type { Projection, ProjectionMethod } from '../projection/project.js';

export const methodNames: Readonly<Record<ProjectionMethod, string>> = {
  tsne: 't-SNE',
  umap: 'UMAP',
  pca: 'Principal components',
};

/** How images that nobody has labeled came onto the map. */
export const newImageWords: Readonly<Record<ProjectionMethod, string>> = {
  tsne: 'New images took part in making the map, since t-SNE cannot place a point into a finished one.',
  umap: 'New images were placed into the finished map, each by itself.',
  pca: 'New images were placed along the components of the others.',
};

/** One sentence for those who cannot see it. */
export function describeMap(
  { embeddings, known, count }: Pick<Gathered, 'embeddings' | 'known' | 'count'>,
  { method }: Pick<Projection, 'method'>,
): string {
  const fresh = count === known ? '' : `, ${count - known} of them new`;
  return `${methodNames[method]} of ${count} images${fresh}, by ${embeddings.features} features of layer ${embeddings.layer}`;
}
