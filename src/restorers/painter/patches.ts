/** Connected patches of cells, and their middles. */

/** One patch; connected over sides and corners, and not only by a neck. */
export interface Patch {
  readonly cells: readonly number[];
  readonly members: ReadonlySet<number>;
  /** The cells farthest from the edge. */
  readonly core: readonly number[];
  /** The first and last columns and rows. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Share of the greatest depth from which a cell belongs to the core. */
const CORE = 0.65;

/** Deeper than any patch. */
const FAR = 65_000;

/** Depth of a cell that has two cells between it and the outside: necks are thinner. */
const BROAD = 7;

/**
 * What hangs together only by a neck is told apart, for two spots that touch may be of two colours.
 * @param set `[rows, columns]`, not 0 = of a patch
 */
export function findPatches(set: Uint8Array, columns: number, rows: number): Patch[] {
  const depth = depths(set, columns, rows);
  const owner = new Int32Array(set.length).fill(-1);
  const groups: number[][] = [];
  /** Spreads from `queue` over cells of that depth that belong to nobody yet. */
  const spread = (queue: number[], least: number) => {
    for (let next = 0; next < queue.length; next++) {
      const cell = queue[next] ?? 0;
      const group = owner[cell] ?? 0;
      const row = Math.floor(cell / columns);
      const column = cell - row * columns;
      for (let v = Math.max(0, row - 1); v <= Math.min(rows - 1, row + 1); v++) {
        for (let u = Math.max(0, column - 1); u <= Math.min(columns - 1, column + 1); u++) {
          const at = v * columns + u;
          if (owner[at] !== -1 || set[at] === 0 || (depth[at] ?? 0) < least) continue;
          owner[at] = group;
          groups[group]?.push(at);
          queue.push(at);
        }
      }
    }
  };
  const gather = (least: number) => {
    for (let start = 0; start < set.length; start++) {
      if (owner[start] !== -1 || set[start] === 0 || (depth[start] ?? 0) < least) continue;
      owner[start] = groups.length;
      groups.push([start]);
      spread([start], least);
    }
  };
  gather(BROAD);
  spread(groups.flat(), 0);
  gather(0);
  return groups.map((cells) => patchOf(cells, depth, columns));
}

function patchOf(cells: readonly number[], depth: Uint16Array, columns: number): Patch {
  let [left, right, top, bottom, deepest] = [columns, 0, Infinity, 0, 0];
  for (const cell of cells) {
    const row = Math.floor(cell / columns);
    const column = cell - row * columns;
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    deepest = Math.max(deepest, depth[cell] ?? 0);
  }
  const core = cells.filter((cell) => (depth[cell] ?? 0) >= CORE * deepest);
  return { cells, members: new Set(cells), core, left, right, top, bottom };
}

/** Distance to the nearest cell that is not set, by the 3-4 chamfer (Borgefors 1986); 3 = a cell. */
export function depths(set: Uint8Array, columns: number, rows: number): Uint16Array {
  const depth = new Uint16Array(set.length);
  // Outside the picture the patch may go on: what is there is far from an edge.
  const at = (row: number, column: number) =>
    row < 0 || row >= rows || column < 0 || column >= columns
      ? FAR
      : (depth[row * columns + column] ?? 0);
  const nearest = (row: number, column: number, step: 1 | -1) =>
    Math.min(
      at(row, column - step) + 3,
      at(row - step, column) + 3,
      at(row - step, column - step) + 4,
      at(row - step, column + step) + 4,
    );
  for (let cell = 0; cell < set.length; cell++) {
    if (set[cell] === 0) continue;
    const row = Math.floor(cell / columns);
    depth[cell] = Math.min(FAR, nearest(row, cell - row * columns, 1));
  }
  for (let cell = set.length - 1; cell >= 0; cell--) {
    if (set[cell] === 0) continue;
    const row = Math.floor(cell / columns);
    depth[cell] = Math.min(depth[cell] ?? 0, nearest(row, cell - row * columns, -1));
  }
  return depth;
}
