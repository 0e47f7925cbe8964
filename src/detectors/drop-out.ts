/** Finds tape damage: streaks of one frame, and scratches that wander over the picture. */
import type { DamageMap } from '../frame/damage-map.js';
import { cellGrid, type Frame } from '../frame/frame.js';
import type { Detector, DetectorSession, SourceInfo } from '../frame/seams.js';
import { chainsOf, lineStrength, markScratch, STRIPS } from './scratches.js';
import { smoothLine } from './smooth-line.js';
import { findStreaks } from './streaks.js';
import { Wanderers } from './wanderers.js';

export const dropOut: Detector = { kind: 'drop-out', open };

/** While the reference is this young it may hold the scratches themselves. */
const RUN_IN = 12;
/** Frames in the reference of what has always been there. */
const MEMORY = 16;

function open(info: SourceInfo): DetectorSession {
  const { columns, rows } = cellGrid(info);
  const { width, height } = info;
  const count = width * height;
  const before = new Uint8Array(count);
  const beforeThat = new Uint8Array(count);
  const hits = new Uint8Array(count);
  const damaged = new Uint8Array(count);
  const reference = new Float32Array(count);
  const wanderers = new Wanderers();
  let seen = 0;

  return {
    inspect(frame: Frame, next?: Frame): DamageMap {
      const luma = frame.data.subarray(0, count);
      const after = next?.data.subarray(0, count);
      const score = new Uint8Array(columns * rows);
      const map: DamageMap = { kind: 'drop-out', columns, rows, score };
      damaged.fill(0);
      const one = seen > 0 ? before : after;
      const other = after ?? (seen > 1 ? beforeThat : one);
      if (one !== undefined && other !== undefined) {
        const noise = noiseOf(luma, one);
        const neighbours = { before: one, after: other };
        for (const streak of findStreaks(info, luma, neighbours, noise, hits)) {
          for (let y = streak.top; y < streak.bottom; y++) {
            damaged.fill(1, y * width + streak.left, y * width + streak.right);
          }
        }
        if (seen === 0) reference.set(one);
        markScratches(info, luma, reference, noise, seen, wanderers, damaged);
      }
      toCells(damaged, width, height, score);
      learn(reference, luma, damaged, seen);
      beforeThat.set(before);
      before.set(luma);
      seen++;
      return map;
    },
    reset() {
      seen = 0;
      wanderers.forget();
    },
  };
}

/**
 * A scratch is straight, at least 60 % of the height long, and new against the reference; or, since a
 * slow one is long in the reference too, a line that has been seen to wander. In the first frames a
 * line over the whole height is taken for one.
 */
function markScratches(
  info: SourceInfo,
  luma: Uint8Array,
  reference: Float32Array,
  noise: number,
  seen: number,
  wanderers: Wanderers,
  damaged: Uint8Array,
): void {
  const floor = 6 + 0.35 * noise;
  const { standing, fresh } = lineStrength(info, luma, reference);
  for (const chain of chainsOf(info, fresh, floor, 4)) {
    if (chain.columns.length < STRIPS * 0.6 || chain.strength < 1.6 * floor) continue;
    if (smoothLine(chain.columns).agreeing === 0) continue;
    markScratch(info, chain, luma, reference, noise, damaged);
  }
  const lines = chainsOf(info, standing, floor, 6).filter(
    (chain) => chain.columns.length >= STRIPS * 0.8 && chain.strength > Math.max(12, 1.6 * floor),
  );
  for (const chain of wanderers.among(lines)) {
    markScratch(info, chain, luma, undefined, noise, damaged);
  }
  if (seen >= RUN_IN) return;
  for (const chain of lines) {
    const long = chain.columns.length === STRIPS && chain.strength > Math.max(22, 1.6 * floor);
    if (!long || smoothLine(chain.columns).agreeing < 0.85) continue;
    markScratch(info, chain, luma, undefined, noise, damaged);
  }
}

/** Standard deviation of the noise from the median absolute change of every 13th sample. */
function noiseOf(luma: Uint8Array, other: Uint8Array): number {
  const histogram = new Uint32Array(256);
  let samples = 0;
  for (let i = 0; i < luma.length; i += 13, samples++) {
    const change = Math.abs((luma[i] ?? 0) - (other[i] ?? 0));
    histogram[change] = (histogram[change] ?? 0) + 1;
  }
  let below = 0;
  let median = 0;
  while (median < 255 && (below += histogram[median] ?? 0) < samples / 2) median++;
  return median / 0.954;
}

function learn(reference: Float32Array, luma: Uint8Array, damaged: Uint8Array, seen: number): void {
  const gain = 1 / Math.min(seen + 1, MEMORY);
  for (let i = 0; i < reference.length; i++) {
    if (damaged[i] === 1) continue;
    const old = reference[i] ?? 0;
    reference[i] = old + ((luma[i] ?? 0) - old) * gain;
  }
}

function toCells(damaged: Uint8Array, width: number, height: number, score: Uint8Array): void {
  const columns = width >> 1;
  for (let i = 0; i < width * height; i++) {
    if (damaged[i] === 1) score[(Math.floor(i / width) >> 1) * columns + ((i % width) >> 1)] = 255;
  }
}
