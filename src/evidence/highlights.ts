/** Picks, while a job runs, the few frames that a report will show. */
import { provenanceShares, type ProvenanceName } from '../frame/provenance.js';

export interface Highlight {
  readonly seq: number;
  /** µs */
  readonly timestamp: number;
  /** What there is more of than in any other frame. */
  readonly most: ProvenanceName;
  /** Of the frame's cells, 0–1. */
  readonly share: number;
}

const SHOWN = ['synthesised', 'recovered', 'denoised'] as const;

export class Highlights {
  #best = new Map<ProvenanceName, Highlight>();

  /** As in frame/seams.ts. */
  save(): unknown {
    return this.#best;
  }

  load(state: unknown): void {
    this.#best = state as Map<ProvenanceName, Highlight>;
  }

  add(seq: number, timestamp: number, provenance: Uint8Array): void {
    const shares = provenanceShares(provenance);
    for (const most of SHOWN) {
      const share = shares[most];
      if (share > (this.#best.get(most)?.share ?? 0)) {
        this.#best.set(most, { seq, timestamp, most, share });
      }
    }
  }

  /** In the order of what matters most. */
  list(): Highlight[] {
    return SHOWN.flatMap((name) => this.#best.get(name) ?? []);
  }
}
