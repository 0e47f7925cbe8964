/** What many frames of a lane have in common: the mean of each sample, and how much it varies. */
import { planesOf, type Frame, type FrameSize } from '../frame/frame.js';
import { fillUnseen } from './fill-unseen.js';
import { openSampleKernel } from './sample-kernel.js';

/** Wider pictures are averaged down: what lies on a lens is large and soft. */
const WIDEST = 800;
/** Frames after which old ones fade. */
const HORIZON = 32;
/** Grey levels times this; the most that can be told is a deviation of 16. */
const SPREAD_SCALE = 16;

export interface Layer {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export interface LensState {
  readonly layers: readonly Layer[];
  /** Frames taken in. */
  count: number;
  /** Those of each cell, once some were left out somewhere. */
  counts?: Uint8Array | undefined;
}

/** Every so many samples tell what all would. */
const SPARSE = 17;

/** A cell that was seen in fewer of the frames than this says nothing. */
const SEEN = 0.5;

/**
 * Mean and variance of Y, U and V (as in training/lens_data.py), of the picture averaged down by
 * `factor` in both directions. Frames are not kept.
 */
export class LensStatistics {
  /** Whole samples of the frame that become one, in each direction. */
  readonly factor: number;
  /** Of the averaged luma; even. */
  readonly width: number;
  readonly height: number;
  readonly #size: FrameSize;
  readonly #small: readonly Float32Array[];
  /** Take in a whole plane of a layer. */
  readonly #take: readonly ((plane: Uint8Array, weight: number) => void)[];
  readonly #state: LensState;

