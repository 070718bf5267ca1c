/** Lint rules: the strictest type-aware set for TypeScript, the recommended one for plain scripts. */
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Globals of Node that the set-up scripts and configuration files use. */
const nodeGlobals = {
  Buffer: 'readonly',
  URL: 'readonly',
  clearTimeout: 'readonly',
  console: 'readonly',
  module: 'writable',
  process: 'readonly',
  setTimeout: 'readonly',
};

/** Globals of browsers that the example page uses. */
const browserGlobals = {
  TextDecoder: 'readonly',
  createImageBitmap: 'readonly',
  document: 'readonly',
  fetch: 'readonly',
};

export default tseslint.config(
  { ignores: ['dist/', 'build/', '.libtorch/', 'reproductions/', 'runs/'] },
  js.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ['examples/browser/*.js'],
    languageOptions: { globals: browserGlobals },
  },
  {
    files: [
      'src/**/*.ts',
      'test/**/*.ts',
      'scripts/bench/**/*.ts',
      'examples/**/*.ts',
      'page/**/*.{ts,tsx}',
    ],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
);
