/** Squared error and peak signal-to-noise ratio of 8-bit samples. */

/** Given for identical pictures, whose ratio would be infinite. */
export const PSNR_CAP_DB = 100;

const PEAK = 255;

/** dB; `PSNR_CAP_DB` at most. */
export function psnrOf(meanSquaredError: number): number {
  if (meanSquaredError <= 0) return PSNR_CAP_DB;
  return Math.min(PSNR_CAP_DB, 10 * Math.log10((PEAK * PEAK) / meanSquaredError));
}

export function meanSquaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    sum += difference * difference;
  }
  return sum / a.length;
}

/** Adds up squared errors over many frames, to be turned into one pooled PSNR. */
export class PooledError {
  #sum = 0;
  #count = 0;

  /** Number of samples. */
  get count(): number {
    return this.#count;
  }

  add(squaredErrors: number, count: number): void {
    this.#sum += squaredErrors;
    this.#count += count;
  }

  /** dB; undefined when nothing was added. */
  psnr(): number | undefined {
    return this.#count === 0 ? undefined : psnrOf(this.#sum / this.#count);
  }
}
