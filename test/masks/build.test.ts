/** How the maps of a frame become its mask. */
import { describe, expect, it } from 'vitest';
import type { DamageKind, DamageMap } from '../../src/frame/damage-map.js';
import { buildMask, toldCells } from '../../src/masks/build.js';

const grid = { columns: 6, rows: 4 };

function map(kind: DamageKind, scores: Record<number, number>): DamageMap {
  const score = new Uint8Array(24);
  for (const [cell, value] of Object.entries(scores)) score[Number(cell)] = value;
  return { kind, ...grid, score };
}

describe('buildMask', () => {
  it('repairs from a score of 128 on, and nothing below', () => {
    const mask = buildMask(grid, [map('dead-pixel', { 3: 127, 8: 128, 9: 255 })]);
    expect([...mask.data.keys()].filter((i) => mask.data[i] === 255)).toEqual([8, 9]);
    expect(mask.coverage).toBeCloseTo(2 / 24);
  });

  it('keeps the samples of a cell that are not stuck, unless something else hides them', () => {
    const stuck = map('dead-pixel', { 3: 241, 4: 242, 5: 248 });
    const more = map('dead-pixel', { 3: 244 });
    const mask = buildMask(grid, [stuck, more, map('drop-out', { 5: 241 })]);
    expect([...mask.data.subarray(3, 6)]).toEqual([245, 242, 255]);
    expect(mask.coverage).toBeCloseTo(3 / 24);
  });

  it('leaves alone what is only told: a passer-by is not wiped away', () => {
    expect(buildMask(grid, [map('passing', { 3: 255 })]).coverage).toBe(0);
    expect(buildMask(grid, [map('glare', { 3: 255 })]).coverage).toBe(0);
  });

  it('names the cells that are told and not repaired', () => {
    const maps = [
      map('glare', { 2: 127, 3: 128, 4: 255 }),
      map('passing', { 5: 255 }),
      map('dirt', { 4: 255, 6: 255 }),
    ];
    const told = toldCells(buildMask(grid, maps), maps);
    expect([...told.keys()].filter((i) => told[i] !== 0)).toEqual([3, 5]);
  });

  it('unites detectors and the imported mask', () => {
    const imported = new Uint8Array(24);
    imported[20] = 255;
    const mask = buildMask(
      grid,
      [map('dead-pixel', { 1: 200 }), map('drop-out', { 2: 200 })],
      imported,
    );
    expect([...mask.data.keys()].filter((i) => mask.data[i] === 255)).toEqual([1, 2, 20]);
  });

  it('takes the cells that a map names, and no more', () => {
    expect(buildMask(grid, [map('lost-block', { 8: 255 })]).coverage).toBeCloseTo(1 / 24);
  });

  it('leaves the maps as they were', () => {
    const lent = map('lost-block', { 8: 255 });
    buildMask(grid, [lent]);
    expect(lent.score.filter((value) => value > 0)).toHaveLength(1);
  });

  it('refuses maps and masks of another size', () => {
    expect(() => buildMask({ columns: 5, rows: 4 }, [map('drop-out', {})])).toThrow(/5x4.*6x4/);
    expect(() => buildMask(grid, [], new Uint8Array(3))).toThrow(/24.*3/);
  });
});
