/** Structural similarity (Wang, Bovik, Sheikh, Simoncelli: IEEE TIP 13(4), 2004, eq. 13). */
import type { FrameSize } from '../../frame/frame.js';

const RADIUS = 5;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** Half of the 11-tap Gaussian window, from the centre outwards; the whole sums to 1. */
const TAPS = gaussianTaps();

function gaussianTaps(): Float32Array {
  const half = Array.from({ length: RADIUS + 1 }, (_, i) => Math.exp(-(i * i) / (2 * SIGMA ** 2)));
  const sum = half.reduce((total, tap, i) => total + (i === 0 ? tap : 2 * tap), 0);
  return Float32Array.from(half, (tap) => tap / sum);
}

/**
 * Compares planes of one size. As in the authors' program: 11x11 Gaussian window of sigma 1.5,
 * K1 0.01, K2 0.03, only windows that lie wholly inside the picture.
 */
export class Ssim {
  readonly #size: FrameSize;
  readonly #terms: readonly Float32Array[];
  readonly #blurred: Float32Array;
  readonly #means: readonly Float32Array[];

  constructor(size: FrameSize) {
    if (size.width < 2 * RADIUS + 1 || size.height < 2 * RADIUS + 1) {
      throw new RangeError(`SSIM needs 11x11 samples, got ${size.width}x${size.height}`);
    }
    this.#size = size;
    const samples = size.width * size.height;
    // a, b, a² + b², a·b: the index needs the two variances only as their sum.
    this.#terms = Array.from({ length: 4 }, () => new Float32Array(samples));
    this.#means = Array.from({ length: 4 }, () => new Float32Array(samples));
    this.#blurred = new Float32Array(samples);
  }

  /** Mean over the picture of one plane `[H, W]`. */
  plane(a: ArrayLike<number>, b: ArrayLike<number>): number {
    const [ta, tb, squares, product] = this.#terms as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let i = 0; i < ta.length; i++) {
      const x = a[i] ?? 0;
      const y = b[i] ?? 0;
      ta[i] = x;
      tb[i] = y;
      squares[i] = x * x + y * y;
      product[i] = x * y;
    }
    this.#terms.forEach((term, i) => this.#smooth(term, this.#means[i] ?? term));
    return this.#index();
  }

  /** Mean of the three planes of `[3, H, W]`. */
  rgb(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
    const samples = this.#size.width * this.#size.height;
    let sum = 0;
    for (let plane = 0; plane < 3; plane++) {
      const from = plane * samples;
      sum += this.plane(a.subarray(from, from + samples), b.subarray(from, from + samples));
    }
    return sum / 3;
  }

  #smooth(from: Float32Array, to: Float32Array): void {
    const { width, height } = this.#size;
    const rows = this.#blurred;
    const [t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0] = TAPS;
    const at = (values: Float32Array, i: number, step: number) =>
      t0 * (values[i] ?? 0) +
      t1 * ((values[i - step] ?? 0) + (values[i + step] ?? 0)) +
      t2 * ((values[i - 2 * step] ?? 0) + (values[i + 2 * step] ?? 0)) +
      t3 * ((values[i - 3 * step] ?? 0) + (values[i + 3 * step] ?? 0)) +
      t4 * ((values[i - 4 * step] ?? 0) + (values[i + 4 * step] ?? 0)) +
      t5 * ((values[i - 5 * step] ?? 0) + (values[i + 5 * step] ?? 0));
    for (let y = 0; y < height; y++) {
      for (let x = RADIUS; x < width - RADIUS; x++)
        rows[y * width + x] = at(from, y * width + x, 1);
    }
    for (let y = RADIUS; y < height - RADIUS; y++) {
      for (let x = RADIUS; x < width - RADIUS; x++) {
        to[y * width + x] = at(rows, y * width + x, width);
      }
    }
  }

  #index(): number {
    const { width, height } = this.#size;
    const [ma, mb, squares, product] = this.#means as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    let sum = 0;
    for (let y = RADIUS; y < height - RADIUS; y++) {
      for (let i = y * width + RADIUS; i < (y + 1) * width - RADIUS; i++) {
        const a = ma[i] ?? 0;
        const b = mb[i] ?? 0;
        const variances = (squares[i] ?? 0) - a * a - b * b;
        const covariance = (product[i] ?? 0) - a * b;
        sum +=
          ((2 * a * b + C1) * (2 * covariance + C2)) / ((a * a + b * b + C1) * (variances + C2));
      }
    }
    return sum / ((width - 2 * RADIUS) * (height - 2 * RADIUS));
  }
}
