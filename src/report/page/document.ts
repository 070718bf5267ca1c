/** The frame of every page: what stands before its first and behind its last line. */
import { html, Html } from './html.js';
import { securityPolicy, type PageParts } from './policy.js';

export interface PageContent extends PageParts {
  title: string;
  /** What the reader sees. */
  body: Html;
}

/** The whole page as text, in the light or dark scheme of its reader. */
export function htmlDocument({ title, body, ...parts }: PageContent): string {
  const { style, script } = parts;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${securityPolicy(parts)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${new Html(`<style>${style}</style>`)}
      </head>
      <body>
        ${body} ${script === undefined ? null : new Html(`<script>${script}</script>`)}
      </body>
    </html> `.text;
}
