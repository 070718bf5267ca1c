/** Reads the command line, runs the verb it names, and prints what came of it. */
import yargs, { type Argv } from 'yargs';
import { nearest, notice } from '../models/index.js';
import { packageVersion } from '../native/index.js';
import { UsageError } from './failure.js';
import { flagOptions, type RawFlags } from './flags.js';
import { printFailure, printOutcome } from './notices.js';
import { createSession } from './session.js';
import { Arguments, type Verb } from './verb.js';
import { verbs, type VerbEntry } from './verbs.js';

const widestHelp = 100;

const commonFlags = {
  json: { type: 'boolean', describe: 'Print one JSON document on stdout, and nothing else there' },
  verbose: { type: 'boolean', describe: 'List all problems; with errors, say where they arose' },
} as const;
/**
 * Runs one command line to its end, and returns the exit code: 0 done, 1 failed, 2 misused, 3 splits leak,
 * 130 interrupted.
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const session = createSession({
    json: argv.includes('--json'),
    verbose: argv.includes('--verbose') || process.env['DEBUG'] === 'roentgen',
    checkCommand,
  });
  try {
    const invocation = await parse(argv);
    if (invocation === undefined) return 0;
    const outcome = await invocation.verb.run(new Arguments(invocation.raw), session);
    return printOutcome(outcome, session);
  } catch (error) {
    return printFailure(error, session);
  }
}

/** Reads a command line as `runProgram` does, and runs nothing. Throws ERR_INVALID_ARGUMENT saying what is wrong with it. */
export async function checkCommand(argv: readonly string[]): Promise<void> {
  const invocation = await parse(argv);
  if (invocation === undefined) return;
  const args = new Arguments(invocation.raw);
  for (const schema of Object.values(invocation.verb.flags)) args.flags(schema);
}

interface Invocation {
  verb: Verb;
  raw: RawFlags;
}

/** The verb and what stands behind it; undefined where help or version was asked for and printed. */
async function parse(argv: readonly string[]): Promise<Invocation | undefined> {
  let invocation: Invocation | undefined;
  let command = 'roentgen';
  const program = yargs([...argv])
    .scriptName('roentgen')
    .usage(`Usage: $0 <verb>\n\nTrains, evaluates and runs chest X-ray classifiers.\n${notice}`)
    .locale('en')
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    })
    .wrap(Math.min(widestHelp, process.stdout.columns || widestHelp))
    .options(commonFlags)
    .help()
    .alias('help', 'h')
    .version(packageVersion)
    .group([...Object.keys(commonFlags), 'help', 'version'], 'Common:')
    .epilogue('roentgen <verb> --help explains a verb.')
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // What loading a verb throws comes this way too, and is no mistake of the user's.
      throw message === null && error ? error : new UsageError(reword(message ?? ''), command);
    });
  const listener: ParseListener = {
    enter: (words) => {
      command = ['roentgen', ...words].join(' ');
    },
    find: (found) => {
      invocation = found;
    },
  };
  for (const entry of verbs) addVerb(program, entry, [], listener);
  // Only listed: scripts/roentgen.mjs runs it, before there is anything of this to run.
  program.command('setup', 'Bring LibTorch and build the addon');
  const parsed = await program.parseAsync().catch((error: unknown) => {
    // A flag without its value does not pass by `fail`.
    const misuse = error instanceof Error && error.name === 'YError';
    throw misuse ? new UsageError(reword(error.message), command) : error;
  });
  const informed = parsed['help'] === true || parsed['version'] === true;
  if (invocation === undefined && !informed) throw unknownVerb(parsed._.map(String));
  return invocation;
}

/** What is learned while yargs makes its way to a verb. */
interface ParseListener {
  enter(words: readonly string[]): void;
  find(invocation: Invocation): void;
}

