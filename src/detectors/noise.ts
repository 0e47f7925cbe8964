/** Measures the noise of a lane's frames, in grey levels, over the picture and by region. */
import type { NoiseEstimate } from '../frame/damage-map.js';
import { cellGrid, type Frame } from '../frame/frame.js';
import type { NoiseSession, SourceInfo } from '../frame/seams.js';
import { blockGrid, openTemporalNoise, spatialNoise, type BlockNoise } from './noise-blocks.js';
import { nthSmallest, numbersOf } from './quantile.js';

/** Blocks along one side of a region: 64 luma samples. */
const REGION = 8;
/** Weight of a new frame once the meter has run in. */
const GAIN = 0.25;

/**
 * The estimate is the standard deviation of luma noise as if nothing had been cut off at black and
 * white. It comes from what changes between frames in the blocks that change least, so texture,
 * blocks of a codec and people who walk by are not noise; a first frame without a successor is
 * judged by its finest detail. Noise that a codec has smoothed or frozen is not seen: it does not
 * change. A frame that repeats its predecessor keeps the estimate.
 */
export function openNoiseMeter(info: SourceInfo): NoiseSession {
  const { columns, rows } = cellGrid(info);
  const { across, down } = blockGrid(info);
  const wide = Math.max(1, Math.round(across / REGION));
  const tall = Math.max(1, Math.round(down / REGION));
  const regions = new Float32Array(wide * tall);
  const previous = new Uint8Array(info.width * info.height);
  const temporalNoise = openTemporalNoise(info);
  const spread = openSpread(wide, tall, columns, rows);
  let seen = 0;
  let measured = 0;
  let sigma = 0;
  const save = () => ({ regions, previous, seen, measured, sigma });

  const learn = (blocks: BlockNoise) => {
    const fresh = regionNoise(blocks, wide, tall);
    const whole = lowerMean(fresh);
    const gain = Math.max(GAIN, 1 / (measured + 1));
    sigma += (whole - sigma) * gain;
    for (let i = 0; i < regions.length; i++) {
      const value = fresh[i] ?? NaN;
      // A region full of movement, or crushed to black, is taken to be like the whole.
      const sane = Number.isNaN(value) ? whole : Math.min(Math.max(value, whole / 2), whole * 1.5);
      regions[i] = (regions[i] ?? 0) + (sane - (regions[i] ?? 0)) * gain;
    }
    measured++;
  };

  return {
    inspect(frame: Frame, next?: Frame): NoiseEstimate {
      const luma = frame.data.subarray(0, previous.length);
      const other = seen > 0 ? previous : next?.data.subarray(0, previous.length);
      if (other === undefined) {
        sigma = quantile(spatialNoise(info, luma).sigma, 0.05) * SPATIAL_FIFTH_PERCENT;
        regions.fill(sigma);
      } else if (!repeats(luma, other)) {
        const blocks = temporalNoise(luma, other);
        learn(isMoving(blocks) ? lower(blocks, spatialNoise(info, luma)) : blocks);
      }
      previous.set(luma);
      seen++;
      return { sigma, map: spread(regions) };
    },
    save,
    load(state) {
      const from = state as ReturnType<typeof save>;
      regions.set(from.regions);
      previous.set(from.previous);
      ({ seen, measured, sigma } = from);
    },
    reset() {
      seen = 0;
      measured = 0;
      sigma = 0;
      regions.fill(0);
    },
  };
}

/** The 5 % quantile of blocks under plain noise is this much below the deviation, measured. */
const SPATIAL_FIFTH_PERCENT = 1.22;
/** Blocks within this factor of a low quantile belong to the noise: 3 deviations of its spread. */
const INLIER = 1.35;

