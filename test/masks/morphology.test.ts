/** What growing and shrinking a mask means. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dilate, erode } from '../../src/masks/morphology.js';

const grid = { columns: 9, rows: 7 };
const cells = grid.columns * grid.rows;

describe('dilate', () => {
  it('sets exactly the square around a cell and stops at the border', () => {
    const mask = new Uint8Array(cells);
    mask[2 * 9 + 4] = 1;
    mask[0] = 255;
    const grown = dilate(grid, mask, 1);
    const set = [...grown.keys()].filter((i) => grown[i] === 255);
    expect(set).toEqual([0, 1, 9, 10, 12, 13, 14, 21, 22, 23, 30, 31, 32].sort((a, b) => a - b));
    expect(grown.every((value) => value === 0 || value === 255)).toBe(true);
  });

  it('agrees with the definition for any mask and radius', () => {
    const anyMask = fc.uint8Array({ minLength: cells, maxLength: cells, max: 1 });
    fc.assert(
      fc.property(anyMask, fc.integer({ min: 0, max: 3 }), (mask, radius) => {
        const slow = mask.map((_, i) => {
          for (let j = 0; j < cells; j++) {
            const apart = Math.max(
              Math.abs((i % 9) - (j % 9)),
              Math.abs(Math.floor(i / 9) - Math.floor(j / 9)),
            );
            if (mask[j] === 1 && apart <= radius) return 255;
          }
          return 0;
        });
        expect(dilate(grid, mask, radius)).toEqual(slow);
      }),
    );
  });
});

describe('erode', () => {
  it('takes the rim off a region but not where it touches the border', () => {
    const mask = new Uint8Array(cells).fill(255);
    mask[3 * 9 + 4] = 0;
    const shrunk = erode(grid, mask, 1);
    expect([...shrunk].filter((value) => value === 0)).toHaveLength(9);
    expect(shrunk[0]).toBe(255);
  });
});
