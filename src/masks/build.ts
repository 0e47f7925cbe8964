/** Makes the one mask of a frame from what the detectors say and what the user gave. */
import type { DamageMap } from '../frame/damage-map.js';
import { isBlank } from '../frame/blank.js';
import type { CellGrid } from '../frame/frame.js';
import { coverageOf, SOME_SAMPLES, type Mask } from '../frame/mask.js';
import { isLeftAlone } from './routes.js';

/** Scores from here on are repaired. */
export const REPAIR_FROM = 128;

/**
 * The union of all maps (but those of kinds that are left alone) at `REPAIR_FROM` and of `imported` (`[rows, columns]` u8, 0 = keep).
 * Maps of another size than `grid` are a mistake of the program and throw.
 */
export function buildMask(grid: CellGrid, maps: readonly DamageMap[], imported?: Uint8Array): Mask {
  const { columns, rows } = grid;
  const data = new Uint8Array(columns * rows);
  for (const map of maps) {
    if (map.columns !== columns || map.rows !== rows) {
      throw new RangeError(
        `a ${map.kind} map of ${columns}x${rows} cells was expected, ${map.columns}x${map.rows} came`,
      );
    }
    if (isLeftAlone(map.kind) || isBlank(map.score)) continue;
    if (map.kind === 'dead-pixel') uniteSamples(data, map.score);
    else unite(data, map.score, REPAIR_FROM);
  }
  if (imported !== undefined) {
    if (imported.length !== data.length) {
      throw new RangeError(
        `an imported mask of ${data.length} cells was expected, ${imported.length} came`,
      );
    }
    unite(data, imported, 1);
  }
  return { columns, rows, data, coverage: coverageOf(data) };
}

/** Cells of kinds that are left alone, and of no other: found, told, not repaired; 255 each. */
export function toldCells(mask: Mask, maps: readonly DamageMap[]): Uint8Array {
  const data = new Uint8Array(mask.data.length);
  for (const { kind, score } of maps) {
    if (isLeftAlone(kind) && !isBlank(score)) unite(data, score, REPAIR_FROM);
  }
  return isBlank(data) ? data : data.map((value, cell) => (mask.data[cell] === 0 ? value : 0));
}

/** Stuck pixels name the samples that are stuck: the rest of their cell is seen. */
function uniteSamples(data: Uint8Array, score: Uint8Array): void {
  for (let i = 0; i < data.length; i++) {
    const value = score[i] ?? 0;
    if (value >= REPAIR_FROM) data[i] = (data[i] ?? 0) | (value > SOME_SAMPLES ? value : 255);
  }
}

function unite(data: Uint8Array, score: Uint8Array, from: number): void {
  for (let i = 0; i < data.length; i++) if ((score[i] ?? 0) >= from) data[i] = 255;
}
