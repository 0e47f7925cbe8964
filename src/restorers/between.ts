/** Lost blocks of which two decoders tell two stories: the mean of both is put there. */
import { cellGrid, planesOf } from '../frame/frame.js';
import { PROVENANCE } from '../frame/provenance.js';
import { uncertaintyOf } from '../frame/uncertainty.js';
import type { RestoreOutcome } from './generator.js';
import type { Inspection } from './inspection.js';

/**
 * What the mean is expected to be wrong by, in shares of the difference of the two that it is made of. Seen
 * over thirteen clips it is 0.5 to 0.9; the network, which takes it for noise, does best with this.
 */
const ERROR_SHARE = 0.5;

const NONE = new Uint8Array(0);

/** What lies between the two decodings of a frame; cells are indices into `[rows, columns]`. */
export class Between {
  readonly #cells: Uint32Array;
  /** Grey levels, for each of the cells. */
  readonly #errors: Float32Array;

  /**
   * Puts the mean of `frame` and `second` where `inspection` says so, in the frame. Both conceal with
   * what came before, one as if it had stood still and one as if it had moved with what is around: the
   * mean errs less than either. What memory holds of other frames errs more: blocks are mostly lost to
   * the eye where something moves.
   */
  constructor({ frame, second }: Inspection, which: Uint8Array = NONE) {
    const { columns } = cellGrid(frame);
    const cells: number[] = [];
    if (second !== undefined) which.forEach((value, cell) => value !== 0 && cells.push(cell));
    this.#cells = Uint32Array.from(cells);
    this.#errors = new Float32Array(cells.length);
    if (second === undefined) return;
    const [to, other] = [planesOf(frame, frame.data), planesOf(frame, second)];
    const meet = (a: Uint8Array, b: Uint8Array, at: number): number => {
      const [one = 0, two = 0] = [a[at], b[at]];
      a[at] = (one + two + 1) >> 1;
      return Math.abs(one - two);
    };
    for (const [index, cell] of cells.entries()) {
      const row = Math.floor(cell / columns);
      const luma = row * 2 * frame.width + (cell - row * columns) * 2;
      let apart = 0;
      for (const at of [luma, luma + 1, luma + frame.width, luma + frame.width + 1]) {
        apart += meet(to.y, other.y, at) / 4;
      }
      meet(to.u, other.u, cell);
      meet(to.v, other.v, cell);
      this.#errors[index] = ERROR_SHARE * apart;
    }
  }

  /** The mask that is left to the network. */
  without(mask: Uint8Array): Uint8Array {
    if (this.#cells.length === 0) return mask;
    const left = mask.slice();
    for (const cell of this.#cells) left[cell] = 0;
    return left;
  }

  /** `[rows, columns]` quarter grey levels: the mean is as uncertain as noise of its error is. */
  noisy(noise: Uint8Array): Uint8Array {
    if (this.#cells.length === 0) return noise;
    const raised = noise.slice();
    for (const [index, cell] of this.#cells.entries()) {
      const level = Math.min(255, Math.round(4 * (this.#errors[index] ?? 0)));
      raised[cell] = Math.max(raised[cell] ?? 0, level);
    }
    return raised;
  }

  /** Says where the cells came from, and how sure they are. */
  tell({ provenance }: RestoreOutcome, uncertainty: Uint8Array): void {
    for (const [index, cell] of this.#cells.entries()) {
      provenance[cell] = PROVENANCE.recovered;
      uncertainty[cell] = uncertaintyOf(this.#errors[index] ?? 0);
    }
  }
}
