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

/** One lane's scratch memory and the frame under test. Differences are in grey levels. */
export class ChangeTest {
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: number;
  readonly #cap: number;
  readonly #known: Uint8Array;
  readonly #total: Float32Array;
  readonly #luma: Float32Array;
  readonly #values: Float32Array;
  readonly #sums: Float32Array;
  readonly #column: Float64Array;
  #data: Uint8Array = new Uint8Array();
  #width = 0;

  constructor(columns: number, rows: number, cap: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#cells = columns * rows;
    this.#cap = cap;
    this.#known = new Uint8Array(this.#cells);
    this.#total = new Float32Array(this.#cells);
    this.#luma = new Float32Array(this.#cells);
    this.#values = new Float32Array(this.#cells);
    this.#sums = new Float32Array(this.#cells);
    this.#column = new Float64Array(columns);
  }

  /** Takes the frame to test; returns how many cells can be compared (unmasked and remembered). */
  load(frame: Frame, mask: Uint8Array, count: Uint8Array): number {
    this.#data = frame.data;
    this.#width = frame.width;
    let known = 0;
    for (let cell = 0; cell < this.#cells; cell++) {
      const usable = mask[cell] === 0 && (count[cell] ?? 0) > 0 ? 1 : 0;
      this.#known[cell] = usable;
      this.#values[cell] = usable;
      known += usable;
    }
    this.#box(this.#total);
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

  /** Sets `out` to 1 where the frame under test differs from `mean` (a yuv420p picture). */
  changed(mean: Float32Array, count: Uint8Array, sigma: number, out: Uint8Array): void {
    const widen = new Float32Array(256);
    for (let n = 0; n < 256; n++) {
      widen[n] = sigma * Math.sqrt(1 + 1 / Math.min(Math.max(n, 1), this.#cap));
    }
    const perSum = new Float32Array(26);
    for (let n = 1; n < 26; n++) perSum[n] = MEAN_GATE / Math.sqrt(n);
    this.#differ(mean);
    this.#box(this.#sums);
    for (let cell = 0; cell < this.#cells; cell++) {
      const total = Math.max(1, this.#total[cell] ?? 0);
      const gate = 0.5 * (widen[count[cell] ?? 0] ?? 0) * (perSum[total] ?? 0) + MEAN_FLOOR;
      out[cell] = Math.abs(this.#sums[cell] ?? 0) > gate * total ? 1 : 0;
    }
    for (let cell = 0; cell < this.#cells; cell++) {
      this.#values[cell] = Math.abs(this.#values[cell] ?? 0);
    }
    this.#box(this.#sums);
    const expected = ABSOLUTE_GATE * HALF_NORMAL * 0.5;
    for (let cell = 0; cell < this.#cells; cell++) {
      const total = Math.max(1, this.#total[cell] ?? 0);
      const gate = expected * (widen[count[cell] ?? 0] ?? 0) + ABSOLUTE_FLOOR;
      if ((this.#sums[cell] ?? 0) > gate * total) out[cell] = 1;
    }
    for (const part of [4, 5]) {
      const at = part * this.#cells;
      for (let cell = 0; cell < this.#cells; cell++) {
        this.#values[cell] =
          this.#known[cell] === 0 ? 0 : (this.#data[at + cell] ?? 0) - (mean[at + cell] ?? 0);
      }
      this.#box(this.#sums);
      for (let cell = 0; cell < this.#cells; cell++) {
        const total = Math.max(1, this.#total[cell] ?? 0);
        const gate = (widen[count[cell] ?? 0] ?? 0) * (perSum[total] ?? 0) + MEAN_FLOOR;
        if (Math.abs(this.#sums[cell] ?? 0) > gate * total) out[cell] = 1;
      }
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

  #box(sums: Float32Array): void {
    boxSums(this.#values, sums, this.#columns, this.#rows, this.#column);
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
