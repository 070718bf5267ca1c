/** Run directories and tracking servers for tests of MLflow. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { MlflowRun } from '../../src/training/logging/mlflow.js';
import type { MlflowSettings } from '../../src/training/logging/mlflowSettings.js';
import { FakeMlflow } from './fakeMlflow.js';
import { temporaryFolder } from '../temporaryFolder.js';

/** A run directory and the server its runs are tracked by; runs retry at once. */
export class TrackedFolder {
  readonly warnings: string[] = [];
  private heard: (() => void) | undefined;

  constructor(
    readonly directory: string,
    readonly settings: MlflowSettings,
  ) {}

  open(settings: Partial<MlflowSettings> = {}): MlflowRun {
    const { directory } = this;
    const onWarning = (message: string): void => {
      this.warnings.push(message);
      this.heard?.();
    };
    return MlflowRun.open({ ...this.settings, ...settings }, { directory, onWarning, pauseMs: 1 });
  }

  nextWarning(): Promise<void> {
    return new Promise((resolve) => (this.heard = resolve));
  }

  get journal(): string {
    return join(this.directory, 'mlflow.jsonl');
  }
}

export async function createFolder(t: ExecutionContext, port: number): Promise<TrackedFolder> {
  const directory = await temporaryFolder(t);
  return new TrackedFolder(directory, { uri: `http://127.0.0.1:${port}`, experiment: 'chest' });
}

export async function startServer(t: ExecutionContext, port?: number): Promise<FakeMlflow> {
  const server = await new FakeMlflow().start(port);
  t.teardown(() => server.stop());
  return server;
}

/** A port that nobody listens at. */
export async function closedPort(): Promise<number> {
  const server = await new FakeMlflow().start();
  const { port } = server;
  await server.stop();
  return port;
}

/** Key, step and value of every point that is stored. */
export function points({ runs }: FakeMlflow): (string | number)[][] {
  return runs.flatMap(({ metrics }) => metrics.map(({ key, step, value }) => [key, step, value]));
}

/** What a run closes with when all is well. */
export const allDelivered = { undelivered: 0, refused: 0 };
