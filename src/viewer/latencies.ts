/** The last ten seconds of one number: percentiles and how many came. */

const WINDOW_MS = 10_000;

export class Latencies {
  readonly #samples: { readonly at: number; readonly value: number }[] = [];

  add(value: number, at = performance.now()): void {
    this.#samples.push({ at, value });
    while ((this.#samples[0]?.at ?? at) < at - WINDOW_MS) this.#samples.shift();
  }

  /** Undefined without samples. */
  percentile(share: number): number | undefined {
    const sorted = this.#recent().sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  }

  /** A second, over the last two. */
  rate(now = performance.now()): number {
    return this.#samples.filter(({ at }) => at > now - 2000).length / 2;
  }

  #recent(now = performance.now()): number[] {
    return this.#samples.filter(({ at }) => at > now - WINDOW_MS).map(({ value }) => value);
  }
}
