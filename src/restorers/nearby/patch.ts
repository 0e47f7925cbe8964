/** Cells of a frame for which other frames near in time, or the samples beside them, have an answer. */
import { cellGrid, planesOf, type Frame } from '../../frame/frame.js';
import { PROVENANCE } from '../../frame/provenance.js';
import { UNKNOWN, uncertaintyOf } from '../../frame/uncertainty.js';
import type { Doubt } from '../doubt.js';

export interface PatchedCell {
  /** Index into `[rows, columns]`. */
  readonly cell: number;
  /** Four of luma, then U and V. */
  readonly samples: readonly number[];
  /** Grey levels that this is expected to be wrong by. */
  readonly error: number;
  /** Frames to the one that showed it; 0 = none did, it is made up from what is beside. */
  readonly from: number;
}

export class Patch {
  readonly #cells: readonly PatchedCell[];

  constructor(cells: readonly PatchedCell[]) {
    this.#cells = cells;
  }

  put(frame: Frame): void {
    const { columns } = cellGrid(frame);
    const { y, u, v } = planesOf(frame, frame.data);
    for (const { cell, samples } of this.#cells) {
      const row = Math.floor(cell / columns);
      const at = 2 * (row * frame.width + cell - row * columns);
      const [first = 0, second = 0, third = 0, fourth = 0, blue = 0, red = 0] = samples;
      y[at] = Math.round(first);
      y[at + 1] = Math.round(second);
      y[at + frame.width] = Math.round(third);
      y[at + frame.width + 1] = Math.round(fourth);
      u[cell] = Math.round(blue);
      v[cell] = Math.round(red);
    }
  }

  /** The mask that is left to the network. */
  without(mask: Uint8Array): Uint8Array {
    if (this.#cells.length === 0) return mask;
    const left = mask.slice();
    for (const { cell } of this.#cells) left[cell] = 0;
    return left;
  }

  /** Says where the cells came from, and how sure they are. */
  tell(
    { provenance }: { readonly provenance: Uint8Array },
    { uncertainty, seenFrom }: Doubt,
  ): void {
    for (const { cell, error, from } of this.#cells) {
      provenance[cell] = from === 0 ? PROVENANCE.synthesised : PROVENANCE.recovered;
      uncertainty[cell] = from === 0 ? UNKNOWN : uncertaintyOf(error);
      seenFrom[cell] = from;
    }
  }
}
