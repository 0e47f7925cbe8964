/** Maps of the same kind become one. */
import { expect, it } from 'vitest';
import type { DamageKind } from '../../src/frame/damage-map.js';
import { byKind } from '../../src/masks/by-kind.js';

const map = (kind: DamageKind, ...score: number[]) => ({
  kind,
  columns: score.length,
  rows: 1,
  score: Uint8Array.from(score),
});

it('keeps the higher score of each cell, and changes no map it is given', () => {
  const maps = [map('drop-out', 9, 200, 0), map('dirt', 1, 2, 3), map('drop-out', 130, 5, 0)];
  expect(byKind(maps)).toEqual([map('drop-out', 130, 200, 0), map('dirt', 1, 2, 3)]);
  expect(maps[0]).toEqual(map('drop-out', 9, 200, 0));
});
