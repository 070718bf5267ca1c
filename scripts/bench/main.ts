/** `npm run bench`: measures what the project promises of speed and memory, and says whether it holds. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { invalidArgument, resolveDevice, type Device } from '../../src/native/index.js';
import { augmentation } from './augmentation.js';
import { distributed } from './distributed.js';
import { eventLoop } from './eventLoop.js';
import { device } from './device.js';
import { explanation } from './explanation.js';
import { inference } from './inference.js';
import { load } from './load.js';
import { describeMachine } from './machine.js';
import { memory } from './memory.js';
import { packing } from './packing.js';
import type { Context, Part } from './part.js';
import { formatMarkdown, formatSection, mergeMarkdown, type Section } from './report.js';
import { serving } from './serving.js';
import { training } from './training.js';

const parts: readonly Part[] = [
  training,
  augmentation,
  distributed,
  explanation,
  inference,
  serving,
  packing,
  load,
  eventLoop,
  memory,
];

/** Measured on request alone: `--device`. */
const deviceParts: readonly Part[] = [device];

const help = `npm run bench -- [${parts.map(({ name }) => name).join('] [')}] [options]

All parts are measured unless some are named: 55 minutes on 2 cores, on which nothing else should run.
  --device DEVICE   cuda: instead of these, training on this machine's GPU beside PyTorch's
  --quick           fewer images and rounds: a first look
  --json FILE       all measurements
  --markdown FILE   the page docs/benchmarks.md; of named parts only their sections change
  --help

ROENTGEN_PYTHON names the Python that has torch and torchvision (default python3); ROENTGEN_TEST_DATA the folder of
radiographs (default ../shared/data; without it phantoms are drawn); ROENTGEN_ONNXRUNTIME the folder into which npm
installed onnxruntime-node (default: the cache folder, into which it is installed).`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      device: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const chosen = values.device === undefined ? choose(positionals) : deviceParts;
  const on = resolveDevice(readDevice(values.device ?? 'cpu'));
  const machine = await describeMachine();
  for (const { what, value } of machine) console.log(`${what}: ${value}`);
  const sections = await measureAll(chosen, {
    effort: values.quick ? 'quick' : 'full',
    device: on,
  });
  const { json, markdown } = values;
  if (json !== undefined) await writeFile(json, JSON.stringify({ machine, sections }, null, 2));
  if (markdown === undefined) return;
  const merges = chosen.length < parts.length && existsSync(markdown);
  const page = merges
    ? mergeMarkdown(await readFile(markdown, 'utf8'), machine, sections)
    : formatMarkdown(machine, sections);
  await writeFile(markdown, page);
}

function choose(names: readonly string[]): readonly Part[] {
  const known = parts.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalidArgument('part', `one of ${known.join(', ')}`, unknown);
  return names.length === 0 ? parts : parts.filter(({ name }) => names.includes(name));
}

function readDevice(name: string): Device {
  if (name === 'cpu' || name === 'cuda') return name;
  throw invalidArgument('device', 'cpu or cuda', name);
}

type Conditions = Pick<Context, 'effort' | 'device'>;

async function measureAll(chosen: readonly Part[], conditions: Conditions): Promise<Section[]> {
  const sections: Section[] = [];
  for (const part of chosen) {
    const section = await measurePart(part, conditions);
    console.log(`\n${formatSection(section)}`);
    sections.push(section);
  }
  return sections;
}

/** A part that fails does not cost the others their figures, but the exit code tells. */
async function measurePart(
  { name, method, measure }: Part,
  conditions: Conditions,
): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'roentgen-bench-'));
  try {
    const say = (line: string): void => console.error(`… ${line}`);
    return { name, method, findings: await measure({ ...conditions, folder, say }) };
  } catch (error) {
    fail(error);
    return { name, method, findings: [], failure: messageOf(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fail(error: unknown): void {
  console.error(messageOf(error));
  process.exitCode = 1;
}

main().catch(fail);
