/** Asks a server that a step has started for what the recipe wants, keeps the answers, and ends the server. */
import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isImageName } from '../data/index.js';
import { writeFileAtomic } from '../native/index.js';
import type { PlannedStep } from './plan.js';
import type { Visit } from './schema.js';

/** A model is loaded in seconds; after this long something is wrong. */
const startMs = 60_000;
const listening = /listening on (http:\/\/[^\s"]+)/;

/** Null where every request was answered with success; else what went wrong. The server is asked to end in any case. */
export async function visitServer(
  child: ChildProcess,
  { visits, directory }: PlannedStep,
): Promise<string | null> {
  try {
    const address = await addressOf(child);
    if (address === null) return 'did not say where it listens';
    for (const visit of visits) {
      const answer = await fetch(`${address}${visit.path}`, await requestOf(visit));
      if (!answer.ok) return `answered ${visit.path} with status ${answer.status}`;
      await writeFileAtomic(join(directory, visit.save), Buffer.from(await answer.arrayBuffer()));
    }
    return null;
  } catch (error) {
    return `could not be visited: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    child.kill('SIGTERM');
  }
}

/** Null where the process ends, or time is up, before it listens. */
async function addressOf(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => {
      resolve(null);
    }, startMs);
    child.stderr?.on('data', (chunk: string) => {
      text += chunk;
      const [, address] = listening.exec(text) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
    child.on('close', () => {
      clearTimeout(timer);
      resolve(null);
    });
  });
}

async function requestOf({ upload }: Visit): Promise<RequestInit> {
  if (upload === undefined) return {};
  const entries = await readdir(upload, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && isImageName(entry.name));
  const [first] = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  if (first === undefined) throw new Error(`${upload} holds no image to send`);
  const form = new FormData();
  form.set('file', new Blob([await readFile(first)]), basename(first));
  return { method: 'POST', body: form };
}
