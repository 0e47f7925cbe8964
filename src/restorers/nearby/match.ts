/** Looks for a hidden cell in frames near in time: where they show the same around it. */
import type { FrameSize } from '../../frame/frame.js';
import type { View } from './view.js';

/** Samples round a cell that are compared. */
const AROUND = 4;
const SIDE = 2 * AROUND + 2;
/** Of these must be seen in the frame, for its surroundings to say something of it … */
const SEEN_AT_LEAST = 25;
/** … and so many in both. */
const BOTH_AT_LEAST = 16;
/** Grey levels; larger differences count as this much: something else passes there. */
const MOST = 60;
/** Surroundings that are apart by more are looked for a little further on, first coarsely, … */
const STILL = 2;
const REACH = 6;
const COARSE = 2;
/** … where what is beside the cell cannot tell what is in it: its variance, squared grey levels. */
const PLAIN = 12;
/** Frames from here within which what moves is looked for. */
const MOVES_WITHIN = 2;
/** What a frame, a move at all, and a sample of it add to the difference, in grey levels. */
const FRAME_COST = 0.02;
const MOVE_COST = 0.5;
const SAMPLE_COST = 0.1;
/** The weight of a frame falls with its difference like a normal curve of this deviation. */
const WIDTH = 2;
/** What is apart by so much more than the best has no weight. */
const NO_WEIGHT = 1.5 * WIDTH;
/** Enough weight of frames that show the same. */
const ENOUGH = 3.5;
/** Mean absolute difference of two samples of noise of deviation 1. */
const NOISE_APART = 1.128;

export interface Match {
  /** Mean absolute difference of what is around the cell, noise taken off; Infinity = not seen near. */
  readonly apart: number;
  /** Variance of what is seen around. */
  readonly variance: number;
  /** Something is seen at two sides of the cell, across from each other. */
  readonly narrow: boolean;
  /** Four of luma, then U and V. */
  readonly samples: readonly number[];
  /** Frames from here to the one that is most alike. */
  readonly from: number;
}

/** Works on one cell at a time; what it gathers of it is kept in the same place. */
export class Matcher {
  readonly #width: number;
  readonly #height: number;
  /** What is seen around: rows and columns from the cell, both in one, and the values. */
  readonly #dy = new Int32Array(SIDE ** 2);
  readonly #dx = new Int32Array(SIDE ** 2);
  readonly #step = new Int32Array(SIDE ** 2);
  readonly #value = new Uint8Array(SIDE ** 2);
  readonly #sums = new Float64Array(6);
  #count = 0;
  #weight = 0;
  #best = Infinity;
  #bestY = 0;
  #bestX = 0;
  #bestView?: View | undefined;

  constructor({ width, height }: FrameSize) {
    this.#width = width;
    this.#height = height;
  }

