/** Embeddings: what a network makes of images before it answers, and which images are near each other there. */
export { embed, embedFiles } from './embed.js';
export type { EmbedOptions, FileReading } from './embed.js';
export { embedData } from './embedData.js';
export { formatEmbedding } from './formatEmbedding.js';
export { readEmbeddings, writeEmbeddings, writeEmbeddingsCsv } from './files/embeddingFile.js';
export type { EmbeddingSource } from './files/embeddingFile.js';
export type { Agreement } from './knn/agreement.js';
export { classifyByNeighbors, neighborMetrics } from './knn/classify.js';
export type { KnnAnswer, KnnOptions, KnnQuestion } from './knn/classify.js';
export type { KnnFigures, KnnReport } from './knn/report.js';
export { weightings } from './knn/vote.js';
export type { Weighting } from './knn/vote.js';
export type { EmbedDataOptions, EmbedDataResult, EmbedEvent, EmbedHooks } from './options.js';
export { project, projectionMethods } from './projection/project.js';
export type { ProjectionHooks } from './projection/inWorker.js';
export type { Projection, ProjectionMethod, ProjectOptions } from './projection/project.js';
export { trustworthiness } from './projection/trustworthiness.js';
export type { Embeddings, NearestRows } from './types.js';
