/** Finds stuck, hot and dead pixels: tiny spots that stay in place with a value of their own. */
import type { DamageMap } from '../frame/damage-map.js';
import { cellGrid, type Frame } from '../frame/frame.js';
import { SOME_SAMPLES } from '../frame/mask.js';
import type { Detector, DetectorSession, SourceInfo } from '../frame/seams.js';
import { openSampleKernel } from './sample-kernel.js';
import { isolatedSpot, type Demand, type Luma } from './spot.js';

/** Frames in the running mean. */
const MEMORY = 32;
/** After the run-in the belief is formed anew every so many frames. */
const EVERY = 16;
/** Repeats of the same value after which a pixel does not take part in the noise. */
const STILL = 10;
/** So many still pixels are a defect of this sensor, not chance: then contrast is not asked. */
const ENOUGH_STILL = 8;
/** Share of pixels that keep their value by chance when the noise is 1.5 grey levels. */
const NOISY = 0.2;

/**
 * The mean over time takes the noise and whoever walks by out of the picture; what is left standing
 * alone there, one or two pixels wide, sharp, and far from a calm surrounding, is believed to be
 * damaged. Under noise, a pixel that repeats its value while its neighbours do not is another proof,
 * which needs no contrast. The belief is formed from the first frame on, and withdrawn when the mean
 * no longer supports it. The scores name the stuck samples of a cell, as masks do.
 */
export const deadPixel: Detector = { kind: 'dead-pixel', open };

function open(info: SourceInfo): DetectorSession {
  const { columns, rows } = cellGrid(info);
  const { width, height } = info;
  const count = width * height;
  const kernel = openSampleKernel({
    mean: ['f32', count],
    luma: ['u8', count],
    previous: ['u8', count],
    repeats: ['u8', count],
  });
  const { luma, previous, repeats } = kernel;
  const mean: Luma = { width, height, data: kernel.mean };
  let score = new Uint8Array(columns * rows);
  let seen = 0;
  let noisyFrames = 0;
  const save = () => ({
    mean: mean.data.slice(),
    previous: previous.slice(),
    repeats: repeats.slice(),
    score,
    seen,
    noisyFrames,
  });

  // A score is never changed: a new belief has one of its own.
  const current = (): DamageMap => ({ kind: 'dead-pixel', columns, rows, score });
  return {
    inspect(frame: Frame): DamageMap {
      luma.set(frame.data.subarray(0, count));
      seen++;
      kernel.average(kernel.mean, luma, count, 1 / Math.min(seen, MEMORY));
      const kept = seen > 1 ? kernel.countRepeats(repeats, luma, previous, count) / count : 1;
      noisyFrames = kept < NOISY ? noisyFrames + 1 : 0;
      previous.set(luma);
      if (seen === 1 || seen === 4 || seen === 8 || seen === STILL + 2 || seen % EVERY === 0) {
        const still = noisyFrames > STILL ? stillPixels(mean, repeats) : [];
        const pixels = still.length >= ENOUGH_STILL ? still : standingOut(mean, seen);
        score = new Uint8Array(columns * rows);
        for (const pixel of pixels) {
          const [x, y] = [pixel % width, Math.floor(pixel / width)];
          const cell = (y >> 1) * columns + (x >> 1);
          score[cell] = (score[cell] ?? 0) | SOME_SAMPLES | (1 << ((y & 1) * 2 + (x & 1)));
        }
      }
      return current();
    },
    current,
    save,
    load(state) {
      const from = state as ReturnType<typeof save>;
      mean.data.set(from.mean);
      previous.set(from.previous);
      repeats.set(from.repeats);
      ({ score, seen, noisyFrames } = from);
    },
    reset() {
      seen = 0;
      noisyFrames = 0;
      score = new Uint8Array(columns * rows);
      repeats.fill(0);
    },
  };
}

/** Looks closely at every pixel that stands out from the eight at a distance of two. */
function standingOut(mean: Luma, seen: number): number[] {
  const { width, height, data } = mean;
  const found: number[] = [];
  for (let y = 0; y < height; y++) {
    const up = (y >= 2 ? -2 : 2) * width;
    const down = (y < height - 2 ? 2 : -2) * width;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const left = x >= 2 ? -2 : 2;
      const right = x < width - 2 ? 2 : -2;
      const value = data[i] ?? 0;
      if (value >= DARK && value <= BRIGHT) continue;
      // Most pixels are settled by two neighbours. One of the eight may be damaged as well.
      const a = value - (data[i + left] ?? 0);
      const b = value - (data[i + right] ?? 0);
      const sign = a + b < 0 ? -1 : 1;
      let close = (a * sign < LEAST ? 1 : 0) + (b * sign < LEAST ? 1 : 0);
      if (close > 1) continue;
      if ((value - (data[i + up] ?? 0)) * sign < LEAST) close++;
      if ((value - (data[i + down] ?? 0)) * sign < LEAST) close++;
      if (close > 1) continue;
      if ((value - (data[i + up + left] ?? 0)) * sign < LEAST) close++;
      if ((value - (data[i + up + right] ?? 0)) * sign < LEAST) close++;
      if ((value - (data[i + down + left] ?? 0)) * sign < LEAST) close++;
      if ((value - (data[i + down + right] ?? 0)) * sign < LEAST) close++;
      if (close > 2) continue;
      for (const pixel of isolatedSpot(mean, x, y, sign, demandFor(value, seen))) found.push(pixel);
    }
  }
  return found;
}

/**
 * A point of the scene may be as small and as sharp as a stuck pixel; without noise only the ends of
 * the scale tell them apart. Between these values stillness has to tell.
 */
const DARK = 18;
const BRIGHT = 233;
/** Contrast below which nothing is looked at. */
const LEAST = 24;
/** A scene hardly ever reaches the ends of the scale in a single pixel: little else is asked there. */
const AT_THE_END: Demand = { contrast: 60, spread: 0.35, edge: 0.1, company: 5 };
const NEAR_THE_END: Demand = { contrast: 60, spread: 0.3, edge: 0.08, company: 3 };
const EARLY_NEAR_THE_END: Demand = { contrast: 50, spread: 0.3, edge: 0.08, company: 4 };
/** While the noise is still in the mean. */
const EARLY = 8;

function demandFor(value: number, seen: number): Demand {
  const early = seen < EARLY;
  if (value < 6 || value > 249) return early ? { ...AT_THE_END, spread: 0.4 } : AT_THE_END;
  return early ? EARLY_NEAR_THE_END : NEAR_THE_END;
}

/** Pixels that kept their value while the picture around them is alive. */
function stillPixels(mean: Luma, repeats: Uint8Array): number[] {
  const { width, height } = mean;
  const found: number[] = [];
  for (let i = 0; i < repeats.length; i++) {
    if ((repeats[i] ?? 0) < STILL) continue;
    const x = i % width;
    const y = Math.floor(i / width);
    let calm = 0;
    let around = 0;
    for (let v = Math.max(0, y - 6); v <= Math.min(height - 1, y + 6); v++) {
      for (let u = Math.max(0, x - 6); u <= Math.min(width - 1, x + 6); u++) {
        if ((repeats[v * width + u] ?? 0) >= 3) calm++;
        around++;
      }
    }
    if (calm * 8 <= around) found.push(i);
  }
  return found;
}
