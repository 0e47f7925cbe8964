/** Repairs of damage that stays, put into later frames that nobody has the time to restore. */
import { cellGrid, planesOf, type FrameSize } from '../frame/frame.js';
import { SOME_SAMPLES } from '../frame/mask.js';
import { PROVENANCE } from '../frame/provenance.js';

/** Older repairs show another light, and what passed. */
const FRESH_MS = 2000;

/** What was made of one frame. */
export interface Repaired {
  /** yuv420p planes. */
  readonly data: Uint8Array;
  /** `[rows, columns]`, see frame/mask.ts. */
  readonly mask: Uint8Array;
  readonly provenance: Uint8Array;
  /** Cells of damage that stays, not 0 where it holds; absent when there are none. */
  readonly staying?: Uint8Array;
}

export interface StandingRepair {
  /** Cells that were repaired, and how; the others are 0. */
  readonly mask: Uint8Array;
  readonly provenance: Uint8Array;
}

/** What lies on a lens or is broken in a sensor is there in the next frame too, noise is another one. */
export class StandingRepairs {
  readonly #size: FrameSize;
  #latest: { readonly repaired: Repaired; readonly atMs: number } | undefined;

  constructor(size: FrameSize) {
    this.#size = size;
  }

  /** Keeps the newest restored frame, which is not changed afterwards. */
  keep(repaired: Repaired, atMs: number): void {
    this.#latest = repaired.staying === undefined ? undefined : { repaired, atMs };
  }

  forget(): void {
    this.#latest = undefined;
  }

  /** Whether there is anything to put into a frame now. */
  fresh(atMs: number): boolean {
    return this.#latest !== undefined && atMs - this.#latest.atMs <= FRESH_MS;
  }

  /** Puts the repairs into the planes of a later frame. */
  put(into: Uint8Array): StandingRepair {
    const { columns, rows } = cellGrid(this.#size);
    const [mask, provenance] = [new Uint8Array(columns * rows), new Uint8Array(columns * rows)];
    const repaired = this.#latest?.repaired;
    if (repaired?.staying === undefined) return { mask, provenance };
    const [to, from] = [planesOf(this.#size, into), planesOf(this.#size, repaired.data)];
    const { width } = this.#size;
    for (let cell = 0; cell < mask.length; cell++) {
      const [value = 0, how = 0] = [repaired.mask[cell], repaired.provenance[cell]];
      if (repaired.staying[cell] === 0 || value === 0 || how === PROVENANCE.original) continue;
      const row = Math.floor(cell / columns);
      const luma = 2 * (row * width + cell - row * columns);
      const samples = value > SOME_SAMPLES && value < 255 ? value & 15 : 15;
      for (const [index, at] of [luma, luma + 1, luma + width, luma + width + 1].entries()) {
        if ((samples & (1 << index)) !== 0) to.y[at] = from.y[at] ?? 0;
      }
      to.u[cell] = from.u[cell] ?? 0;
      to.v[cell] = from.v[cell] ?? 0;
      mask[cell] = value;
      provenance[cell] = how;
    }
    return { mask, provenance };
  }
}
