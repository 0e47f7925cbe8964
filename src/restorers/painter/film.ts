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

/** @param data yuv420p planes */
export function filmOf(size: FrameSize, data: Uint8Array): Film {
  const { y, u, v } = planesOf(size, data);
  return { y: Float32Array.from(y), u: Float32Array.from(u), v: Float32Array.from(v) };
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
