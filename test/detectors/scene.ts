/** A synthetic fixed camera: a textured scene, someone who walks by, seeded noise. */
import { frameBytes, type Frame } from '../../src/frame/frame.js';
import type { SourceInfo } from '../../src/frame/seams.js';

export const WIDTH = 192;
export const HEIGHT = 128;
export const INFO: SourceInfo = { lane: 'scene', width: WIDTH, height: HEIGHT, frameRate: 25 };

/** Uniform numbers in [0, 1), the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normal numbers (Box and Muller). */
export function normal(seed: number): () => number {
  const uniform = random(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Luma of the scene at one moment: hills and fences that stand, and a figure of 14x40 that walks. */
export function scene(seq: number): Uint8Array {
  const data = new Uint8Array(frameBytes(INFO)).fill(128);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const hills = 110 + 40 * Math.sin(x / 23) * Math.cos(y / 17);
      const fence = y > 90 && x % 8 < 4 ? 35 : 0;
      data[y * WIDTH + x] = hills + fence;
    }
  }
  const left = 10 + seq * 3;
  for (let y = 50; y < 90; y++) {
    for (let x = left; x < left + 14; x++) data[y * WIDTH + (x % WIDTH)] = 60 + 3 * (y % 7);
  }
  return data;
}

export function addNoise(data: Uint8Array, sigma: number, seed: number): Uint8Array {
  const next = normal(seed);
  const luma = WIDTH * HEIGHT;
  return data.map((value, i) =>
    i < luma ? Math.min(255, Math.max(0, Math.round(value + sigma * next()))) : value,
  );
}

export function frame(data: Uint8Array, seq: number): Frame {
  const whole: Frame = {
    lane: 'scene',
    seq,
    timestamp: seq * 40_000,
    width: WIDTH,
    height: HEIGHT,
    discontinuity: seq === 0,
    data,
    clone: () => whole,
    close: () => undefined,
  };
  return whole;
}

/** A clip of `count` frames; `damage` may change each frame's planes in place. */
export function clip(
  count: number,
  sigma = 0,
  damage: (data: Uint8Array, seq: number) => void = () => undefined,
): Frame[] {
  return Array.from({ length: count }, (_, seq) => {
    const data = addNoise(scene(seq), sigma, 1000 + seq);
    damage(data, seq);
    return frame(data, seq);
  });
}

/** Recall, and the share of clean cells that are marked, of a map against the true cells. */
export function compare(
  score: Uint8Array,
  truth: ReadonlySet<number>,
): { recall: number; iou: number; falseShare: number } {
  let hit = 0;
  let wrong = 0;
  score.forEach((value, cell) => {
    if (value < 128) return;
    if (truth.has(cell)) hit++;
    else wrong++;
  });
  return {
    recall: hit / Math.max(1, truth.size),
    iou: hit / Math.max(1, truth.size + wrong),
    falseShare: wrong / (score.length - truth.size),
  };
}

/** The cell of a luma sample. */
export function cellOf(x: number, y: number): number {
  return (y >> 1) * (WIDTH >> 1) + (x >> 1);
}
