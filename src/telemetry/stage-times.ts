/** Adds up where the time of a job goes. */
export class StageTimes {
  readonly #ms = new Map<string, number>();

  add(stage: string, ms: number): void {
    this.#ms.set(stage, (this.#ms.get(stage) ?? 0) + ms);
  }

  /** Runs `work` and books its time, also when it throws. */
  measure<T>(stage: string, work: () => T): T {
    const began = performance.now();
    try {
      return work();
    } finally {
      this.add(stage, performance.now() - began);
    }
  }

  /** Milliseconds in all, by stage, in the order of first use. */
  totals(): Record<string, number> {
    return Object.fromEntries([...this.#ms].map(([stage, ms]) => [stage, Math.round(ms)]));
  }
}
