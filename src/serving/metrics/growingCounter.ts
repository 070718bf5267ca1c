/** A counter of what is counted elsewhere: it takes over the totals when it is asked. */
import { Counter, type CounterConfiguration } from 'prom-client';

export interface Total {
  labels: Record<string, string>;
  total: number;
}

export class GrowingCounter {
  private readonly known = new Map<string, number>();

  constructor(configuration: Omit<CounterConfiguration<string>, 'collect'>, totals: () => Total[]) {
    const { known } = this;
    new Counter({
      ...configuration,
      collect() {
        for (const { labels, total } of totals()) {
          const key = JSON.stringify(labels);
          // A version that went and came back starts anew.
          this.inc(labels, Math.max(0, total - (known.get(key) ?? 0)));
          known.set(key, total);
        }
      },
    });
  }
}
