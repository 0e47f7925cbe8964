/** Paints what was never seen: looks through what is only veiled, and continues the surroundings. */
import { isBlank } from '../../frame/blank.js';
import { cellGrid, planesOf, type FrameSize } from '../../frame/frame.js';
import type { Memory } from '../generator.js';
import { blankFilm, lumaOf, lumaOfAll, nearOf, takeIn, type Film } from './film.js';
import { fillHarmonically } from './harmonic.js';
import { PlanePainter } from './paint-plane.js';
import { isBroad, plateOf, type Plate } from './plate.js';

/** Cells round what is hidden of which the veil is guessed: it is smoothed over two samples to each side. */
const VEILED = 2;

/** A frame and what is hidden of it. */
export interface Sight {
  readonly frame: { readonly data: Uint8Array };
  /** `[rows, columns]`, not 0 = hidden. */
  readonly mask: Uint8Array;
}

export interface Painted {
  /** What was given, and in it what was painted, as if it had been seen once. */
  readonly memory: Memory;
  /** `[rows, columns]` 255 = painted. */
  readonly cells: Uint8Array;
}

/** Paints block after block; no block knows of another. */
export class Painter {
  readonly #size: FrameSize;
  readonly #columns: number;
  readonly #painters: readonly [PlanePainter, PlanePainter, PlanePainter];
  /** Of the frame that is painted; true near what is hidden, and of no other use elsewhere. */
  readonly #film: Film;
  #plate: Plate | undefined;

  constructor(size: FrameSize) {
    this.#size = size;
    this.#film = blankFilm(size);
    this.#columns = cellGrid(size).columns;
    this.#painters = [
      new PlanePainter(size.width),
      new PlanePainter(this.#columns),
      new PlanePainter(this.#columns),
    ];
  }

  /** Begins a block: learns the dirt in it, which is what is hidden in each of `sights`. */
  study(sights: readonly Sight[]): void {
    for (const painter of this.#painters) painter.forget();
    this.#plate = undefined;
    const [first, ...others] = sights;
    if (first === undefined) return;
    if (sights.some(({ mask }) => isBlank(mask))) return;
    const hidden = first.mask.slice();
    for (const { mask } of others) keepWhere(hidden, mask, true);
    if (!isBroad(hidden, this.#columns)) return;
    const cells = cellsOf(hidden);
    const seen = meanOf(this.#size, sights, nearOf(hidden, this.#columns, VEILED));
    const film = { y: seen.y.slice(), u: seen.u.slice(), v: seen.v.slice() };
    fillHarmonically(film.y, this.#size.width, lumaOfAll(cells, this.#columns), false);
    fillHarmonically(film.u, this.#columns, cells, false);
    fillHarmonically(film.v, this.#columns, cells, false);
    this.#plate = plateOf(this.#size, seen, film, hidden);
  }

  /**
   * Paints the hidden cells of which no memory knows anything.
   * @param memories the first takes what was painted (in a copy)
   * @returns undefined when there is nothing to paint
   */
  paint({ frame, mask }: Sight, memories: readonly [Memory, ...Memory[]]): Painted | undefined {
    if (isBlank(mask)) return undefined;
    const never = mask.slice();
    for (const { count } of memories) keepWhere(never, count, false);
    const cells = cellsOf(never);
    if (cells.length === 0) return undefined;
    const film = this.#film;
    takeIn(film, this.#size, frame.data, nearOf(mask, this.#columns, 1));
    this.#recall(film, mask, memories);
    const luma = lumaOfAll(cells, this.#columns);
    for (const [k, name] of (['y', 'u', 'v'] as const).entries()) {
      const { share, slope, base } = this.#plate ?? {};
      const plate = share &&
        slope &&
        base && { share: share[name], slope: slope[name], base: base[name] };
      this.#painters[k]?.paint(film[name], k === 0 ? luma : cells, plate);
    }
    const [first] = memories;
    const memory = { planes: first.planes.slice(), count: first.count.slice() };
    const { y, u, v } = planesOf(this.#size, memory.planes);
    for (const at of luma) y[at] = Math.round(film.y[at] ?? 0);
    for (const cell of cells) {
      u[cell] = Math.round(film.u[cell] ?? 0);
      v[cell] = Math.round(film.v[cell] ?? 0);
      memory.count[cell] = 1;
    }
    return { memory, cells: never };
  }

  /** Puts what was seen at another moment into hidden cells. */
  #recall(film: Film, mask: Uint8Array, memories: readonly Memory[]): void {
    for (const { planes, count } of [...memories].reverse()) {
      const { y, u, v } = planesOf(this.#size, planes);
      for (let cell = 0; cell < mask.length; cell++) {
        if (mask[cell] === 0 || count[cell] === 0) continue;
        for (const at of lumaOf(cell, this.#columns)) film.y[at] = y[at] ?? 0;
        film.u[cell] = u[cell] ?? 0;
        film.v[cell] = v[cell] ?? 0;
      }
    }
  }
}

function cellsOf(set: Uint8Array): Int32Array {
  const cells: number[] = [];
  for (let cell = 0; cell < set.length; cell++) if (set[cell] !== 0) cells.push(cell);
  return Int32Array.from(cells);
}

/** The mean picture at the cells `near`; 0 elsewhere. */
function meanOf(size: FrameSize, sights: readonly Sight[], near: Int32Array): Film {
  const mean = blankFilm(size);
  const one = blankFilm(size);
  const columns = size.width >> 1;
  for (const { frame } of sights) {
    takeIn(one, size, frame.data, near);
    for (const cell of near) {
      for (const at of lumaOf(cell, columns)) mean.y[at] = (mean.y[at] ?? 0) + (one.y[at] ?? 0);
      mean.u[cell] = (mean.u[cell] ?? 0) + (one.u[cell] ?? 0);
      mean.v[cell] = (mean.v[cell] ?? 0) + (one.v[cell] ?? 0);
    }
  }
  for (const cell of near) {
    for (const at of lumaOf(cell, columns)) mean.y[at] = (mean.y[at] ?? 0) / sights.length;
    mean.u[cell] = (mean.u[cell] ?? 0) / sights.length;
    mean.v[cell] = (mean.v[cell] ?? 0) / sights.length;
  }
  return mean;
}

/** Leaves 255 in the cells that are set and of which `others` is set as `wanted`, 0 in the rest. */
function keepWhere(cells: Uint8Array, others: Uint8Array, wanted: boolean): void {
  for (let cell = 0; cell < cells.length; cell++) {
    cells[cell] = cells[cell] !== 0 && (others[cell] !== 0) === wanted ? 255 : 0;
  }
}
