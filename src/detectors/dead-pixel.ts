/** Finds stuck, hot and dead pixels: tiny spots that stay in place with a value of their own. */
import type { DamageMap } from '../frame/damage-map.js';
import { cellGrid, type Frame } from '../frame/frame.js';
import type { Detector, DetectorSession, SourceInfo } from '../frame/seams.js';
import { isolatedSpot, type Luma } from './spot.js';

/** Frames in the running mean. */
const MEMORY = 32;
/** After the run-in the belief is formed anew every so many frames. */
const EVERY = 8;
/** Repeats of the same value after which a pixel does not take part in the noise. */
const STILL = 10;

/**
 * The mean over time takes the noise and whoever walks by out of the picture; what is left standing
 * alone there, one or two pixels wide, sharp, and far from a calm surrounding, is believed to be
 * damaged. Under noise, a pixel that repeats its value while its neighbours do not is another proof,
 * which needs no contrast. The belief is formed from the first frame on, and withdrawn when the mean
 * no longer supports it.
 */
export const deadPixel: Detector = { kind: 'dead-pixel', open };

function open(info: SourceInfo): DetectorSession {
  const { columns, rows } = cellGrid(info);
  const { width, height } = info;
  const mean: Luma = { width, height, data: new Float32Array(width * height) };
  const previous = new Uint8Array(width * height);
  const repeats = new Uint8Array(width * height);
  let score = new Uint8Array(columns * rows);
  let seen = 0;

  const current = (): DamageMap => ({ kind: 'dead-pixel', columns, rows, score: score.slice() });
  return {
    inspect(frame: Frame): DamageMap {
      const luma = frame.data.subarray(0, previous.length);
      seen++;
      learn(mean.data, luma, 1 / Math.min(seen, MEMORY));
      const stillShare = seen > 1 ? countRepeats(repeats, luma, previous) : 1;
      previous.set(luma);
      if (seen <= 4 || seen % EVERY === 0) {
        score = new Uint8Array(columns * rows);
        const mark = (pixel: number) => {
          score[Math.floor(pixel / width / 2) * columns + ((pixel % width) >> 1)] = 255;
        };
        findByContrast(mean, seen, mark);
        if (stillShare < 0.4 && seen > STILL) findByStillness(mean, repeats, mark);
      }
      return current();
    },
    current,
    reset() {
      seen = 0;
      score.fill(0);
      repeats.fill(0);
    },
  };
}

function learn(mean: Float32Array, luma: Uint8Array, gain: number): void {
  for (let i = 0; i < mean.length; i++) {
    const old = mean[i] ?? 0;
    mean[i] = old + ((luma[i] ?? 0) - old) * gain;
  }
}

/** Counts how often in a row each pixel kept its value; returns the share of pixels that kept it now. */
function countRepeats(repeats: Uint8Array, luma: Uint8Array, previous: Uint8Array): number {
  let kept = 0;
  for (let i = 0; i < repeats.length; i++) {
    if (luma[i] === previous[i]) {
      const count = repeats[i] ?? 0;
      if (count < 255) repeats[i] = count + 1;
      kept++;
    } else {
      repeats[i] = 0;
    }
  }
  return kept / repeats.length;
}

/** Looks closely at every pixel that stands out from the eight at a distance of two. */
function findByContrast(mean: Luma, seen: number, mark: (pixel: number) => void): void {
  const { width, height, data } = mean;
  const least = 20 + 30 / seen;
  for (let y = 0; y < height; y++) {
    const up = (y >= 2 ? -2 : 2) * width;
    const down = (y < height - 2 ? 2 : -2) * width;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const left = x >= 2 ? -2 : 2;
      const right = x < width - 2 ? 2 : -2;
      const value = data[i] ?? 0;
      // Most pixels are settled by two neighbours.
      const a = (data[i + left] ?? 0) - value;
      const b = (data[i + right] ?? 0) - value;
      if (Math.abs(a) < least && Math.abs(b) < least) continue;
      const sign = a + b < 0 ? 1 : -1;
      let close = a * -sign < least ? 1 : 0;
      if (b * -sign < least) close++;
      if (((data[i + up] ?? 0) - value) * -sign < least) close++;
      if (((data[i + down] ?? 0) - value) * -sign < least) close++;
      if (close > 1) continue;
      if (((data[i + up + left] ?? 0) - value) * -sign < least) close++;
      if (((data[i + up + right] ?? 0) - value) * -sign < least) close++;
      if (((data[i + down + left] ?? 0) - value) * -sign < least) close++;
      if (((data[i + down + right] ?? 0) - value) * -sign < least) close++;
      if (close > 2) continue;
      for (const pixel of isolatedSpot(mean, x, y, sign, least)) mark(pixel);
    }
  }
}

/** Marks pixels that kept their value while the picture around them is alive. */
function findByStillness(mean: Luma, repeats: Uint8Array, mark: (pixel: number) => void): void {
  const { width, height } = mean;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if ((repeats[i] ?? 0) < STILL) continue;
      let still = 0;
      let around = 0;
      for (let v = Math.max(0, y - 6); v <= Math.min(height - 1, y + 6); v++) {
        for (let u = Math.max(0, x - 6); u <= Math.min(width - 1, x + 6); u++) {
          if ((repeats[v * width + u] ?? 0) >= STILL) still++;
          around++;
        }
      }
      if (still * 12 <= around) mark(i);
    }
  }
}
