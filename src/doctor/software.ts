/** What roentgen is made of: Node, the addon with LibTorch, and sharp. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot, systemInfo } from '../native/index.js';
import { setupWith } from './remedies.js';
import type { CheckSpec, Finding } from './types.js';

const reinstall = 'npm install --include=optional sharp';

export const addonCheck = 'addon';

export const softwareChecks: readonly CheckSpec[] = [
  { name: 'Node', remedy: 'install a Node from https://nodejs.org', run: checkNode },
  { name: 'sharp', remedy: reinstall, run: checkSharp },
  { name: addonCheck, remedy: setupWith(), run: checkAddon },
  { name: 'LibTorch', needsAddon: true, remedy: setupWith('--force'), run: checkLibTorch },
];

function checkNode(): Finding {
  const found = `${process.versions.node} (N-API ${process.versions['napi'] ?? 'unknown'})`;
  const { engines } = readPackage();
  if (satisfies(process.versions.node, engines.node)) return { status: 'ok', summary: found };
  return {
    status: 'failed',
    summary: `${found}, but ${engines.node} is needed`,
    remedy: 'install a current Node from https://nodejs.org',
  };
}

function readPackage(): { engines: { node: string } } {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return JSON.parse(text) as { engines: { node: string } };
}

/** Whether a version is in a range of alternatives `^a.b.c` and `>=a.b.c`, which is all that "engines" uses. */
export function satisfies(version: string, range: string): boolean {
  const parse = (text: string): number[] => text.split('.').map(Number);
  const found = parse(version);
  return range.split('||').some((alternative) => {
    const [, operator, wanted = ''] = /^(\^|>=)(.+)$/.exec(alternative.trim()) ?? [];
    const least = parse(wanted);
    const first = least.findIndex((part, position) => part !== found[position]);
    const atLeast = first === -1 || (found[first] ?? 0) > (least[first] ?? 0);
    return atLeast && (operator === '>=' || found[0] === least[0]);
  });
}

/** Loading it is the check: what goes wrong there is diagnosed there. */
function checkAddon(): Finding {
  systemInfo();
  return { status: 'ok', summary: 'loads' };
}

function checkLibTorch(): Finding {
  const { torchVersion, torchVersionBuilt } = systemInfo();
  const summary = `${torchVersion}${origin()}`;
  if (torchVersion === torchVersionBuilt) return { status: 'ok', summary };
  return {
    status: 'failed',
    summary: `${summary}, but the addon was built for ${torchVersionBuilt}`,
    remedy: setupWith('--force'),
  };
}

/** Where the loaded library lies, which only the system knows for sure, and how set-up found it. */
function origin(): string {
  const maps = readFileSync('/proc/self/maps', 'utf8');
  const library = /\/\S*\/libtorch_cpu\.so/.exec(maps)?.[0];
  if (library === undefined) return '';
  const folder = dirname(dirname(library));
  const stored = readLocation();
  const found = stored?.path === folder ? `, from ${stored.source}` : '';
  return ` in ${folder}${found}`;
}

/** What set-up wrote down, if it did. */
function readLocation(): { path: string; source: string } | undefined {
  try {
    const text = readFileSync(join(packageRoot, '.libtorch', 'location.json'), 'utf8');
    return JSON.parse(text) as { path: string; source: string };
  } catch {
    return undefined;
  }
}

/** Loaded here, so that a sharp that cannot be loaded is a finding and not a crash. */
async function checkSharp(): Promise<Finding> {
  const { default: sharp } = await import('sharp');
  const [side, gray] = [16, 100];
  const raw = { width: side, height: side, channels: 1 } as const;
  const image = sharp(Buffer.alloc(side * side, gray), { raw }).toColourspace('b-w');
  for (const format of ['png', 'jpeg'] as const) {
    const encoded = await image.clone().toFormat(format).toBuffer();
    const [pixel] = await sharp(encoded).toColourspace('b-w').raw().toBuffer();
    if (pixel !== gray) {
      const summary = `decodes ${format.toUpperCase()} wrongly: ${String(pixel)} instead of ${gray}`;
      return { status: 'failed', summary, remedy: reinstall };
    }
  }
  const { sharp: version, vips } = sharp.versions;
  return { status: 'ok', summary: `${version} with libvips ${vips}; decodes PNG and JPEG` };
}
