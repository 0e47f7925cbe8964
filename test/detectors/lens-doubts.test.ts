/** What a network takes for dirt is doubted where the pictures say otherwise. */
import { describe, expect, it } from 'vitest';
import { doubtDirt } from '../../src/detectors/lens-doubts.js';
import { LensStatistics } from '../../src/detectors/lens-statistics.js';
import { keepRegions, type RegionRule } from '../../src/detectors/regions.js';
import { frame, random } from './scene.js';

const SIZE = { width: 128, height: 96 };
const GRID = { columns: 64, rows: 48 };
const RULE: RegionRule = {
  ...{ low: 96, sure: 192, extent: 4, share: 0.4, shareOf: 'cells', marked: 120 },
};
/** Samples of the spot that the network is sure of. */
const SPOT = { left: 40, right: 60, top: 30, bottom: 50 };
const isInSpot = (x: number, y: number) =>
  x >= SPOT.left && x < SPOT.right && y >= SPOT.top && y < SPOT.bottom;

/** Cells that are kept of a sure spot, in twelve frames of `luma`. */
function kept(luma: (x: number, y: number, seq: number) => number): number {
  const statistics = new LensStatistics(SIZE);
  for (let seq = 0; seq < 12; seq++) {
    const data = new Uint8Array((SIZE.width * SIZE.height * 3) / 2).fill(128);
    for (let y = 0; y < SIZE.height; y++) {
      for (let x = 0; x < SIZE.width; x++) data[y * SIZE.width + x] = luma(x, y, seq);
    }
    statistics.add({ ...frame(data, seq), ...SIZE });
  }
  const scores = new Uint8Array(GRID.columns * GRID.rows);
  for (let y = SPOT.top / 2; y < SPOT.bottom / 2; y++) {
    scores.fill(250, y * GRID.columns + SPOT.left / 2, y * GRID.columns + SPOT.right / 2);
  }
  doubtDirt(scores, statistics, RULE);
  return keepRegions(GRID, scores, RULE).filter((score) => score >= 128).length;
}

describe('dirt', () => {
  const uniform = random(3);
  const traffic = Array.from({ length: 12 }, () => 40 + 170 * uniform());
  const moving = (x: number, y: number, seq: number) =>
    x > 15 && x < 85 && y > 10 && y < 70 ? (traffic[(seq + (x >> 3)) % 12] ?? 0) : 120;

  it('is left as it is found where nothing speaks against it', () => {
    expect(kept((x, y) => (isInSpot(x, y) ? 40 : 120))).toBe(100);
  });

  it('is none where most of it is burnt out, also where the rest of it is not', () => {
    expect(kept((x, y) => (isInSpot(x, y) && x < 56 ? 235 : 190))).toBe(0);
  });

  it('is kept beside a little that is burnt out', () => {
    expect(kept((x, y) => (isInSpot(x, y) ? (x < 44 ? 235 : 50) : 190))).toBe(80);
  });

  it('is none where it stirs like all that moves around it', () => {
    expect(kept(moving)).toBe(0);
  });

  it('hides what moves, or lets it be seen dimly', () => {
    expect(kept((x, y, seq) => (isInSpot(x, y) ? 40 : moving(x, y, seq)))).toBe(100);
    const seen = (x: number, y: number, seq: number) => 0.65 * 40 + 0.35 * moving(x, y, seq);
    expect(kept((x, y, seq) => (isInSpot(x, y) ? seen : moving)(x, y, seq))).toBe(100);
  });

  it('is found under noise, which stirs everywhere', () => {
    const noise = random(9);
    expect(kept((x, y) => (isInSpot(x, y) ? 60 : 120) + 70 * (noise() - 0.5))).toBe(100);
  });
});
