/** The processes that train one network together. */
import { addon, type NativeGroup } from './addon.js';
import { runNative } from './call.js';
import type { GroupOptions } from './types.js';

/** Processes that train together, and what they send each other. */
export class Group implements Disposable {
  /** 0 for the one that leads. */
  readonly rank: number;
  /** Processes. */
  readonly size: number;
  readonly handle: NativeGroup;

  private constructor(handle: NativeGroup, { rank, size }: GroupOptions) {
    this.handle = handle;
    this.rank = rank;
    this.size = size;
  }

  /**
   * Waits for all processes.
   * @throws RoentgenError ERR_PEER where one does not come within `timeoutMs`; ERR_INVALID_ARGUMENT
   */
  static async join(options: GroupOptions): Promise<Group> {
    return new Group(await runNative(() => addon().joinGroup(options)), options);
  }

  /**
   * Every process calls it, and gets what the first one gives.
   * @throws RoentgenError ERR_PEER where another process is gone, or says nothing for too long; ERR_DISPOSED
   */
  async broadcast(words: string): Promise<string> {
    return runNative(() => this.handle.broadcast(words));
  }

  /** Leaves: the others' next operation throws ERR_PEER. */
  dispose(): void {
    this.handle.dispose();
  }

  /** As `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
