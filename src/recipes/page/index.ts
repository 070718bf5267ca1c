/** Reproductions as HTML pages. */
export { reproductionHtml } from './reproduction.js';
export { overviewHtml } from './overview.js';
