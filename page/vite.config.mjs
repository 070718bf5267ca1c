/** How the page is built: static files for `dist/page`, with nothing in them that a strict policy forbids. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;
const outDir = join(root, '../dist/page');

/** Beside the page lie the tests' compilations of its sources: only what Vite wrote is Vite's to remove. */
const removeOldAssets = {
  name: 'remove-old-assets',
  apply: 'build',
  buildStart() {
    rmSync(join(outDir, 'assets'), { recursive: true, force: true });
  },
};

export default defineConfig({
  root,
  // Relative, so that the page also works where a proxy puts it below a path.
  base: './',
  plugins: [removeOldAssets],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir,
    emptyOutDir: false,
    target: 'es2022',
    // A data: URL would need a looser policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
