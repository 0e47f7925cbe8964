/** Clipped cores on a coarse grid of spots, and what lies around each of them. */
import type { CellGrid, FrameSize } from '../frame/frame.js';
import { openSampleKernel } from './sample-kernel.js';

/** Spots across the picture, about: distances are shares of its width. */
const ACROSS = 160;
/** Mean luma of a spot that is clipped, as far as a codec leaves it so. */
export const CLIPPED = 226;
/** Spots that a core needs: what is smaller blinds nobody. */
const LEAST = 4;
/** The share of the picture that a core may take: more is a sky, or a camera that is too bright. */
const MOST = 0.12;
/** How far around a core is looked, in spots: not less than, not more than, and in its radii. */
const [NEAR, FAR, RADII] = [14, 34, 5] as const;

/** Luma samples on a side of a spot; even. */
export function spotSize({ width }: FrameSize): number {
  return Math.max(2, 2 * Math.round(width / ACROSS / 2));
}

/** Writes the mean luma of each spot of yuv420p planes, which are lent; `[rows, columns]`. */
export type SpotMeans = (data: Uint8Array, luma: Float32Array) => void;

/** Spots at the right and lower border may be smaller. */
export function openSpotMeans(
  { width, height }: FrameSize,
  size: number,
  { columns, rows }: CellGrid,
): SpotMeans {
  const kernel = openSampleKernel({
    here: ['u8', width * height],
    sums: ['u16', width + 8],
    spots: ['i32', columns * rows],
  });
  const { here, sums, spots } = kernel;
  const lengthOf = (index: number, whole: number) => Math.min(whole - index * size, size);
  return (data, luma) => {
    here.set(data.subarray(0, here.length));
    kernel.spotSums(here, width, height, size, columns, rows, sums, spots);
    for (let row = 0; row < rows; row++) {
      const tall = lengthOf(row, height);
      for (let column = 0; column < columns; column++) {
        const spot = row * columns + column;
        luma[spot] = (spots[spot] ?? 0) / (tall * lengthOf(column, width));
      }
    }
  };
}

/** The spots around a core that are not clipped themselves, the near ones first; lent until the next core. */
export interface Around {
  /** Of the core, as if it were round, in spots. */
  readonly radius: number;
  /** Their places on the grid. */
  readonly spots: Int32Array;
  /** Squares of their distances to the core, in spots. */
  readonly squares: Uint16Array;
}

/** The clipped cores of a lane's frames, one grid after the other. */
export class Cores {
  readonly #grid: CellGrid;
  readonly #taken: Uint8Array;
  /** Of each spot: the core's spot that is nearest, and for which core that was found. */
  readonly #nearest: Int32Array;
  readonly #visit: Int32Array;
  readonly #queue: Int32Array;
  readonly #squares: Uint16Array;
  #visits = 0;

  constructor(grid: CellGrid) {
    const spots = grid.columns * grid.rows;
    this.#grid = grid;
    this.#taken = new Uint8Array(spots);
    this.#nearest = new Int32Array(spots);
    this.#visit = new Int32Array(spots);
    this.#queue = new Int32Array(spots);
    this.#squares = new Uint16Array(spots);
  }

  /** The spots of each connected clipped region of a size that may be a light. */
  find(luma: Float32Array): number[][] {
    const { columns } = this.#grid;
    const taken = this.#taken.fill(0);
    const cores: number[][] = [];
    for (let start = 0; start < taken.length; start++) {
      if (taken[start] !== 0 || (luma[start] ?? 0) < CLIPPED) continue;
      const core = [start];
      taken[start] = 1;
      for (let next = 0; next < core.length; next++) {
        const at = core[next] ?? 0;
        const x = at % columns;
        const [left, right] = [x > 0 ? at - 1 : -1, x < columns - 1 ? at + 1 : -1];
        for (const beside of [left, right, at - columns, at + columns]) {
          if (taken[beside] !== 0 || (luma[beside] ?? 0) < CLIPPED) continue;
          taken[beside] = 1;
          core.push(beside);
        }
      }
      if (core.length >= LEAST && core.length <= MOST * taken.length) cores.push(core);
    }
    return cores;
  }

  /** Goes outwards from a core, each spot with the nearest of the core's. */
  around(luma: Float32Array, core: readonly number[]): Around {
    const { columns, rows } = this.#grid;
    const [nearest, visit, queue, squares] = [
      this.#nearest,
      this.#visit,
      this.#queue,
      this.#squares,
    ];
    const mark = ++this.#visits;
    for (const spot of core) {
      visit[spot] = mark;
      nearest[spot] = spot;
    }
    queue.set(core);
    const radius = Math.sqrt(core.length / Math.PI);
    const reach = Math.min(FAR, Math.max(NEAR, RADII * radius + 6)) ** 2;
    let end = core.length;
    for (let next = 0; next < end; next++) {
      const at = queue[next] ?? 0;
      const from = nearest[at] ?? 0;
      const [x, y] = [at % columns, (at / columns) | 0];
      const [fromX, fromY] = [from % columns, (from / columns) | 0];
      const [left, right] = [Math.max(0, x - 1), Math.min(columns - 1, x + 1)];
      for (let v = Math.max(0, y - 1), bottom = Math.min(rows - 1, y + 1); v <= bottom; v++) {
        const down = (v - fromY) * (v - fromY);
        for (let u = left; u <= right; u++) {
          const beside = v * columns + u;
          if (visit[beside] === mark || (luma[beside] ?? 0) >= CLIPPED) continue;
          const square = (u - fromX) * (u - fromX) + down;
          if (square >= reach) continue;
          visit[beside] = mark;
          nearest[beside] = from;
          squares[end] = square;
          queue[end++] = beside;
        }
      }
    }
    const [first, last] = [core.length, end];
    return { radius, spots: queue.subarray(first, last), squares: squares.subarray(first, last) };
  }
}
