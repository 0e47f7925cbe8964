/** How far two versions of the same frames are apart: sample by sample, and block by block. */
import type { FrameSize } from '../frame/frame.js';

/** Luma samples of a block's side. */
const BLOCK = 16;

/** Sums over frames that were compared. */
export class PlaneDifference {
  readonly #size: FrameSize;
  readonly #shown: FrameSize;
  frames = 0;
  /** Frames with any difference. */
  differing = 0;
  /** Grey levels, of one sample. */
  largest = 0;
  /** Samples that differ, and all. */
  changed = 0;
  samples = 0;
  #squares = 0;
  #luma = 0;
  /** The 16 x 16 block of luma with the largest mean absolute difference, in grey levels. */
  worst = { frame: 0, mean: 0 };

  /** @param shown what of a frame is a picture; the rest is padding, which is not compared */
  constructor(size: FrameSize, shown: FrameSize = size) {
    this.#size = size;
    this.#shown = shown;
  }

  /** @param one,other yuv420p planes of a frame of the size */
  add(frame: number, one: Uint8Array, other: Uint8Array): void {
    const { width, height } = this.#size;
    const before = this.changed;
    this.#addLuma(frame, one, other);
    const [columns, rows] = [(this.#shown.width + 1) >> 1, (this.#shown.height + 1) >> 1];
    for (const plane of [0, 1]) {
      const from = width * height + plane * (width >> 1) * (height >> 1);
      for (let row = 0; row < rows; row++) {
        const at = from + row * (width >> 1);
        for (let i = at; i < at + columns; i++) this.#addSample((one[i] ?? 0) - (other[i] ?? 0));
      }
    }
    this.frames++;
    if (this.changed > before) this.differing++;
  }

  #addLuma(frame: number, one: Uint8Array, other: Uint8Array): void {
    const stride = this.#size.width;
    const { width, height } = this.#shown;
    for (let top = 0; top < height; top += BLOCK) {
      for (let left = 0; left < width; left += BLOCK) {
        const [bottom, right] = [Math.min(height, top + BLOCK), Math.min(width, left + BLOCK)];
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let i = row * stride + left; i < row * stride + right; i++) {
            const difference = (one[i] ?? 0) - (other[i] ?? 0);
            sum += Math.abs(difference);
            this.#squares += difference * difference;
            this.#addSample(difference);
          }
        }
        const mean = sum / ((bottom - top) * (right - left));
        if (mean > this.worst.mean) this.worst = { frame, mean };
      }
    }
    this.#luma += width * height;
  }

  #addSample(difference: number): void {
    this.samples++;
    if (difference === 0) return;
    this.changed++;
    this.largest = Math.max(this.largest, Math.abs(difference));
  }

  /** Share of the samples that differ, 0–1. */
  get share(): number {
    return this.changed / Math.max(1, this.samples);
  }

  /** dB, of luma over all frames; infinite when nothing differs. */
  get psnr(): number {
    return 10 * Math.log10((255 * 255 * this.#luma) / this.#squares);
  }
}
