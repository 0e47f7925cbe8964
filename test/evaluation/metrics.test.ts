/** Every measure against values worked out by hand. */
import { describe, expect, it } from 'vitest';
import { cellErrors } from '../../src/evaluation/metrics/cell-error.js';
import { BAND_CELLS, edgeBand } from '../../src/evaluation/metrics/edge-band.js';
import { Flicker, flickerRatio, staticCells } from '../../src/evaluation/metrics/flicker.js';
import { MaskScore } from '../../src/evaluation/metrics/mask-score.js';
import { addedNoise } from '../../src/evaluation/metrics/noise-level.js';
import { meanSquaredError, PooledError, psnrOf } from '../../src/evaluation/metrics/psnr.js';
import { Ssim } from '../../src/evaluation/metrics/ssim.js';
import { Random } from '../../src/evaluation/random.js';

describe('PSNR', () => {
  it('is 20 dB when every sample is 25.5 off', () => {
    expect(psnrOf(25.5 ** 2)).toBeCloseTo(20, 10);
  });

  it('of a mean squared error of 1 is 48.13 dB', () => {
    expect(psnrOf(meanSquaredError([10, 20, 30], [11, 19, 31]))).toBeCloseTo(48.1308, 4);
  });

  it('of identical pictures is the cap', () => {
    expect(psnrOf(0)).toBe(100);
  });

  it('pools errors over samples, not over frames', () => {
    const pooled = new PooledError();
    pooled.add(100, 1);
    pooled.add(0, 3);
    expect(pooled.psnr()).toBeCloseTo(psnrOf(25), 10);
    expect(new PooledError().psnr()).toBeUndefined();
  });
});

describe('cellErrors', () => {
  it('adds the squared differences of the twelve samples of each cell', () => {
    const size = { width: 4, height: 2 };
    const a = new Uint8ClampedArray(24).fill(10);
    const b = a.slice();
    b[0] = 13; // R, left cell: 9
    b[8 + 5] = 8; // G, second row, left cell: 4
    b[16 + 3] = 15; // B, right cell: 25
    const errors = new Float64Array(2);
    cellErrors(size, a, b, errors);
    expect([...errors]).toEqual([13, 25]);
  });
});

describe('SSIM', () => {
  it('is 1 for identical planes', () => {
    const random = new Random('ssim');
    const plane = Uint8Array.from({ length: 20 * 16 }, () => random.integer(0, 255));
    expect(new Ssim({ width: 20, height: 16 }).plane(plane, plane)).toBeCloseTo(1, 4);
  });

  it('of two flat planes is the luminance term alone', () => {
    const size = { width: 12, height: 12 };
    const a = new Uint8Array(144).fill(100);
    const b = new Uint8Array(144).fill(120);
    const c1 = 6.5025;
    const expected = (2 * 100 * 120 + c1) / (100 ** 2 + 120 ** 2 + c1);
    expect(new Ssim(size).plane(a, b)).toBeCloseTo(expected, 4);
  });

  it('agrees with a direct evaluation of the formula in one window', () => {
    const random = new Random('window');
    const side = 11;
    const a = Array.from({ length: side * side }, () => random.integer(0, 255));
    const b = a.map((value) => Math.min(255, Math.max(0, value + random.integer(-40, 40))));
    const weights = a.map((_, i) => {
      const [dx, dy] = [(i % side) - 5, Math.floor(i / side) - 5];
      return Math.exp(-(dx * dx + dy * dy) / (2 * 1.5 * 1.5));
    });
    const total = weights.reduce((sum, w) => sum + w, 0);
    const mean = (f: (i: number) => number) =>
      weights.reduce((sum, w, i) => sum + (w / total) * f(i), 0);
    const ma = mean((i) => a[i]!);
    const mb = mean((i) => b[i]!);
    const va = mean((i) => (a[i]! - ma) ** 2);
    const vb = mean((i) => (b[i]! - mb) ** 2);
    const cov = mean((i) => (a[i]! - ma) * (b[i]! - mb));
    const [c1, c2] = [6.5025, 58.5225];
    const expected =
      ((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
    expect(new Ssim({ width: side, height: side }).plane(a, b)).toBeCloseTo(expected, 4);
  });
});

describe('MaskScore', () => {
  it('counts hits, misses and false alarms over all frames', () => {
    const score = new MaskScore();
    score.add(Uint8Array.of(255, 255, 0, 0), Uint8Array.of(255, 0, 255, 0));
    score.add(Uint8Array.of(255, 0, 0, 0), Uint8Array.of(255, 0, 0, 0));
    // hits 2, false 1, missed 1, clean cells 5
    expect(score.agreement()).toEqual({
      precision: 2 / 3,
      recall: 2 / 3,
      iou: 2 / 4,
      falseShare: 1 / 5,
    });
  });

  it('counts only false alarms where nothing is damaged', () => {
    const score = new MaskScore();
    score.add(Uint8Array.of(255, 0, 0, 0));
    expect(score.agreement()).toEqual({
      precision: undefined,
      recall: undefined,
      iou: undefined,
      falseShare: 1 / 4,
    });
  });
});

describe('flicker', () => {
  const size = { width: 4, height: 2 };
  const frame = (...luma: number[]) => Uint8Array.from([...luma, 128, 128, 128, 128]);

  it('is the mean luma change where the clean clip stands still', () => {
    const before = frame(10, 10, 50, 50, 10, 10, 50, 50);
    const now = frame(11, 10, 50, 90, 10, 10, 50, 50);
    const still = new Uint8Array(2);
    staticCells(size, before, now, still);
    expect([...still]).toEqual([1, 0]);
    const flicker = new Flicker();
    flicker.add(size, frame(0, 0, 0, 0, 0, 0, 0, 0), frame(4, 2, 99, 99, 0, 2, 99, 99), still);
    expect(flicker.mean()).toBe(2);
  });

  it('is compared with a clean clip of at least a tenth of a grey level', () => {
    expect(flickerRatio(2, 0.5)).toBe(4);
    expect(flickerRatio(2, 0)).toBe(20);
    expect(flickerRatio(undefined, 1)).toBeUndefined();
  });
});

describe('edgeBand', () => {
  it('is the square ring of four cells round the mask', () => {
    const grid = { columns: 15, rows: 13 };
    const mask = new Uint8Array(15 * 13);
    mask[6 * 15 + 7] = 255;
    const band = new Uint8Array(mask.length);
    edgeBand(grid, mask, band, new Uint8Array(mask.length));
    const side = 2 * BAND_CELLS + 1;
    expect(band.filter((cell) => cell === 255).length).toBe(side * side - 1);
    expect(band[6 * 15 + 7]).toBe(0);
    expect(band[2 * 15 + 3]).toBe(255);
    expect(band[1 * 15 + 7]).toBe(0);
  });
});

describe('addedNoise', () => {
  it('is the root mean square of the luma difference outside the mask', () => {
    const size = { width: 64, height: 32 };
    const clean = new Uint8Array((64 * 32 * 3) / 2).fill(128);
    const damaged = clean.map((value, i) => (i % 2 === 0 ? value + 3 : value - 3));
    const mask = new Uint8Array(32 * 16);
    mask[0] = 255;
    damaged.fill(255, 0, 2);
    expect(addedNoise(size, clean, damaged, mask)).toBe(3);
  });
});
