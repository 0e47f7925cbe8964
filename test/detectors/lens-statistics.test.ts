/** Mean and spread of many frames. */
import { describe, expect, it } from 'vitest';
import { LensStatistics } from '../../src/detectors/lens-statistics.js';
import { clip, frame, INFO, random } from './scene.js';

function described(statistics: LensStatistics, layer: number) {
  const cells = (statistics.width * statistics.height) / (layer === 0 ? 1 : 4);
  const mean = new Uint8Array(cells);
  const spread = new Uint8Array(cells);
  statistics.describe(layer, mean, spread);
  return { mean, spread };
}

describe('the statistics of a lens', () => {
  it('are the mean and sixteen standard deviations of each sample', () => {
    const size = { width: 8, height: 4 };
    const uniform = random(5);
    const pictures = Array.from({ length: 12 }, () =>
      Uint8Array.from({ length: 48 }, () => 100 + Math.floor(uniform() * 20)),
    );
    const statistics = new LensStatistics(size);
    pictures.forEach((data, seq) => statistics.add({ ...frame(data, seq), ...size }));
    for (const [layer, from] of [0, 32, 40].entries()) {
      const { mean, spread } = described(statistics, layer);
      mean.forEach((value, i) => {
        const samples = pictures.map((data) => data[from + i]!);
        const expected = samples.reduce((a, b) => a + b) / samples.length;
        const variance = samples.reduce((a, b) => a + (b - expected) ** 2, 0) / samples.length;
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(0.51);
        expect(Math.abs(spread[i]! - Math.min(255, 16 * Math.sqrt(variance)))).toBeLessThan(1);
      });
    }
  });

  it('leave out, cell by cell, what is known to be damaged, and then do not speak of it', () => {
    const size = { width: 8, height: 4 };
    const uniform = random(7);
    const [whole, spared] = [new LensStatistics(size), new LensStatistics(size)];
    // Cell 1 is hidden by turns, cell 6 nearly always.
    const hides = (seq: number) => [0, seq % 2, 0, 0, 0, 0, Number(seq > 0), 0];
    for (let seq = 0; seq < 12; seq++) {
      const picture = Uint8Array.from({ length: 48 }, () => 100 + Math.floor(uniform() * 20));
      const skip = Uint8Array.from(hides(seq), (hidden) => 255 * hidden);
      const spoilt = picture.slice();
      for (const [cell, hidden] of skip.entries()) if (hidden !== 0) spoilt[32 + cell] = 0;
      spared.add({ ...frame(spoilt, seq), ...size }, skip);
      if (seq % 2 === 0) whole.add({ ...frame(picture, seq), ...size });
    }
    // What was hidden by turns is known from the other frames alone.
    const [one, other] = [described(spared, 1), described(whole, 1)];
    expect([one.mean[1], one.spread[1]]).toEqual([other.mean[1], other.spread[1]]);
    const scores = new Uint8Array(8).fill(200);
    spared.forgetUnseen(scores);
    expect([...scores]).toEqual(hides(1).map((_, cell) => (cell === 6 ? 0 : 200)));
  });

  it('show where something was always left out what is around it, not a hole', () => {
    const size = { width: 32, height: 24 };
    const statistics = new LensStatistics(size);
    const skip = new Uint8Array(16 * 12);
    for (let y = 3; y < 9; y++) skip.fill(255, y * 16 + 5, y * 16 + 11);
    const uniform = random(9);
    for (let seq = 0; seq < 8; seq++) {
      const data = Uint8Array.from({ length: (32 * 24 * 3) / 2 }, () => 100 + 20 * uniform());
      for (const [cell, hidden] of skip.entries()) {
        const [x, y] = [2 * (cell % 16), 2 * Math.floor(cell / 16)];
        if (hidden !== 0) for (const i of [0, 1, 32, 33]) data[y * 32 + x + i] = 0;
      }
      statistics.add({ ...frame(data, seq), ...size }, skip);
    }
    for (const layer of [0, 1, 2]) {
      const { mean, spread } = described(statistics, layer);
      expect(Math.min(...mean)).toBeGreaterThan(95);
      expect(Math.max(...mean)).toBeLessThan(125);
      expect(Math.min(...spread)).toBeGreaterThan(16);
    }
  });

  it('of wide pictures are those of the picture averaged down', () => {
    const size = { width: 1608, height: 6 };
    const statistics = new LensStatistics(size);
    expect([statistics.factor, statistics.width, statistics.height]).toEqual([3, 536, 2]);
    const data = new Uint8Array((1608 * 6 * 3) / 2);
    for (let i = 0; i < data.length; i++) data[i] = (i % 1608) % 3 === 0 ? 90 : 120;
    statistics.add({ ...frame(data, 0), ...size });
    expect(new Set(described(statistics, 0).mean)).toEqual(new Set([110]));
  });

  it('tell how much noise is left in the mean', () => {
    const statistics = new LensStatistics(INFO);
    for (const frame of clip(16, 12)) statistics.add(frame);
    expect(statistics.noiseLeft()).toBeGreaterThan(2.6);
    expect(statistics.noiseLeft()).toBeLessThan(3.2);
    const clear = new LensStatistics(INFO);
    for (const frame of clip(16)) clear.add(frame);
    expect(clear.noiseLeft()).toBe(0);
  });

  it('forget what is long past', () => {
    const size = { width: 4, height: 2 };
    const statistics = new LensStatistics(size);
    const add = (value: number, times: number) => {
      for (let i = 0; i < times; i++) {
        statistics.add({ ...frame(new Uint8Array(12).fill(value), i), ...size });
      }
    };
    add(200, 64);
    add(50, 400);
    const { mean, spread } = described(statistics, 0);
    expect(mean[0]).toBe(50);
    expect(spread[0]).toBeLessThan(40);
  });
});
