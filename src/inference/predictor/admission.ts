/** Who may come in: calls are accepted whole, or refused before any work is done for them. */
import { RoentgenError } from '../../native/index.js';

/** Room for the images of one call. */
export interface Places extends Disposable {
  /** Gives up `count` of the places, or all that are left. */
  release(count?: number): void;
}

export class Admission {
  private readonly capacity: number;
  private held = 0;
  private turnedAway = 0;
  private closed = false;
  private readonly emptied: (() => void)[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Images accepted whose places were not given up. */
  get pending(): number {
    return this.held;
  }

  /** Images refused because too many were pending. */
  get refused(): number {
    return this.turnedAway;
  }

  /**
   * Room for `count` images: more than the capacity only where nothing else is pending.
   * @throws RoentgenError ERR_OVERLOADED, ERR_DISPOSED after `close`
   */
  admit(count: number): Places {
    if (this.closed) throw new RoentgenError('ERR_DISPOSED', 'The model was closed: load it again');
    if (this.held > 0 && this.held + count > this.capacity) {
      this.turnedAway += count;
      throw new RoentgenError(
        'ERR_OVERLOADED',
        `${this.held} images are in line or at work, and with ${count} more they would exceed the capacity of ` +
          `${this.capacity}: ask again later, or load the model with a larger capacity`,
        { details: { pending: this.held, count, capacity: this.capacity } },
      );
    }
    this.held += count;
    let left = count;
    const release = (places = left): void => {
      const given = Math.min(places, left);
      left -= given;
      this.held -= given;
      if (this.held === 0) for (const finish of this.emptied.splice(0)) finish();
    };
    return { release, [Symbol.dispose]: () => release() };
  }

  /** Refuses whoever comes, and returns when nothing is pending. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.held > 0) await new Promise<void>((resolve) => this.emptied.push(resolve));
  }
}
