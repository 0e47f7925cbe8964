/** Which regions of a score are kept. */
import { describe, expect, it } from 'vitest';
import { keepRegions, type RegionRule } from '../../src/detectors/regions.js';

const GRID = { columns: 20, rows: 10 };
const RULE: RegionRule = {
  ...{ low: 100, sure: 200, extent: 8 },
  ...{ share: 0.5, shareOf: 'length', marked: 0 },
};

function score(cells: readonly (readonly [x: number, y: number, value: number])[]): Uint8Array {
  const data = new Uint8Array(200);
  for (const [x, y, value] of cells) data[y * 20 + x] = value;
  return data;
}
const row = (length: number, value: (x: number) => number, y = 3) =>
  Array.from({ length }, (_, x) => [x, y, value(x)] as const);

describe('a region of a score', () => {
  it('is kept whole, its faint cells too, when it is long and sure enough', () => {
    const kept = keepRegions(GRID, score(row(10, (x) => (x % 2 === 0 ? 220 : 110))), RULE);
    expect(kept.filter((value) => value >= 128)).toHaveLength(10);
  });

  it('is marked where it is plain enough', () => {
    const faint = score(row(10, (x) => (x < 7 ? 220 : 110)));
    const kept = keepRegions(GRID, faint, { ...RULE, marked: 150 });
    expect(kept.filter((value) => value >= 128)).toHaveLength(7);
  });

  it('that is not thin must be sure in its share of all cells', () => {
    const thick = [0, 1, 2, 3].flatMap((y) => row(8, () => (y === 0 ? 220 : 110), y));
    const kept = (share: number) =>
      keepRegions(GRID, score(thick), { ...RULE, share, shareOf: 'cells' }).some((v) => v > 0);
    expect([kept(0.2), kept(0.3)]).toEqual([true, false]);
  });

  it('is kept when less than four fifths of it are known', () => {
    const whole = score(row(10, () => 220));
    const kept = (known: number) =>
      keepRegions(GRID, whole, RULE, score(row(known, () => 255))).some((value) => value > 0);
    expect([kept(7), kept(8)]).toEqual([true, false]);
  });

  it('must be surer at the border of the picture', () => {
    const faint = (y: number) =>
      score(
        row(10, (x) => (x % 2 === 0 ? 220 : 110), y).map(([x, v, s]) => [x + 4, v, s] as const),
      );
    const kept = (y: number) =>
      keepRegions(GRID, faint(y), { ...RULE, shareAtBorder: 0.7 }).some((v) => v > 0);
    expect([kept(0), kept(3), kept(9)]).toEqual([false, true, false]);
  });

  it('is dropped when it is short, faint, or only here and there sure', () => {
    for (const cells of [
      row(7, () => 255),
      row(12, () => 90),
      row(12, (x) => (x === 4 ? 255 : 110)),
    ]) {
      expect(keepRegions(GRID, score(cells), RULE).some((value) => value > 0)).toBe(false);
    }
  });

  it('goes on over corners, and ends at the edge of the picture', () => {
    const diagonal = Array.from({ length: 9 }, (_, i) => [i, i, 255] as const);
    expect(keepRegions(GRID, score(diagonal), RULE).filter((v) => v > 0)).toHaveLength(9);
    // The end of one row and the beginning of the next do not touch.
    const split = [
      ...row(6, () => 255, 4),
      ...row(6, () => 255, 3).map(([x]) => [19 - x, 3, 255] as const),
    ];
    expect(keepRegions(GRID, score(split), RULE).some((value) => value > 0)).toBe(false);
  });
});
