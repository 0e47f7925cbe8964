/** Which parts of a frame go through the network. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRegions } from '../../src/restorers/regions.js';
import { copyWindow } from '../../src/restorers/window.js';

describe('planRegions', () => {
  it('takes only the tiles with work in them', () => {
    const grid = { columns: 640, rows: 360 };
    const work = new Uint8Array(grid.columns * grid.rows);
    work[70 * grid.columns + 130] = 1;
    const plan = planRegions(grid, work);
    expect(plan).toMatchObject({ needed: 1, total: 60, columns: 96, rows: 96 });
    expect(plan.regions).toEqual([
      { left: 112, top: 48, core: { left: 128, top: 64, right: 192, bottom: 128 } },
    ]);
  });

  it('takes the whole frame where tiles would overlap too much', () => {
    const grid = { columns: 160, rows: 90 };
    const plan = planRegions(grid, new Uint8Array(160 * 90).fill(1));
    expect(plan.regions).toEqual([
      { left: 0, top: 0, core: { left: 0, top: 0, right: 160, bottom: 90 } },
    ]);
    expect(plan.needed).toBe(plan.total);
  });

  it('covers every cell with work exactly once, whatever the size', () => {
    const sides = fc.record({
      columns: fc.integer({ min: 1, max: 400 }),
      rows: fc.integer({ min: 1, max: 300 }),
    });
    fc.assert(
      fc.property(sides, fc.infiniteStream(fc.nat()), (grid, stream) => {
        const cells = grid.columns * grid.rows;
        const work = new Uint8Array(cells);
        for (let n = 0; n < 5; n++) work[(stream.next().value as number) % cells] = 1;
        const { regions } = planRegions(grid, work);
        for (let cell = 0; cell < cells; cell++) {
          if (work[cell] === 0) continue;
          const [x, y] = [cell % grid.columns, Math.floor(cell / grid.columns)];
          const covering = regions.filter(
            ({ core }) => x >= core.left && x < core.right && y >= core.top && y < core.bottom,
          );
          expect(covering).toHaveLength(1);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('copyWindow', () => {
  it('repeats the border outside the plane', () => {
    const plane = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2 };
    const to = new Uint8Array(20);
    copyWindow(plane, -1, -1, 5, 4, to, 0);
    expect([...to]).toEqual([1, 1, 2, 3, 3, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 4, 4, 5, 6, 6]);
  });
});
