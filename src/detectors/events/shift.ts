/** Finds by how much a view was turned: where the usual edges lie now. */
import type { View } from './view.js';

/** The farthest shift looked for, as a share of the picture. */
const REACH = 0.35;

export interface Shift {
  /** Share of the picture's width and height, to the right and down. */
  readonly across: number;
  readonly down: number;
  /** −1 to 1, of the gradients at this shift. */
  readonly correlation: number;
}

/** The shift at which the gradients agree best, over all that still overlaps. */
export function bestShift(view: View, across: Float32Array, down: Float32Array): Shift {
  const { columns, rows } = view.grid;
  const [farX, farY] = [Math.floor(columns * REACH), Math.floor(rows * REACH)];
  let best: Shift = { across: 0, down: 0, correlation: -1 };
  const look = (dx: number, dy: number, stride: number) => {
    const correlation = agreement(view, across, down, dx, dy, stride);
    if (correlation > best.correlation) {
      best = { across: dx / columns, down: dy / rows, correlation };
    }
  };
  for (let dy = -farY; dy <= farY; dy++) for (let dx = -farX; dx <= farX; dx++) look(dx, dy, 5);
  const [x, y] = [Math.round(best.across * columns), Math.round(best.down * rows)];
  best = { ...best, correlation: -1 };
  for (let dy = y - 1; dy <= y + 1; dy++) for (let dx = x - 1; dx <= x + 1; dx++) look(dx, dy, 1);
  return best;
}

function agreement(
  view: View,
  across: Float32Array,
  down: Float32Array,
  dx: number,
  dy: number,
  stride: number,
): number {
  const { columns, rows } = view.grid;
  let [product, own, usual] = [0, 0, 0];
  for (let row = Math.max(0, dy); row < Math.min(rows, rows + dy); row += 2) {
    // Strides that are prime to the width sample every column in turn.
    const from = Math.max(0, dx) + (row % stride);
    for (let column = from; column < Math.min(columns, columns + dx); column += stride) {
      const here = row * columns + column;
      const there = here - dy * columns - dx;
      const [x1, y1] = [view.across[here] ?? 0, view.down[here] ?? 0];
      const [x2, y2] = [across[there] ?? 0, down[there] ?? 0];
      product += x1 * x2 + y1 * y2;
      own += x1 * x1 + y1 * y1;
      usual += x2 * x2 + y2 * y2;
    }
  }
  return product / Math.sqrt(Math.max(own * usual, 1e-6));
}
