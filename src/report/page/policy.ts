/** What a page of ours lets a browser do. */
import { createHash } from 'node:crypto';

export interface PageParts {
  style: string;
  /** Default none. */
  script?: string;
  /** Pictures lie in the page, or in files beside it. Default `inside`. */
  pictures?: 'inside' | 'beside';
}

const pictureSources = { inside: 'data:', beside: "'self' file:" } as const;

/**
 * A content security policy for a page with one style sheet and at most one script: nothing is fetched from elsewhere,
 * and of scripts only this one runs, whatever a class or a file is named.
 */
export function securityPolicy({ style, script, pictures = 'inside' }: PageParts): string {
  const hash = (text: string): string =>
    `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const scripts = script === undefined ? '' : `; script-src ${hash(script)}`;
  return `default-src 'none'; img-src ${pictureSources[pictures]}; style-src ${hash(style)}${scripts}`;
}
