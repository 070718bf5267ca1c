/** What a verb of the command line is: its words and flags as data, and one function that does it. */
import type { z } from 'zod';
import type { Problem } from '../data/index.js';
import type { ErrorCode } from '../native/index.js';
import { givenFlags, settle, type GivenValues, type RawFlags } from './flags.js';
import type { Session } from './session.js';

/** How a verb ended. */
export interface Outcome {
  /** For people, on stdout; ends with a line end. */
  text: string;
  /** The same for machines: all that --json prints; undefined where the verb has printed it itself. */
  json: unknown;
  /** Files that were not used, listed on stderr; unless `keepGoing`, they make the exit code 1. */
  problems?: readonly Problem[];
  keepGoing?: boolean;
  /** Whether it tells what a model thinks of images, so that the notice belongs below it. */
  showsPredictions?: boolean;
  /**
   * Whether what was asked for was found wanting, which makes the exit code 1, or that of the error it amounts to, or
   * that of another process that has said why.
   */
  failed?: boolean | ErrorCode | number;
}

export interface Example {
  command: string;
  explanation: string;
}

export interface Verb {
  /** One paragraph, below the usage line in the help. */
  description: string;
  /** What each positional of the usage is. */
  positionals: Readonly<Record<string, string>>;
  /** Schemas of the flags by their heading in the help. */
  flags: Readonly<Record<string, z.ZodObject>>;
  examples: readonly Example[];
  run(args: Arguments, session: Session): Promise<Outcome>;
}

/** What the user wrote behind a verb. */
export class Arguments {
  readonly #raw: RawFlags;

  constructor(raw: RawFlags) {
    this.#raw = raw;
  }

  /** A positional that must be there; yargs has seen to it. */
  positional(name: string): string {
    return String(this.#raw[name]);
  }

  /** A positional that takes several values. */
  positionals(name: string): string[] {
    const value = this.#raw[name];
    // Where none was given, yargs has a list of one undefined.
    return typeof value === 'object' ? value.filter((text?: string) => text !== undefined) : [];
  }

  /** A positional that may be left out. */
  optional(name: string): string | undefined {
    return this.#raw[name] === undefined ? undefined : this.positional(name);
  }

  /** Only the flags that were given, unchecked. */
  given(schema: z.ZodObject): GivenValues {
    return givenFlags(schema, this.#raw);
  }

  /** The flags of a schema with its defaults. Throws ERR_INVALID_ARGUMENT naming the flag that is wrong. */
  flags<Schema extends z.ZodObject>(schema: Schema): z.output<Schema> {
    return settle(schema, this.given(schema));
  }
}
