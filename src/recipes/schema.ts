/** What a recipe file may hold: a report's experiment as data, steps and figures. */
import { z } from 'zod';
import { scanners } from '../data/index.js';

/** Lower case, so that a name is a folder everywhere. */
const name = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, . _ -');
const stepName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9._-]|\$\{each\})*$/, 'lower-case letters, digits, . _ - and ${each}');
const text = z.string().min(1);

const optionValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number()])),
]);
const options = z
  .record(z.string(), optionValue)
  .describe('Flags of the verb by their long names; true gives the flag alone, a list its commas');
/** Null takes an option away. */
const replacements = z.record(z.string(), optionValue.nullable());

const phantomsSchema = z.strictObject({
  imagesPerClass: z
    .number()
    .int()
    .min(1)
    .describe('Phantoms of each kind: normal, bacterial, viral'),
  size: z.number().int().min(16).describe('Height and width in pixels'),
  seed: z.number().int().min(0).default(0).describe('Of what is drawn'),
  scanner: z.enum(scanners).default('primary').describe('Whose tone, noise and shutters'),
  classes: z
    .record(z.string(), z.enum(['NORMAL', 'PNEUMONIA', 'BACTERIA', 'VIRUS']))
    .optional()
    .describe('Folders CLASS/* without splits, and what lies in each [train, val, test as drawn]'),
  pneumonia: z
    .enum(['merged', 'apart'])
    .default('merged')
    .describe('One class PNEUMONIA, or BACTERIA and VIRUS'),
});

const dataSchema = z.strictObject({
  needs: text.describe('What it is and where it comes from'),
  nearest: text.describe('What stands in for it where it cannot be had'),
  otherwise: z
    .string()
    .optional()
    .describe('A path, as ${steps.NAME}/FILE, that is taken where the user names none'),
  optional: z
    .boolean()
    .default(false)
    .describe('Without it the steps that need it are left out, instead of the whole'),
  quick: z
    .union([phantomsSchema, z.strictObject({ masksOf: name.describe('Data drawn above') })])
    .optional()
    .describe('How it is drawn for a quick run'),
});

const visitSchema = z.strictObject({
  path: z.string().startsWith('/').describe('Of the request'),
  upload: z.string().optional().describe('A folder: its first image is sent, as `file`'),
  save: text.describe('File of the step that keeps the answer'),
});

const stepSchema = z.strictObject({
  name: stepName.describe('Also the folder of its results'),
  title: z.string().optional().describe('What it is for, in words'),
  run: text.describe('Verb of roentgen, as `train` or `data split`'),
  arguments: z.array(z.string()).default([]).describe('What stands before the flags'),
  options: options.default({}),
  prints: z.string().optional().describe('File of the step that takes what is printed, as > does'),
  directory: z.string().optional().describe('Where its results are [${output}/NAME]'),
  each: z.array(z.string()).optional().describe('Repeats the step with ${each} in turn'),
  unless: z.string().optional().describe('Left out where the user names this data'),
  accepts: z
    .array(z.number().int())
    .default([])
    .describe('Exit codes other than 0 that tell a finding, and no failure'),
  visits: z.array(visitSchema).default([]).describe('Requests to the server that the step starts'),
  promises: z.array(text).default([]).describe('Files that must be in its directory afterwards'),
  quick: z
    .strictObject({
      options: replacements.default({}),
      each: z.array(z.string()).optional(),
    })
    .prefault({})
    .describe('What is otherwise in a quick run'),
});

const countedSchema = z.strictObject({
  hits: z.number().int().min(0),
  of: z.number().int().min(1),
});
const valueSchema = z.strictObject({
  value: z.number(),
  of: z.number().int().min(1).optional().describe("Images, for Wilson's interval of a rate"),
});

export const placeSchema = z.union([
  z
    .string()
    .startsWith('/')
    .describe('JSON pointer; a part `class=NORMAL` finds an entry of a list'),
  z.strictObject({
    column: text.describe('Of a CSV file'),
    take: z.enum(['first', 'last', 'median', 'highest', 'lowest']).default('last'),
    dividing: z
      .number()
      .positive()
      .optional()
      .describe('What is divided by it: images by images per second are seconds'),
  }),
]);

const figureSchema = z.strictObject({
  name: text,
  report: z.union([countedSchema, valueSchema]).describe("The report's own figure"),
  step: text.describe('Whose file holds ours; with * the highest of several steps'),
  file: text.default('metrics.json'),
  at: placeSchema.describe('Where in the file'),
  better: z
    .enum(['higher', 'lower', 'equal'])
    .default('higher')
    .describe('Which side of the report beats it; `equal` where it is no question of better'),
  tolerance: z
    .number()
    .min(0)
    .default(0)
    .describe("Share of the report's figure that is no difference, where there are no intervals"),
  unit: z.string().optional().describe('Of a figure that is no rate, as s'),
  note: z.string().optional().describe('What a reader must know to compare'),
});

export const recipeSchema = z.strictObject({
  name,
  title: text,
  report: text.describe('Where the experiment comes from'),
  about: text.describe('What the report did, in a few sentences'),
  data: z.record(name, dataSchema),
  quick: z
    .record(z.string(), replacements)
    .default({})
    .describe('By verb: options that replace those of all its steps in a quick run'),
  gaps: z
    .array(z.strictObject({ what: text, taken: text, why: text }))
    .default([])
    .describe('What the report leaves open, or cannot be had, and what was taken instead'),
  steps: z.array(stepSchema).min(1),
  figures: z.array(figureSchema).default([]),
});

/** A recipe file, checked and with its defaults; what each key means is in `recipeSchema`. */
export type Recipe = z.output<typeof recipeSchema>;
export type RecipeStep = Recipe['steps'][number];
export type RecipeFigure = Recipe['figures'][number];
export type Phantoms = z.output<typeof phantomsSchema>;
export type Place = z.output<typeof placeSchema>;
export type Visit = z.output<typeof visitSchema>;
export type OptionValue = z.output<typeof optionValue>;
