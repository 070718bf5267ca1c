/** What a page of ours lets a browser do. */
import { createHash } from 'node:crypto';

/**
 * A content security policy for a page with one style sheet and one script: nothing is fetched, and of scripts only
 * this one runs, whatever a class or a file is named.
 */
export function securityPolicy(style: string, script: string): string {
  const hash = (text: string): string =>
    `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; img-src data:; style-src ${hash(style)}; script-src ${hash(script)}`;
}
