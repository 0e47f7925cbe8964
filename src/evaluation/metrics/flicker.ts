/** Change over time where nothing moves: what a viewer sees as flicker or crawling noise. */
import { cellGrid, planesOf, type FrameSize } from '../../frame/frame.js';

/** A cell is static when none of its four luma samples changes by more in the clean clip. */
const STATIC_STEP = 3;

/** Below this the clean clip does not flicker at all, and a ratio to it would say nothing. */
export const CLEAN_FLOOR = 0.1;

/** Marks the cells that are static between two frames of the clean clip: `still` `[rows, columns]` 0|1. */
export function staticCells(
  size: FrameSize,
  before: Uint8Array,
  now: Uint8Array,
  still: Uint8Array,
): void {
  const { columns } = cellGrid(size);
  const a = planesOf(size, before).y;
  const b = planesOf(size, now).y;
  still.fill(1);
  for (let at = 0; at < a.length; at++) {
    if (Math.abs((a[at] ?? 0) - (b[at] ?? 0)) <= STATIC_STEP) continue;
    const y = Math.floor(at / size.width);
    still[(y >> 1) * columns + ((at - y * size.width) >> 1)] = 0;
  }
}

/** Mean absolute luma difference between two following frames, added up over static cells. */
export class Flicker {
  #sum = 0;
  #count = 0;

  add(size: FrameSize, before: Uint8Array, now: Uint8Array, still: Uint8Array): void {
    const { columns } = cellGrid(size);
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        if (still[(y >> 1) * columns + (x >> 1)] === 0) continue;
        const at = y * size.width + x;
        this.#sum += Math.abs((now[at] ?? 0) - (before[at] ?? 0));
        this.#count++;
      }
    }
  }

  /** Grey levels; undefined when nothing was static. */
  mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }
}

/** How much more (or less) than the clean clip; undefined when either is unknown. */
export function flickerRatio(result?: number, clean?: number): number | undefined {
  if (result === undefined || clean === undefined) return undefined;
  return result / Math.max(clean, CLEAN_FLOOR);
}
