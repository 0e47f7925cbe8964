/** Tells whether a cell shows something else than what is remembered there, given the noise. */
import type { Frame } from '../frame/frame.js';
import { boxSums } from './box-sums.js';

/** Changed: the 5x5 mean difference exceeds gate times its standard deviation, plus floor. */
const MEAN_GATE = 3.5;
const MEAN_FLOOR = 3;
/** … or the 5x5 mean absolute luma difference exceeds gate times its expectation, plus floor. */
const ABSOLUTE_GATE = 1.35;
const ABSOLUTE_FLOOR = 3;
/** E|x| of a standard normal. */
const HALF_NORMAL = 0.7979;
const SHIFT_BINS = 512;
const RADIUS = 2;
const WINDOW = 5;
const STATISTICS = 4;
/** By number of cells: MEAN_GATE standard deviations of a sum of so many values. */
const SPREAD_OF_SUM = Float64Array.from({ length: 26 }, (_, n) => MEAN_GATE * Math.sqrt(n));

/** One lane's scratch memory and the frame under test. Differences are in grey levels. */
export class ChangeTest {
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: number;
  readonly #cap: number;
  readonly #known: Uint8Array;
  readonly #total: Uint8Array;
  readonly #luma: Float32Array;
  readonly #values: Float32Array;
  /** For each column the sums over five rows: signed and absolute luma, U, V. */
  readonly #columnSums: Float64Array;
  readonly #ring: Float64Array;
  /** By sample count, the standard deviation of sample minus mean in grey levels. */
  readonly #widen = new Float64Array(256);
  #data: Uint8Array = new Uint8Array();
  #width = 0;

  constructor(columns: number, rows: number, cap: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#cells = columns * rows;
    this.#cap = cap;
    this.#known = new Uint8Array(this.#cells);
    this.#total = new Uint8Array(this.#cells);
    this.#luma = new Float32Array(this.#cells);
    this.#values = new Float32Array(this.#cells);
    this.#columnSums = new Float64Array(columns * STATISTICS);
    this.#ring = new Float64Array(WINDOW * columns * STATISTICS);
  }

