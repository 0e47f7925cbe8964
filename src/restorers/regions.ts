/** Which parts of a frame the network has to look at. */
import type { CellGrid } from '../frame/frame.js';

/** Cells a tile restores, on each side. */
const CORE = 64;
/** Cells of context round the core: results next to an input's border are weaker. */
const CONTEXT = 16;
/** Tiles overlap, so past this share of the frame's cells the whole frame is cheaper. */
const WORTH_TILING = 0.8;

/** In cells. The input is read at `left, top` with the plan's size; `core` is what is written back. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly core: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  };
}

export interface RegionPlan {
  /** Cells of each region's input; all alike, so that they go in one batch. */
  readonly columns: number;
  readonly rows: number;
  readonly regions: readonly Region[];
  /** Tiles that needed the network, and tiles in all. */
  readonly needed: number;
  readonly total: number;
}

/**
 * Cuts the frame into tiles and keeps those with work in them; the whole frame as one region when
 * that is cheaper.
 * @param work `[rows, columns]`, not 0 where something is to be done
 */
export function planRegions({ columns, rows }: CellGrid, work: Uint8Array): RegionPlan {
  const across = Math.ceil(columns / CORE);
  const down = Math.ceil(rows / CORE);
  const regions: Region[] = [];
  const side = CORE + 2 * CONTEXT;
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      const core = {
        left: i * CORE,
        top: j * CORE,
        right: Math.min(columns, (i + 1) * CORE),
        bottom: Math.min(rows, (j + 1) * CORE),
      };
      if (!hasWork(work, columns, core)) continue;
      regions.push({ left: core.left - CONTEXT, top: core.top - CONTEXT, core });
    }
  }
  const counts = { needed: regions.length, total: across * down };
  if (regions.length > 0 && regions.length * side * side > WORTH_TILING * columns * rows) {
    const core = { left: 0, top: 0, right: columns, bottom: rows };
    return { columns, rows, regions: [{ left: 0, top: 0, core }], ...counts };
  }
  return { columns: side, rows: side, regions, ...counts };
}

function hasWork(work: Uint8Array, columns: number, core: Region['core']): boolean {
  for (let row = core.top; row < core.bottom; row++) {
    const line = work.subarray(row * columns + core.left, row * columns + core.right);
    if (line.some((value) => value !== 0)) return true;
  }
  return false;
}
