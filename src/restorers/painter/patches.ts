/** Connected patches of cells, and their middles. */

/** One patch; connected over sides and corners. */
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

/** @param set `[rows, columns]`, not 0 = of a patch */
export function findPatches(set: Uint8Array, columns: number, rows: number): Patch[] {
  const depth = depths(set, columns, rows);
  const visited = new Uint8Array(set.length);
  const patches: Patch[] = [];
  for (let start = 0; start < set.length; start++) {
    if (set[start] === 0 || visited[start] === 1) continue;
    const cells = [start];
    visited[start] = 1;
    let [left, right, top, bottom, deepest] = [columns, 0, rows, 0, 0];
    for (let next = 0; next < cells.length; next++) {
      const cell = cells[next] ?? 0;
      const row = Math.floor(cell / columns);
      const column = cell - row * columns;
      [left, right] = [Math.min(left, column), Math.max(right, column)];
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      deepest = Math.max(deepest, depth[cell] ?? 0);
      for (let v = Math.max(0, row - 1); v <= Math.min(rows - 1, row + 1); v++) {
        for (let u = Math.max(0, column - 1); u <= Math.min(columns - 1, column + 1); u++) {
          const at = v * columns + u;
          if (visited[at] === 1 || set[at] === 0) continue;
          visited[at] = 1;
          cells.push(at);
        }
      }
    }
    const core = cells.filter((cell) => (depth[cell] ?? 0) >= CORE * deepest);
    patches.push({ cells, members: new Set(cells), core, left, right, top, bottom });
  }
  return patches;
}

/** Distance to the nearest cell that is not set, by the 3-4 chamfer (Borgefors 1986); 3 = a cell. */
export function depths(set: Uint8Array, columns: number, rows: number): Uint16Array {
  const depth = new Uint16Array(set.length);
  const far = 65_000;
  const relax = (row: number, column: number, step: 1 | -1) => {
    const at = row * columns + column;
    if (set[at] === 0) return;
    let best = step === 1 ? far : (depth[at] ?? 0);
    const look = (v: number, u: number, cost: number) => {
      // Outside the picture the patch may go on.
      if (v < 0 || v >= rows || u < 0 || u >= columns) return;
      best = Math.min(best, (depth[v * columns + u] ?? 0) + cost);
    };
    look(row, column - step, 3);
    look(row - step, column, 3);
    look(row - step, column - step, 4);
    look(row - step, column + step, 4);
    depth[at] = best;
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) relax(row, column, 1);
  }
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) relax(row, column, -1);
  }
  return depth;
}
