/** Finds lost blocks where two decoders, which conceal losses in two ways, show different things. */
import type { DamageMap } from '../frame/damage-map.js';
import { cellGrid, planesOf, type FrameSize } from '../frame/frame.js';

/** Grey levels; a smaller difference cannot be seen. */
const VISIBLE = 8;
/** Score for a grey level of difference: VISIBLE is the least that is repaired. */
const SCORE_A_LEVEL = 16;

/** `first` and `second` are yuv420p planes of the same frame. */
export function lostBetween(size: FrameSize, first: Uint8Array, second: Uint8Array): DamageMap {
  const { columns, rows } = cellGrid(size);
  const score = new Uint8Array(columns * rows);
  const [a, b] = [planesOf(size, first), planesOf(size, second)];
  const raise = (cell: number, one: number, other: number) => {
    const difference = Math.abs(one - other);
    if (difference < VISIBLE) return;
    score[cell] = Math.max(score[cell] ?? 0, Math.min(255, difference * SCORE_A_LEVEL));
  };
  for (let y = 0, at = 0; y < size.height; y++) {
    const row = (y >> 1) * columns;
    for (let x = 0; x < size.width; x++, at++) raise(row + (x >> 1), a.y[at] ?? 0, b.y[at] ?? 0);
  }
  for (let cell = 0; cell < score.length; cell++) {
    raise(cell, a.u[cell] ?? 0, b.u[cell] ?? 0);
    raise(cell, a.v[cell] ?? 0, b.v[cell] ?? 0);
  }
  return { kind: 'lost-block', columns, rows, score };
}