/** RMS over the blocks of each region that agree with its quieter ones; NaN where too few can be judged. */
function regionNoise(blocks: BlockNoise, wide: number, tall: number): Float32Array {
  const { across, down, sigma } = blocks;
  const out = new Float32Array(wide * tall);
  for (let region = 0; region < out.length; region++) {
    const top = Math.floor((Math.floor(region / wide) * down) / tall);
    const bottom = Math.floor(((Math.floor(region / wide) + 1) * down) / tall);
    const left = Math.floor(((region % wide) * across) / wide);
    const right = Math.floor((((region % wide) + 1) * across) / wide);
    const values = new Float32Array((bottom - top) * (right - left));
    let count = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const value = sigma[y * across + x] ?? NaN;
        if (!Number.isNaN(value)) values[count++] = value;
      }
    }
    out[region] = count * 8 < values.length ? NaN : agreeing(values.subarray(0, count));
  }
  return out;
}

/** @param values put into another order */
function agreeing(values: Float32Array): number {
  const limit = nthSmallest(values, Math.floor(values.length / 5)) * INLIER;
  let squares = 0;
  let count = 0;
  for (const value of values) {
    if (value > limit) continue;
    squares += value * value;
    count++;
  }
  return Math.sqrt(squares / Math.max(1, count));
}

/** Under even noise the quieter regions are this much below all of them, measured. */
const QUIETER = 1.012;

/** RMS over the quieter 60 % of the regions: the others may be full of people. */
function lowerMean(regions: Float32Array): number {
  const sorted = numbersOf(regions).sort();
  const count = Math.ceil(sorted.length * 0.6);
  let squares = 0;
  for (const value of sorted.subarray(0, count)) squares += value * value;
  return QUIETER * Math.sqrt(squares / Math.max(1, count));
}

function quantile(values: Float32Array, share: number): number {
  const numbers = numbersOf(values);
  return nthSmallest(numbers, Math.floor(numbers.length * share));
}

/** True when the blocks' changes have no common floor, as in a pan: then nothing is static. */
function isMoving({ sigma }: BlockNoise): boolean {
  const numbers = numbersOf(sigma);
  const floor = nthSmallest(numbers, Math.floor(numbers.length / 5));
  if (floor < 1) return false;
  let agree = 0;
  for (const value of numbers) if (value <= floor * INLIER) agree++;
  return agree < numbers.length * 0.3;
}

function lower(one: BlockNoise, other: BlockNoise): BlockNoise {
  const sigma = one.sigma.map((value, i) => Math.min(value, other.sigma[i] ?? NaN));
  return { ...one, sigma };
}

/** True when a frame is its predecessor again, as after a change of frame rate. */
function repeats(luma: Uint8Array, other: Uint8Array): boolean {
  let left = Math.ceil(luma.length / 5000);
  // Most frames are not, and show it at once.
  for (let i = 0; i < luma.length && left > 0; i += 5) if (luma[i] !== other[i]) left--;
  return left > 0;
}

/** Regions, bilinearly, to cells; sigma times 4. */
function openSpread(
  wide: number,
  tall: number,
  columns: number,
  rows: number,
): (regions: Float32Array) => Uint8Array {
  /** Of the regions as high as one row of cells. */
  const across = new Float32Array(wide + 1);
  /** Of each column, the region to its left, and how far it is beyond that one's middle. */
  const region = new Uint16Array(columns);
  const share = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const x = Math.min(Math.max(((column + 0.5) / columns) * wide - 0.5, 0), wide - 1);
    region[column] = Math.floor(x);
    share[column] = x - Math.floor(x);
  }
  return (regions) => {
    const out = new Uint8Array(columns * rows);
    for (let row = 0; row < rows; row++) {
      const y = Math.min(Math.max(((row + 0.5) / rows) * tall - 0.5, 0), tall - 1);
      const above = Math.floor(y);
      const below = Math.min(above + 1, tall - 1);
      for (let x = 0; x < wide; x++) {
        const top = regions[above * wide + x] ?? 0;
        const bottom = regions[below * wide + x] ?? 0;
        across[x] = 4 * (top + (bottom - top) * (y - above));
      }
      across[wide] = across[wide - 1] ?? 0;
      for (let column = 0, at = row * columns; column < columns; column++, at++) {
        const left = region[column] ?? 0;
        const from = across[left] ?? 0;
        const value = from + ((across[left + 1] ?? 0) - from) * (share[column] ?? 0) + 0.5;
        out[at] = value < 255 ? value : 255;
      }
    }
    return out;
  };
}
