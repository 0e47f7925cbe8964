/** What may not be changed, and which word counts when two contradict. */
import { describe, expect, it } from 'vitest';
import { protectMask, protectNoise } from '../../src/masks/protect.js';

const cells = (...set: number[]) =>
  Uint8Array.from({ length: 6 }, (_, i) => (set.includes(i) ? 255 : 0));
const mask = (...set: number[]) => ({ columns: 3, rows: 2, data: cells(...set), coverage: 0 });

describe('protection', () => {
  it('takes writing out of what was found', () => {
    const result = protectMask(mask(1, 2, 3), { written: cells(2, 4) });
    expect(result.data).toEqual(cells(1, 3));
    expect(result.coverage).toBeCloseTo(2 / 6);
  });

  it('repairs what was drawn by hand, writing or not', () => {
    expect(protectMask(mask(1), { written: cells(2), repair: cells(2, 5) }).data).toEqual(
      cells(1, 2, 5),
    );
  });

  it('leaves alone what was drawn to be left, whatever else was said', () => {
    const everything = { written: cells(2), repair: cells(2, 5), leave: cells(1, 5) };
    expect(protectMask(mask(0, 1), everything).data).toEqual(cells(0, 2));
  });

  it('shows the denoiser no noise where nothing may be changed', () => {
    const noise = { sigma: 5, map: Uint8Array.of(20, 20, 20, 20, 20, 20) };
    const { sigma, map } = protectNoise(noise, { written: cells(0), leave: cells(5) });
    expect(sigma).toBe(5);
    expect([...map]).toEqual([0, 20, 20, 20, 20, 0]);
    expect([...noise.map]).toEqual([20, 20, 20, 20, 20, 20]);
  });
});