/** `path` is the words before the entry's own: `data` for `data inspect`. */
function addVerb(
  program: Argv,
  entry: VerbEntry,
  path: readonly string[],
  listener: ParseListener,
): void {
  const { usage, summary: describe } = entry;
  const [word = ''] = usage.split(' ');
  const words = [...path, word];
  if ('verbs' in entry) {
    program.command(usage, describe, (nested) => {
      nested.usage(`Usage: $0 ${words.join(' ')} <verb>\n\n${describe}.`).epilogue('');
      for (const inner of entry.verbs) addVerb(nested, inner, words, listener);
    });
    return;
  }
  let verb: Verb;
  program.command({
    command: usage,
    describe,
    builder: async (nested: Argv) => {
      listener.enter(words);
      verb = await entry.load();
      return describeVerb(nested, verb, [...path, usage].join(' '));
    },
    handler: ({ _: positionals, $0: _, ...parsed }) => {
      const raw = parsed as RawFlags;
      const command = ['roentgen', ...words].join(' ');
      const extra = positionals.slice(words.length);
      refuseUnknown(raw, verb, command);
      if (extra.length > 0) throw new UsageError(`Unexpected argument ${extra.join(' ')}`, command);
      listener.find({ verb, raw });
    },
  });
}

function describeVerb(nested: Argv, verb: Verb, usage: string): Argv {
  nested.usage(`Usage: $0 ${usage} [flags]\n\n${verb.description}`).epilogue('');
  for (const [name, describe] of Object.entries(verb.positionals)) {
    // Said here, or the help would say that a list is [] by default.
    nested.positional(name, { describe, default: undefined });
  }
  for (const [heading, schema] of Object.entries(verb.flags)) {
    nested.options(flagOptions(schema, `${heading}:`));
  }
  for (const { command, explanation } of verb.examples) {
    nested.example(`$0 ${command}`, explanation);
  }
  return nested;
}

/** yargs' own check would neither suggest the nearest flag nor know it by one name only. */
function refuseUnknown(raw: RawFlags, verb: Verb, command: string): void {
  const flags = [
    ...Object.values(verb.flags).flatMap((schema) => Object.keys(flagOptions(schema, ''))),
    ...Object.keys(commonFlags),
  ];
  const known = new Set([...flags, ...Object.keys(verb.positionals)]);
  const unknown = Object.keys(raw).find((name) => !known.has(name));
  if (unknown !== undefined) {
    const suggestion = nearest(unknown, flags);
    const hint = suggestion === undefined ? '' : `; did you mean --${suggestion}?`;
    const dashes = unknown.length === 1 ? '-' : '--';
    throw new UsageError(`Unknown flag ${dashes}${unknown}${hint}`, command);
  }
}

function unknownVerb([word, inner]: readonly string[]): UsageError {
  const entry = verbs.find(({ usage }) => usage === word);
  const [level, wrong] = entry && 'verbs' in entry ? [entry.verbs, inner] : [verbs, word];
  const names = level.map(({ usage }) => usage.split(' ')[0] ?? '');
  const command = level === verbs ? 'roentgen' : `roentgen ${word ?? ''}`;
  if (wrong === undefined) return new UsageError(`A verb is missing: ${names.join(', ')}`, command);
  const suggestion = nearest(wrong, names);
  const hint =
    suggestion === undefined ? `, not one of ${names.join(', ')}` : `; did you mean ${suggestion}?`;
  return new UsageError(`Unknown verb ${wrong}${hint}`, command);
}

/** yargs' sentences, where there is a better word. */
const wording: readonly (readonly [pattern: RegExp, better: string])[] = [
  [
    /^Not enough non-option arguments: got (\d+), need at least (\d+)$/,
    'Expected $2 arguments but received $1',
  ],
  [/^Not enough arguments following: (.+)$/, 'A value is missing for --$1'],
];

function reword(message: string): string {
  return wording.reduce((text, [pattern, better]) => text.replace(pattern, better), message);
}
