/** The background memory of a fixed camera: what was really seen at each cell, when, how often. */
import { cellGrid, frameBytes, type Frame, type FrameSize } from '../frame/frame.js';
import { ChangeTest } from './change-test.js';

/** A run's mean stops narrowing at this count, so that slow changes of light are followed. */
export const RECENT_CAP = 32;
const BACKGROUND_CAP = 250;
/** A frame in which more of the known cells than this changed is a cut or a moved camera. */
const FORGET_SHARE = 0.6;
/** Grey levels; a smaller common shift of the picture is left to the running means. */
const LIGHT_STEP = 0.5;

/** Remembered pictures; `count` 0 = nothing known at that cell. All on loan until the next `learn`. */
export interface Remembered {
  /** yuv420p u8, the mean of the samples. */
  readonly planes: Uint8Array;
  /** `[rows, columns]` samples behind each cell. */
  readonly count: Uint8Array;
  /** `[rows, columns]` `seq` of the newest sample. */
  readonly seenAt: Int32Array;
}

/** 1/n, looked up: a division for each sample would be the dearest part of learning. */
const WEIGHT = Float64Array.from({ length: RECENT_CAP + 1 }, (_, n) => 1 / Math.max(1, n));

export interface Layer extends Remembered {
  readonly mean: Float32Array;
}

/**
 * Two hypotheses a cell, after Stauffer and Grimson (1999) with K = 2:
 * `recent`, the mean of the current run of matching samples, started anew when the cell changes, and
 * `background`, the majority, exchanged when a run outlasts it (Boyer and Moore's vote, 1981), so
 * that what merely passes never becomes background. Masked cells teach nothing.
 * The same algorithm as training/memory.py; feed frames in order, or in reverse to look ahead.
 */
export class BackgroundMemory {
  readonly #columns: number;
  readonly #cells: number;
  readonly #recent: Layer;
  readonly #background: Layer;
  readonly #test: ChangeTest;
  readonly #ran: Uint8Array;
  readonly #far: Uint8Array;
  #empty = true;

  constructor(size: FrameSize) {
    const { columns, rows } = cellGrid(size);
    this.#columns = columns;
    this.#cells = columns * rows;
    this.#recent = layer(size, this.#cells);
    this.#background = layer(size, this.#cells);
    this.#test = new ChangeTest(columns, rows, RECENT_CAP);
    this.#ran = new Uint8Array(this.#cells);
    this.#far = new Uint8Array(this.#cells);
  }

  get recent(): Remembered {
    return this.#recent;
  }

  get background(): Remembered {
    return this.#background;
  }

