/** What the tests of set-up share: its modules, fake LibTorch folders, fake programs, and a silent reporter. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecutionContext } from 'ava';

export const repository = resolve('.');

/** Loads a module of scripts/setup, which is plain JavaScript; `T` says what the test uses of it. */
export async function load<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(join(repository, 'scripts/setup', name)).href)) as T;
}

export interface Reporter {
  step(name: string, text: string): void;
  failure(error: Error): void;
}

/** The context that set-up's steps get; see scripts/setup/libtorch.mjs. */
export interface Context {
  root: string;
  home: string;
  env: Record<string, string | undefined>;
  report: Reporter;
  command: string;
  cuda?: boolean;
  version?: string;
  remember?: boolean;
  libtorch?: string;
  sha256?: string;
  offline?: boolean;
  force?: boolean;
  urlOfZip?: (cuda: boolean) => string;
  downloadLimits?: { connectMs?: number; idleMs?: number };
}

export interface Location {
  path: string;
  version: string;
  cuda: boolean;
  source: string;
  sha256?: string;
}

export interface SetupError extends Error {
  remedies: string[];
}

/** A temporary folder that goes when the test ends. */
export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'roentgen-setup-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes files, given as path → content, below `folder`, making folders on the way. */
export function writeFiles(folder: string, files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Writes an executable shell script named `name` into `folder`. */
export function writeProgram(folder: string, name: string, body: string): string {
  writeFiles(folder, { [name]: `#!/bin/sh\n${body}\n` });
  const file = join(folder, name);
  chmodSync(file, 0o755);
  return file;
}

/** A reporter that collects what it prints. */
export async function silentReporter(): Promise<{ report: Reporter; text: () => string }> {
  const { createReporter } = await load<{
    createReporter: (stream: { write: (text: string) => void }) => Reporter;
  }>('console.mjs');
  let printed = '';
  const report = createReporter({ write: (text) => (printed += text) });
  return { report, text: () => printed };
}

const elfMachine: Partial<Record<string, number>> = { x64: 62, arm64: 183 };

/** The smallest file that passes for an ELF library of `arch` holding `symbols`. */
export function fakeLibrary(symbols: string, arch: string = process.arch): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header.writeUInt16LE(elfMachine[arch] ?? 0, 18);
  return Buffer.concat([header, Buffer.from(symbols)]);
}

/** The files of a LibTorch `version` that set-up accepts, as path → content. */
export function libTorchFiles(version = '2.13.0', cuda = false): Record<string, string | Buffer> {
  const library = fakeLibrary('_ZNSt7__cxx1112basic_string');
  return {
    'include/ATen/ATen.h': '',
    'include/torch/csrc/api/include/torch/torch.h': '',
    'include/torch/headeronly/version.h': `#define TORCH_VERSION "${version}"\n`,
    'lib/libc10.so': library,
    'lib/libtorch_cpu.so': library,
    'lib/libtorch.so': library,
    ...(cuda && { 'lib/libtorch_cuda.so': library }),
  };
}

/** Writes a fake LibTorch to `folder` and returns the folder. */
export function writeLibTorch(folder: string, version?: string, cuda?: boolean): string {
  writeFiles(folder, libTorchFiles(version, cuda));
  return folder;
}