  constructor(size: FrameSize) {
    this.#size = size;
    this.factor = Math.ceil(size.width / WIDEST);
    this.width = Math.max(2, Math.floor(size.width / this.factor / 2) * 2);
    this.height = Math.max(2, Math.floor(size.height / this.factor / 2) * 2);
    const lengths = [1, 4, 4].map((share) => (this.width * this.height) / share);
    this.#small = lengths.map((length) => new Float32Array(length));
    const kernels = lengths.map((length) =>
      openSampleKernel({
        mean: ['f32', length],
        variance: ['f32', length],
        samples: ['u8', length],
      }),
    );
    this.#take = kernels.map((kernel) => (plane, weight) => {
      const { mean, variance, samples } = kernel;
      samples.set(plane);
      kernel.averageWithVariance(mean, variance, samples, samples.length, weight);
    });
    this.#state = { count: 0, layers: kernels.map(({ mean, variance }) => ({ mean, variance })) };
  }

  /** Frames taken in, up to the horizon. */
  get count(): number {
    return this.#state.count;
  }

  /** Luma as it is remembered, `[height, width]`: not to be changed. */
  get luma(): Layer {
    const [luma] = this.#state.layers;
    if (luma === undefined) throw new RangeError('expected a layer of luma');
    return luma;
  }

  /** @param skip cells of the frame that are left out, not 0 where it holds, `[rows, columns]` */
  add(frame: Frame, skip?: Uint8Array): void {
    const state = this.#state;
    if (state.counts === undefined && skip?.some((value) => value !== 0) === true) {
      state.counts = new Uint8Array((this.width * this.height) / 4).fill(state.count);
    }
    const count = Math.min(HORIZON, state.count + 1);
    state.count = count;
    const weights = state.counts && this.#weigh(state.counts, skip);
    const { y, u, v } = planesOf(this.#size, frame.data);
    for (const [index, plane] of [y, u, v].entries()) {
      const layer = state.layers[index];
      const small = this.#small[index];
      if (layer === undefined || small === undefined) continue;
      if (this.factor === 1 && weights === undefined) {
        this.#take[index]?.(plane, 1 / count);
        continue;
      }
      const half = index === 0 ? 1 : 2;
      const samples =
        this.factor === 1
          ? plane
          : averageDown(plane, this.#size.width / half, this.width / half, this.factor, small);
      if (weights === undefined) learn(layer, samples, 1 / count);
      else learnWhere(layer, samples, this.width / half, half, weights);
    }
  }

  /** Counts the frame in where it is taken in; the weight that it has in each cell. */
  #weigh(counts: Uint8Array, skip: Uint8Array | undefined): Float32Array {
    const weights = new Float32Array(counts.length);
    const [columns, whole] = [this.width >> 1, this.#size.width >> 1];
    const left = new Uint8Array(counts.length);
    for (let cell = 0; cell < (skip?.length ?? 0); cell++) {
      if (skip?.[cell] === 0) continue;
      const row = Math.floor(cell / whole);
      const x = Math.floor((cell - row * whole) / this.factor);
      const y = Math.floor(row / this.factor);
      if (x < columns && y < this.height >> 1) left[y * columns + x] = 1;
    }
    for (let cell = 0; cell < weights.length; cell++) {
      if (left[cell] === 1) continue;
      const count = Math.min(HORIZON, (counts[cell] ?? 0) + 1);
      counts[cell] = count;
      weights[cell] = 1 / count;
    }
    return weights;
  }

  /** Grey levels of noise that are left in the mean: most of the picture stands still. */
  noiseLeft(): number {
    const variances = this.#state.layers[0]?.variance ?? new Float32Array();
    const some = new Float32Array(Math.ceil(variances.length / SPARSE));
    for (let k = 0; k < some.length; k++) some[k] = variances[k * SPARSE] ?? 0;
    some.sort();
    return Math.sqrt((some[some.length >> 1] ?? 0) / Math.max(1, this.#state.count));
  }

  /** Sets to 0 the scores of cells that were left out too often; `[height / 2, width / 2]`. */
  forgetUnseen(scores: Uint8Array): void {
    for (let cell = 0; cell < scores.length; cell++) if (!this.#isSeen(cell)) scores[cell] = 0;
  }

  #isSeen(cell: number): boolean {
    const { count, counts } = this.#state;
    return counts === undefined || (counts[cell] ?? 0) >= SEEN * count;
  }

  /** Writes mean and spread of layer `index` (0 Y, 1 U, 2 V) as bytes; what was left out looks like its border. */
  describe(index: number, mean: Uint8Array, spread: Uint8Array): void {
    const layer = this.#state.layers[index];
    if (layer === undefined) throw new RangeError(`expected layer 0 to 2, got ${index}`);
    for (let i = 0; i < layer.mean.length; i++) {
      mean[i] = (layer.mean[i] ?? 0) + 0.5;
      const deviation = Math.sqrt(Math.max(0, layer.variance[i] ?? 0)) * SPREAD_SCALE;
      spread[i] = Math.min(255, deviation + 0.5);
    }
    if (this.#state.counts === undefined) return;
    const [columns, shift] = [this.width >> 1, index === 0 ? 1 : 0];
    const width = columns << shift;
    const isSeen = (i: number) => {
      const row = Math.floor(i / width);
      return this.#isSeen((row >> shift) * columns + ((i - row * width) >> shift));
    };
    fillUnseen(mean, width, isSeen);
    fillUnseen(spread, width, isSeen);
  }

  reset(): void {
    this.#state.count = 0;
    this.#state.counts = undefined;
    for (const { variance } of this.#state.layers) variance.fill(0);
  }

  save(): LensState {
    const { layers, count, counts } = this.#state;
    return {
      layers: layers.map(({ mean, variance }) => ({
        mean: mean.slice(),
        variance: variance.slice(),
      })),
      count,
      counts: counts?.slice(),
    };
  }

  load({ layers, count, counts }: LensState): void {
    for (const [index, { mean, variance }] of this.#state.layers.entries()) {
      mean.set(layers[index]?.mean ?? []);
      variance.set(layers[index]?.variance ?? []);
    }
    this.#state.count = count;
    this.#state.counts = counts?.slice();
  }
}

/** Running mean and population variance (Welford), old frames fading once `weight` is constant. */
function learn({ mean, variance }: Layer, samples: ArrayLike<number>, weight: number): void {
  for (let i = 0; i < mean.length; i++) {
    const off = (samples[i] ?? 0) - (mean[i] ?? 0);
    const step = off * weight;
    mean[i] = (mean[i] ?? 0) + step;
    const old = variance[i] ?? 0;
    variance[i] = old + weight * (off * (off - step) - old);
  }
}

/** The same with a weight for each cell; `columns` of the layer, whose cells are `2 / half` wide. */
function learnWhere(
  { mean, variance }: Layer,
  samples: ArrayLike<number>,
  columns: number,
  half: number,
  weights: Float32Array,
): void {
  const [shift, cells] = half === 1 ? [1, columns >> 1] : [0, columns];
  for (let i = 0; i < mean.length; i++) {
    const row = Math.floor(i / columns);
    const weight = weights[(row >> shift) * cells + ((i - row * columns) >> shift)] ?? 0;
    if (weight === 0) continue;
    const off = (samples[i] ?? 0) - (mean[i] ?? 0);
    const step = off * weight;
    mean[i] = (mean[i] ?? 0) + step;
    const old = weight === 1 ? 0 : (variance[i] ?? 0);
    variance[i] = old + weight * (off * (off - step) - old);
  }
}

function averageDown(
  plane: Uint8Array,
  width: number,
  columns: number,
  factor: number,
  to: Float32Array,
): Float32Array {
  const scale = 1 / (factor * factor);
  for (let i = 0; i < to.length; i++) {
    const row = Math.floor(i / columns);
    const from = row * factor * width + (i - row * columns) * factor;
    let sum = 0;
    for (let dy = 0; dy < factor; dy++) {
      for (let dx = 0; dx < factor; dx++) sum += plane[from + dy * width + dx] ?? 0;
    }
    to[i] = sum * scale;
  }
  return to;
}