  /** Takes the frame to test; returns how many cells can be compared (unmasked and remembered). */
  load(frame: Frame, mask: Uint8Array, count: Uint8Array): number {
    this.#data = frame.data;
    this.#width = frame.width;
    let known = 0;
    for (let cell = 0; cell < this.#cells; cell++) {
      const usable = mask[cell] === 0 && (count[cell] ?? 0) > 0 ? 1 : 0;
      this.#known[cell] = usable;
      known += usable;
    }
    boxSums(this.#known, this.#total, this.#columns, this.#rows);
    lumaOfCells(frame.data, this.#width, this.#columns, this.#rows, this.#luma);
    return known;
  }

  /** The median over known cells of frame minus memory, luma, in quarter grey levels. */
  medianShift(mean: Float32Array, known: number): number {
    const bins = new Int32Array(SHIFT_BINS);
    this.#differ(mean);
    for (let cell = 0; cell < this.#cells; cell++) {
      if (this.#known[cell] === 0) continue;
      const bin = Math.floor((this.#values[cell] ?? 0) * 4) + SHIFT_BINS / 2;
      const at = Math.min(SHIFT_BINS - 1, Math.max(0, bin));
      bins[at] = (bins[at] ?? 0) + 1;
    }
    let below = 0;
    let bin = 0;
    for (; bin < SHIFT_BINS; bin++) {
      below += bins[bin] ?? 0;
      if (2 * below >= known) break;
    }
    return (bin - SHIFT_BINS / 2 + 0.5) / 4;
  }

  /**
   * Sets `out` to 1 where the frame under test differs from `mean` (a yuv420p picture). One pass:
   * the four 5x5 sums run along, a ring of five rows holds what leaves them again.
   */
  changed(mean: Float32Array, count: Uint8Array, sigma: number, out: Uint8Array): void {
    this.#setGates(sigma);
    this.#columnSums.fill(0);
    this.#ring.fill(0);
    for (let row = 0; row < this.#rows + RADIUS; row++) {
      this.#enter(row, mean);
      if (row >= RADIUS) this.#judge(row - RADIUS, count, out);
    }
  }

  #setGates(sigma: number): void {
    for (let n = 0; n < 256; n++) {
      this.#widen[n] = sigma * Math.sqrt(1 + 1 / Math.min(Math.max(n, 1), this.#cap));
    }
  }

  /** Adds the differences of `row` to the column sums and takes those of five rows before away. */
  #enter(row: number, mean: Float32Array): void {
    const columns = this.#columns;
    const sums = this.#columnSums;
    const ring = this.#ring;
    const known = this.#known;
    const data = this.#data;
    const cells = this.#cells;
    const inside = row < this.#rows;
    let at = (row % WINDOW) * STATISTICS * columns;
    let luma = row * 2 * this.#width;
    const below = this.#width;
    const first = row * columns;
    for (let x = 0, k = 0; x < columns; x++, k += STATISTICS, at += STATISTICS, luma += 2) {
      let signed = 0;
      let u = 0;
      let v = 0;
      const cell = first + x;
      if (inside && known[cell] !== 0) {
        const remembered =
          (mean[luma] ?? 0) +
          (mean[luma + 1] ?? 0) +
          (mean[luma + below] ?? 0) +
          (mean[luma + below + 1] ?? 0);
        signed = (this.#luma[cell] ?? 0) - remembered / 4;
        u = (data[4 * cells + cell] ?? 0) - (mean[4 * cells + cell] ?? 0);
        v = (data[5 * cells + cell] ?? 0) - (mean[5 * cells + cell] ?? 0);
      }
      const absolute = Math.abs(signed);
      sums[k] = (sums[k] ?? 0) + signed - (ring[at] ?? 0);
      sums[k + 1] = (sums[k + 1] ?? 0) + absolute - (ring[at + 1] ?? 0);
      sums[k + 2] = (sums[k + 2] ?? 0) + u - (ring[at + 2] ?? 0);
      sums[k + 3] = (sums[k + 3] ?? 0) + v - (ring[at + 3] ?? 0);
      ring[at] = signed;
      ring[at + 1] = absolute;
      ring[at + 2] = u;
      ring[at + 3] = v;
    }
  }

  /** Compares the sums round each cell of `row` with what noise alone would make them. */
  #judge(row: number, count: Uint8Array, out: Uint8Array): void {
    const columns = this.#columns;
    const sums = this.#columnSums;
    let signed = 0;
    let absolute = 0;
    let u = 0;
    let v = 0;
    for (let x = -RADIUS; x < columns; x++) {
      if (x + RADIUS < columns) {
        const k = (x + RADIUS) * STATISTICS;
        signed += sums[k] ?? 0;
        absolute += sums[k + 1] ?? 0;
        u += sums[k + 2] ?? 0;
        v += sums[k + 3] ?? 0;
      }
      if (x > RADIUS) {
        const k = (x - RADIUS - 1) * STATISTICS;
        signed -= sums[k] ?? 0;
        absolute -= sums[k + 1] ?? 0;
        u -= sums[k + 2] ?? 0;
        v -= sums[k + 3] ?? 0;
      }
      if (x < 0) continue;
      const cell = row * columns + x;
      const total = Math.max(1, this.#total[cell] ?? 0);
      const widen = this.#widen[count[cell] ?? 0] ?? 0;
      const gate = widen * (SPREAD_OF_SUM[total] ?? 0);
      const floor = MEAN_FLOOR * total;
      out[cell] =
        absolute > (ABSOLUTE_GATE * HALF_NORMAL * 0.5 * widen + ABSOLUTE_FLOOR) * total ||
        Math.abs(signed) > 0.5 * gate + floor ||
        Math.abs(u) > gate + floor ||
        Math.abs(v) > gate + floor
          ? 1
          : 0;
    }
  }

  /** How many known cells are set in `flags`. */
  countKnown(flags: Uint8Array): number {
    let count = 0;
    for (let cell = 0; cell < this.#cells; cell++) {
      count += (this.#known[cell] ?? 0) & (flags[cell] ?? 0);
    }
    return count;
  }

  /** Luma of the frame minus that of `mean`, a value a cell; 0 where unknown. */
  #differ(mean: Float32Array): void {
    lumaOfCells(mean, this.#width, this.#columns, this.#rows, this.#values);
    for (let cell = 0; cell < this.#cells; cell++) {
      this.#values[cell] =
        this.#known[cell] === 0 ? 0 : (this.#luma[cell] ?? 0) - (this.#values[cell] ?? 0);
    }
  }
}

/** The mean of the four luma samples of each cell. */
function lumaOfCells(
  picture: Uint8Array | Float32Array,
  width: number,
  columns: number,
  rows: number,
  out: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    let at = row * 2 * width;
    for (let cell = row * columns; cell < (row + 1) * columns; cell++, at += 2) {
      out[cell] =
        ((picture[at] ?? 0) +
          (picture[at + 1] ?? 0) +
          (picture[at + width] ?? 0) +
          (picture[at + width + 1] ?? 0)) /
        4;
    }
  }
}
