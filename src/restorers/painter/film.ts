/** Pictures of real numbers, and where the samples of a cell lie in them. */
import { planesOf, type FrameSize } from '../../frame/frame.js';

/** A yuv420p picture as real numbers. */
export interface Film {
  /** `[H, W]` */
  readonly y: Float32Array;
  /** `[H/2, W/2]` */
  readonly u: Float32Array;
  readonly v: Float32Array;
}

export function blankFilm({ width, height }: FrameSize): Film {
  const samples = width * height;
  return {
    y: new Float32Array(samples),
    u: new Float32Array(samples / 4),
    v: new Float32Array(samples / 4),
  };
}

/** Copies the cells `near` of a picture into a film. @param data yuv420p planes */
export function takeIn(film: Film, size: FrameSize, data: Uint8Array, near: Int32Array): void {
  const { y, u, v } = planesOf(size, data);
  for (const cell of near) {
    for (const at of lumaOf(cell, size.width >> 1)) film.y[at] = y[at] ?? 0;
    film.u[cell] = u[cell] ?? 0;
    film.v[cell] = v[cell] ?? 0;
  }
}

/** The cells that are set in `[rows, columns]`, and those up to `reach` cells beside, ascending. */
export function nearOf(set: Uint8Array, columns: number, reach: number): Int32Array {
  const rows = set.length / columns;
  const near = new Uint8Array(set.length);
  for (let cell = 0; cell < set.length; cell++) {
    if (set[cell] === 0) continue;
    const row = Math.floor(cell / columns);
    const column = cell - row * columns;
    const [left, right] = [Math.max(0, column - reach), Math.min(columns, column + reach + 1)];
    for (let v = Math.max(0, row - reach); v <= Math.min(rows - 1, row + reach); v++) {
      near.fill(1, v * columns + left, v * columns + right);
    }
  }
  const cells: number[] = [];
  for (let cell = near.indexOf(1); cell >= 0; cell = near.indexOf(1, cell + 1)) cells.push(cell);
  return Int32Array.from(cells);
}

/** Indices of the four luma samples of a cell. */
export function lumaOf(cell: number, columns: number): readonly [number, number, number, number] {
  const row = Math.floor(cell / columns);
  const first = row * 4 * columns + (cell - row * columns) * 2;
  return [first, first + 1, first + 2 * columns, first + 2 * columns + 1];
}

/** Indices of all luma samples of cells, ascending. */
export function lumaOfAll(cells: Iterable<number>, columns: number): Int32Array {
  return Int32Array.from([...cells].flatMap((cell) => lumaOf(cell, columns))).sort();
}