  /**
   * @param others nearest first
   * @param sigma noise in grey levels
   * @returns undefined when too little is seen around the cell
   */
  match(
    view: View,
    others: readonly View[],
    row: number,
    column: number,
    sigma: number,
  ): Match | undefined {
    const [y, x] = [2 * row, 2 * column];
    const variance = this.#surroundings(view, y, x);
    if (variance === undefined) return undefined;
    this.#begin();
    const noise = (NOISE_APART * sigma) ** 2;
    for (const other of others) {
      this.#offer(other, y, x, FRAME_COST * Math.abs(other.seq - view.seq), noise);
      if (this.#weight > ENOUGH) break;
    }
    const narrow = this.#isNarrow(view, y, x);
    if (this.#best > STILL && variance > PLAIN && narrow) this.#follow(view, others, y, x, noise);
    if (this.#bestView === undefined)
      return { apart: Infinity, variance, narrow, samples: [], from: 0 };
    if (this.#weight < 1e-3) {
      this.#add(this.#bestView, this.#bestY, this.#bestX, 1);
      this.#weight += 1;
    }
    const samples = Array.from(this.#sums, (sum) => sum / this.#weight);
    return { apart: this.#best, variance, narrow, samples, from: this.#bestView.seq - view.seq };
  }

  #begin(): void {
    this.#best = Infinity;
    this.#weight = 0;
    this.#sums.fill(0);
    this.#bestView = undefined;
  }

  /** Looks further on in the nearest frames, about where it was found coarsely. */
  #follow(view: View, others: readonly View[], y: number, x: number, noise: number): void {
    const cost = (dy: number, dx: number) =>
      MOVE_COST + SAMPLE_COST * (Math.abs(dy) + Math.abs(dx));
    for (const other of others) {
      if (Math.abs(other.seq - view.seq) > MOVES_WITHIN) break;
      // Where nothing moved, what looks alike further on is no sighting of what is hidden.
      const limit = Math.sqrt(STILL ** 2 + noise);
      if (this.#apart(other, y, x, limit) <= limit) continue;
      for (let dy = -REACH; dy <= REACH; dy += COARSE) {
        for (let dx = -REACH; dx <= REACH; dx += COARSE) {
          if (dy !== 0 || dx !== 0) this.#offer(other, y + dy, x + dx, cost(dy, dx), noise);
        }
      }
    }
    if (this.#bestView === undefined) return;
    const [middle, my, mx] = [this.#bestView, this.#bestY - y, this.#bestX - x];
    for (let dy = my - 1; dy <= my + 1; dy++) {
      for (let dx = mx - 1; dx <= mx + 1; dx++) {
        if (dy === my && dx === mx) continue;
        this.#offer(middle, y + dy, x + dx, cost(dy, dx), noise);
      }
    }
  }

  /** Takes what `other` shows at `y, x` for what it may be worth. */
  #offer(other: View, y: number, x: number, cost: number, noise: number): void {
    if (!this.#shows(other, y, x)) return;
    const limit = Math.min(MOST, this.#best - cost + NO_WEIGHT);
    const raw = this.#apart(other, y, x, Math.sqrt(limit ** 2 + noise));
    if (raw === Infinity) return;
    const apart = Math.sqrt(Math.max(0, raw ** 2 - noise)) + cost;
    const share = Math.exp(-(apart ** 2) / (2 * WIDTH ** 2));
    this.#add(other, y, x, share);
    this.#weight += share;
    if (apart >= this.#best) return;
    this.#best = apart;
    this.#bestView = other;
    this.#bestY = y;
    this.#bestX = x;
  }

  /** Gathers what is seen around; the variance of it, or undefined when it is too little. */
  #surroundings({ y: luma, hidden }: View, y0: number, x0: number): number | undefined {
    let [count, sum, squares] = [0, 0, 0];
    const bottom = Math.min(this.#height, y0 + 2 + AROUND);
    const right = Math.min(this.#width, x0 + 2 + AROUND);
    for (let y = Math.max(0, y0 - AROUND); y < bottom; y++) {
      for (let x = Math.max(0, x0 - AROUND); x < right; x++) {
        const at = y * this.#width + x;
        if (hidden?.[at] === 1) continue;
        const value = luma[at] ?? 0;
        this.#dy[count] = y - y0;
        this.#dx[count] = x - x0;
        this.#step[count] = (y - y0) * this.#width + x - x0;
        this.#value[count++] = value;
        sum += value;
        squares += value * value;
      }
    }
    this.#count = count;
    return count < SEEN_AT_LEAST ? undefined : Math.max(0, squares / count - (sum / count) ** 2);
  }

  /** True when samples are seen left and right of the cell, or above and below. */
  #isNarrow({ hidden }: View, y: number, x: number): boolean {
    const sees = (dy: number, dx: number) => {
      for (let k = 1; k <= AROUND; k++) {
        const [row, column] = [dy > 0 ? y + 1 + k : y + dy * k, dx > 0 ? x + 1 + k : x + dx * k];
        if (row < 0 || column < 0 || row >= this.#height || column >= this.#width) return false;
        if (hidden?.[row * this.#width + column] !== 1) return true;
      }
      return false;
    };
    return (sees(0, -1) && sees(0, 1)) || (sees(-1, 0) && sees(1, 0));
  }

  /** True when the cells that the 2x2 samples at `y, x` lie in are all in the picture, and seen. */
  #shows({ mask, hidden }: View, y: number, x: number): boolean {
    if (y < 0 || x < 0 || y + 2 > this.#height || x + 2 > this.#width) return false;
    if (hidden === undefined) return true;
    const columns = this.#width >> 1;
    const first = (y >> 1) * columns + (x >> 1);
    const right = x & 1;
    const below = (y & 1) * columns;
    const corner = (mask[first] ?? 0) | (mask[first + right] ?? 0);
    return (corner | (mask[first + below] ?? 0) | (mask[first + below + right] ?? 0)) === 0;
  }

  /** Mean absolute difference around; Infinity when too little is seen in both, or over `limit`. */
  #apart({ y: luma, hidden }: View, y0: number, x0: number, limit: number): number {
    const [height, width] = [this.#height, this.#width];
    const within =
      y0 >= AROUND && x0 >= AROUND && y0 + 2 + AROUND <= height && x0 + 2 + AROUND <= width;
    const first = y0 * width + x0;
    const steps = this.#step;
    const values = this.#value;
    const most = limit * this.#count;
    let [sum, count] = [0, 0];
    for (let k = 0; k < this.#count; k++) {
      if (!within) {
        const [y, x] = [y0 + (this.#dy[k] ?? 0), x0 + (this.#dx[k] ?? 0)];
        if (y < 0 || x < 0 || y >= height || x >= width) continue;
      }
      const at = first + (steps[k] ?? 0);
      if (hidden !== undefined && hidden[at] === 1) continue;
      const off = Math.abs((luma[at] ?? 0) - (values[k] ?? 0));
      sum += off < MOST ? off : MOST;
      if (sum > most) return Infinity;
      count++;
    }
    return count < BOTH_AT_LEAST ? Infinity : sum / count;
  }

  #add({ y: luma, u, v }: View, y: number, x: number, share: number): void {
    const at = y * this.#width + x;
    const cell = (y >> 1) * (this.#width >> 1) + (x >> 1);
    const below = at + this.#width;
    const sums = this.#sums;
    sums[0] = (sums[0] ?? 0) + share * (luma[at] ?? 0);
    sums[1] = (sums[1] ?? 0) + share * (luma[at + 1] ?? 0);
    sums[2] = (sums[2] ?? 0) + share * (luma[below] ?? 0);
    sums[3] = (sums[3] ?? 0) + share * (luma[below + 1] ?? 0);
    sums[4] = (sums[4] ?? 0) + share * (u[cell] ?? 0);
    sums[5] = (sums[5] ?? 0) + share * (v[cell] ?? 0);
  }
}
