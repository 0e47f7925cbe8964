/** The background memory of a fixed camera: what was really seen at each cell, when, how often. */
import { cellGrid, type Frame, type FrameSize } from '../frame/frame.js';
import { LearnKernel } from './learn-kernel.js';

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
  readonly #kernel: LearnKernel;
  #empty = true;

  constructor(size: FrameSize) {
    const { columns, rows } = cellGrid(size);
    this.#kernel = new LearnKernel(columns, rows);
  }

  get recent(): Remembered {
    return this.#kernel.recent;
  }

  get background(): Remembered {
    return this.#kernel.background;
  }

  /** All that later frames depend on, on loan until the next `learn`. */
  save(): { readonly recent: Layer; readonly background: Layer; readonly empty: boolean } {
    const { recent, background } = this.#kernel;
    return { recent, background, empty: this.#empty };
  }

  /** Takes over what a memory of the same size gave. */
  load({ recent, background, empty }: ReturnType<BackgroundMemory['save']>): void {
    setLayer(this.#kernel.recent, recent);
    setLayer(this.#kernel.background, background);
    this.#empty = empty;
  }

  /** Forgets the cells that are not 0 in `[rows, columns]`: what was seen there was damage. */
  forget(recent: Uint8Array, background: Uint8Array): void {
    for (const [layer, cells] of [
      [this.#kernel.recent, recent],
      [this.#kernel.background, background],
    ] as const) {
      for (let cell = 0; cell < cells.length; cell++) if (cells[cell] !== 0) layer.count[cell] = 0;
    }
  }

  /** Forgets everything. */
  reset(): void {
    this.#kernel.recent.count.fill(0);
    this.#kernel.background.count.fill(0);
    this.#empty = true;
  }

  /** Makes it as good as new: unlike after a reset, nothing is left where nothing is known. */
  clear(): void {
    this.reset();
    for (const { planes, mean, seenAt } of [this.#kernel.recent, this.#kernel.background]) {
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
    const kernel = this.#kernel;
    kernel.frame.set(frame.data);
    kernel.mask.set(mask);
    const known = this.#empty ? 0 : kernel.compare();
    if (known > 0) {
      this.#followLight(kernel.medianShift(known));
      kernel.findChanged('recent', sigma, RECENT_CAP);
      if (kernel.countChanged() > FORGET_SHARE * known) this.reset();
      else kernel.findChanged('background', sigma, RECENT_CAP);
    }
    const forgot = known > 0 && this.#empty;
    if (this.#empty || known === 0) {
      kernel.ran.fill(1);
      kernel.far.fill(1);
    }
    kernel.update(frame.seq, RECENT_CAP, BACKGROUND_CAP);
    this.#empty = false;
    return forgot;
  }

  /** Lamps, clouds and auto-exposure shift the whole picture: the memory follows. */
  #followLight(shift: number): void {
    if (Math.abs(shift) < LIGHT_STEP) return;
    for (const which of ['recent', 'background'] as const) this.#kernel.shiftLight(which, shift);
  }
}

function setLayer(to: Layer, from: Layer): void {
  to.planes.set(from.planes);
  to.mean.set(from.mean);
  to.count.set(from.count);
  to.seenAt.set(from.seenAt);
}
