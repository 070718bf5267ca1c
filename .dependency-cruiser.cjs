/** Who may know whom: cli → capabilities → data, models → native; folders only through their index.ts. */

/** Folders of src that stand below the capabilities; every other folder but cli is a capability. */
const tiers = {
  native: { mayKnow: [] },
  models: { mayKnow: ['native'] },
  data: { mayKnow: ['native'] },
};

const tierRules = Object.entries(tiers).map(([folder, { mayKnow }]) => ({
  name: `${folder}-knows-only-what-is-below`,
  comment: `src/${folder} imports ${mayKnow.length > 0 ? `only src/${mayKnow.join(', src/')}` : 'no other folder'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [folder, ...mayKnow].map((name) => `^src/${name}/`) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...tierRules,
    {
      name: 'cli-is-on-top',
      comment: 'nothing imports src/cli: it is for people, the rest is for programs',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'the-public-api-only-looks-down',
      comment: 'no folder but cli imports src/index.ts, which re-exports them',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: '^src/cli/' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'only-through-index',
      comment: 'a folder is imported from outside only through its index.ts',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'the-public-api-only-through-index',
      comment: "src/index.ts re-exports from the folders' index.ts only",
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: '^src/[^/]+/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'no file imports itself in the end',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-what-ships',
      comment: 'src imports neither tests, scripts nor development packages',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: ['^test/', '^scripts/'] },
    },
    {
      name: 'no-development-packages',
      comment: 'what users install has only "dependencies"',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'everything-resolves',
      comment: 'an import that leads nowhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'types', 'default'],
    },
  },
};