  /** All that later frames depend on, on loan until the next `learn`. */
  save(): { readonly recent: Layer; readonly background: Layer; readonly empty: boolean } {
    return { recent: this.#recent, background: this.#background, empty: this.#empty };
  }

  /** Takes over what a memory of the same size gave. */
  load({ recent, background, empty }: ReturnType<BackgroundMemory['save']>): void {
    setLayer(this.#recent, recent);
    setLayer(this.#background, background);
    this.#empty = empty;
  }

  /** Forgets the cells that are not 0 in `[rows, columns]`: what was seen there was damage. */
  forget(cells: Uint8Array): void {
    for (let cell = 0; cell < this.#cells; cell++) {
      if (cells[cell] === 0) continue;
      this.#recent.count[cell] = 0;
      this.#background.count[cell] = 0;
    }
  }

  /** Forgets everything. */
  reset(): void {
    this.#recent.count.fill(0);
    this.#background.count.fill(0);
    this.#empty = true;
  }

  /** Makes it as good as new: unlike after a reset, nothing is left where nothing is known. */
  clear(): void {
    this.reset();
    for (const { planes, mean, seenAt } of [this.#recent, this.#background]) {
      planes.fill(0);
      mean.fill(0);
      seenAt.fill(-1);
    }
  }

  /**
   * Takes one frame in.
   * @param mask `[rows, columns]`, 255 = damaged: not learned
   * @param sigma noise in grey levels, the yardstick for "changed"
   * @returns true when the picture changed as a whole and all was forgotten
   */
  learn(frame: Frame, mask: Uint8Array, sigma: number): boolean {
    const test = this.#test;
    let known = 0;
    if (!this.#empty) {
      known = test.load(frame, mask, this.#recent.count);
      if (known > 0) {
        this.#shiftLight(test.medianShift(this.#recent.mean, known));
        test.changed(this.#recent.mean, this.#recent.count, sigma, this.#ran);
        if (test.countKnown(this.#ran) > FORGET_SHARE * known) {
          this.reset();
        } else {
          test.changed(this.#background.mean, this.#background.count, sigma, this.#far);
        }
      }
    }
    const forgot = known > 0 && this.#empty;
    if (this.#empty || known === 0) {
      this.#ran.fill(1);
      this.#far.fill(1);
    }
    this.#update(frame, mask);
    this.#empty = false;
    return forgot;
  }

  #update(frame: Frame, mask: Uint8Array): void {
    const { seq, data, width } = frame;
    const recent = this.#recent;
    const background = this.#background;
    const cells = this.#cells;
    const columns = this.#columns;
    for (let cell = 0, x = 0, luma = 0; cell < cells; cell++, x++, luma += 2) {
      if (x === columns) {
        x = 0;
        luma += width;
      }
      if (mask[cell] !== 0) continue;
      const runs = this.#ran[cell] === 0 ? (recent.count[cell] ?? 0) : 0;
      const count = runs < RECENT_CAP ? runs + 1 : RECENT_CAP;
      blendCell(recent, data, luma, width, 4 * cells + cell, cells, WEIGHT[count] ?? 1);
      recent.count[cell] = count;
      recent.seenAt[cell] = seq;
      const votes = background.count[cell] ?? 0;
      if (votes > 0 && this.#far[cell] === 0) {
        const weight = WEIGHT[votes < RECENT_CAP ? votes + 1 : RECENT_CAP] ?? 1;
        blendCell(background, data, luma, width, 4 * cells + cell, cells, weight);
        background.count[cell] = votes < BACKGROUND_CAP ? votes + 1 : BACKGROUND_CAP;
        background.seenAt[cell] = seq;
        continue;
      }
      const left = votes > 0 ? votes - 1 : 0;
      if (count >= left) {
        copyCell(background, recent, luma, width, 4 * cells + cell, cells);
        background.seenAt[cell] = seq;
      }
      background.count[cell] = count >= left ? count : left;
    }
  }

  /** Lamps, clouds and auto-exposure shift the whole picture: the memory follows. */
  #shiftLight(shift: number): void {
    if (Math.abs(shift) < LIGHT_STEP) return;
    const luma = 4 * this.#cells;
    for (const { mean, planes } of [this.#recent, this.#background]) {
      for (let at = 0; at < luma; at++) {
        const value = (mean[at] ?? 0) + shift;
        mean[at] = value;
        planes[at] = Math.min(255, Math.max(0, value + 0.5));
      }
    }
  }
}

/** Moves the six values of a cell (luma, +1, +width, +width+1, u, u+cells) towards the samples. */
function blendCell(
  { mean, planes }: Layer,
  samples: Uint8Array,
  luma: number,
  width: number,
  u: number,
  cells: number,
  weight: number,
): void {
  blend(mean, planes, samples, luma, weight);
  blend(mean, planes, samples, luma + 1, weight);
  blend(mean, planes, samples, luma + width, weight);
  blend(mean, planes, samples, luma + width + 1, weight);
  blend(mean, planes, samples, u, weight);
  blend(mean, planes, samples, u + cells, weight);
}

function blend(
  mean: Float32Array,
  planes: Uint8Array,
  samples: Uint8Array,
  at: number,
  weight: number,
): void {
  const old = mean[at] ?? 0;
  const value = old + ((samples[at] ?? 0) - old) * weight;
  mean[at] = value;
  planes[at] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}

function copyCell(
  to: Layer,
  from: Layer,
  luma: number,
  width: number,
  u: number,
  cells: number,
): void {
  for (const at of [luma, luma + 1, luma + width, luma + width + 1, u, u + cells]) {
    to.mean[at] = from.mean[at] ?? 0;
    to.planes[at] = from.planes[at] ?? 0;
  }
}

function setLayer(to: Layer, from: Layer): void {
  to.planes.set(from.planes);
  to.mean.set(from.mean);
  to.count.set(from.count);
  to.seenAt.set(from.seenAt);
}

function layer(size: FrameSize, cells: number): Layer {
  const bytes = frameBytes(size);
  return {
    planes: new Uint8Array(bytes),
    mean: new Float32Array(bytes),
    count: new Uint8Array(cells),
    seenAt: new Int32Array(cells).fill(-1),
  };
}
