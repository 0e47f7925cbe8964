/** The noise curve: how much noise there is at each brightness. */
import type { FrameSize } from '../frame/frame.js';
import { openTemporalNoise, type TemporalNoise } from './noise-blocks.js';

/** Grey levels of a step of brightness. */
const STEP = 16;
const STEPS = 256 / STEP;
/** Bins of the noise of blocks, an eighth of a grey level each. */
const BINS = 512;
const BINS_A_LEVEL = 8;
/** Blocks that a step needs to say anything. */
const ENOUGH = 60;
/** Under plain noise the 20 % quantile of blocks is this much below their deviation, measured. */
const QUANTILE = 0.2;
const BELOW = 1.09;

export interface NoisePoint {
  /** Luma, 0–255. */
  readonly brightness: number;
  /** Standard deviation of luma, grey levels. */
  readonly sigma: number;
}

/** Blocks that change least between two frames are noise; the rest moves. */
export class NoiseCurve {
  readonly #size: FrameSize;
  readonly #before: Uint8Array;
  readonly #temporalNoise: TemporalNoise;
  readonly #bins = new Uint32Array(STEPS * BINS);
  #frames = 0;

  constructor(size: FrameSize) {
    this.#size = size;
    this.#before = new Uint8Array(size.width * size.height);
    this.#temporalNoise = openTemporalNoise(size);
  }

  /** @param data yuv420p planes, lent */
  look(data: Uint8Array): void {
    const luma = data.subarray(0, this.#before.length);
    // Every fourth pair is plenty for a curve over the whole recording.
    if (this.#frames % 4 === 1) this.#compare(luma);
    if (this.#frames % 4 === 0) this.#before.set(luma);
    this.#frames++;
  }

  points(): NoisePoint[] {
    const points: NoisePoint[] = [];
    for (let step = 0; step < STEPS; step++) {
      const bins = this.#bins.subarray(step * BINS, (step + 1) * BINS);
      const count = bins.reduce((sum, value) => sum + value, 0);
      if (count < ENOUGH) continue;
      let below = 0;
      const bin = bins.findIndex((value) => (below += value) >= QUANTILE * count);
      points.push({ brightness: (step + 0.5) * STEP, sigma: ((bin + 0.5) / BINS_A_LEVEL) * BELOW });
    }
    return points;
  }

  #compare(luma: Uint8Array): void {
    const { width } = this.#size;
    const { across, sigma } = this.#temporalNoise(luma, this.#before);
    for (const [block, value] of sigma.entries()) {
      if (Number.isNaN(value)) continue;
      const corner = Math.floor(block / across) * 8 * width + (block % across) * 8;
      let level = 0;
      for (let row = 0; row < 8; row += 2) {
        for (let i = corner + row * width; i < corner + row * width + 8; i += 2) {
          level += this.#before[i] ?? 0;
        }
      }
      const step = Math.min(STEPS - 1, Math.floor(level / 16 / STEP));
      const at = step * BINS + Math.min(BINS - 1, Math.floor(value * BINS_A_LEVEL));
      this.#bins[at] = (this.#bins[at] ?? 0) + 1;
    }
  }
}
