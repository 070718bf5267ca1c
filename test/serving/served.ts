/** The small model behind a server, and images to ask it about. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import type { ServeOptions } from '../../src/serving/server.js';
import { smallModel, startServer } from './support.js';

export interface Trained {
  root: string;
  /** A model file of lenet5 with decision rule, for bright and dark images of 32×32 pixels. */
  file: string;
  /** Two of each class. */
  images: string[];
}

/** A test with a model that was trained in a second. */
export function testWithModel(): TestFn<Trained> {
  const test = anyTest as unknown as TestFn<Trained>;
  let remove: (() => Promise<void>) | undefined;
  test.before(async (t) => {
    const { root, file, remove: removeFolder } = await smallModel();
    remove = removeFolder;
    const images = ['BRIGHT', 'DARK'].flatMap((name) =>
      [0, 1].map((at) => join(root, 'data', 'test', name, `image${at}.png`)),
    );
    t.context = { root, file, images };
  });
  test.after.always(() => remove?.());
  return test;
}

type Body = NonNullable<RequestInit['body']>;

export interface Client {
  url: string;
  post: (path: string, body: Body, headers?: Record<string, string>) => Promise<Response>;
}

/** Serves the model as `net` until the test ends. */
export async function served(
  t: ExecutionContext<Trained>,
  options: Partial<ServeOptions> = {},
): Promise<Client> {
  const { url } = await startServer(t, {
    models: [`net=${t.context.file}`],
    rateLimit: 0,
    ...options,
  });
  return {
    url,
    post: async (path, body, headers = {}) => fetch(url + path, { method: 'POST', body, headers }),
  };
}

/** A form with files of these paths, each as a field of another name. */
export async function formOf(paths: readonly string[]): Promise<FormData> {
  const form = new FormData();
  for (const [at, path] of paths.entries()) {
    form.append(`field${at}`, new Blob([await readFile(path)]), `file${at}.png`);
  }
  return form;
}
