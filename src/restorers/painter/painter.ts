/** Paints what was never seen: looks through what is only veiled, and continues the surroundings. */
import { isBlank } from '../../frame/blank.js';
import { cellGrid, planesOf, type FrameSize } from '../../frame/frame.js';
import type { Memory } from '../generator.js';
import { filmOf, lumaOf, lumaOfAll, type Film } from './film.js';
import { fillHarmonically } from './harmonic.js';
import { PlanePainter, type PlaneVeil } from './paint-plane.js';
import { estimateVeil } from './veil.js';

/** Grey levels by which luma and chroma depart from their surroundings continued. */
const LUMA_TEXTURE = 20;
const CHROMA_TEXTURE = 8;

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
  #veils: readonly PlaneVeil[] = [];

  constructor(size: FrameSize) {
    this.#size = size;
    this.#columns = cellGrid(size).columns;
    this.#painters = [
      new PlanePainter(size.width, LUMA_TEXTURE),
      new PlanePainter(this.#columns, CHROMA_TEXTURE),
      new PlanePainter(this.#columns, CHROMA_TEXTURE),
    ];
  }

  /** Begins a block: learns the dirt in it, which is what is hidden in each of `sights`. */
  study(sights: readonly Sight[]): void {
    for (const painter of this.#painters) painter.forget();
    this.#veils = [];
    const [first, ...others] = sights;
    if (first === undefined) return;
    if (sights.some(({ mask }) => isBlank(mask))) return;
    const dirty = first.mask.slice();
    for (const { mask } of others) keepWhere(dirty, mask, true);
    const cells = cellsOf(dirty);
    if (cells.length === 0) return;
    const seen = meanOf(this.#size, sights);
    const scene = { y: seen.y.slice(), u: seen.u.slice(), v: seen.v.slice() };
    fillHarmonically(scene.y, this.#size.width, lumaOfAll(cells, this.#columns), false);
    fillHarmonically(scene.u, this.#columns, cells, false);
    fillHarmonically(scene.v, this.#columns, cells, false);
    const { opacity, dirt } = estimateVeil(this.#size, seen, scene, dirty);
    const coarse = Float32Array.from(dirty, (_, cell) =>
      lumaOf(cell, this.#columns).reduce((sum, at) => sum + (opacity[at] ?? 1) / 4, 0),
    );
    for (let cell = 0; cell < dirty.length; cell++) {
      if (dirty[cell] !== 0) continue;
      coarse[cell] = 1;
      for (const at of lumaOf(cell, this.#columns)) opacity[at] = 1;
    }
    this.#veils = [
      { opacity, dirt: dirt.y },
      { opacity: coarse, dirt: dirt.u },
      { opacity: coarse, dirt: dirt.v },
    ];
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
    const film = filmOf(this.#size, frame.data);
    this.#recall(film, mask, memories);
    const luma = lumaOfAll(cells, this.#columns);
    for (const [k, plane] of [film.y, film.u, film.v].entries()) {
      this.#painters[k]?.paint(plane, k === 0 ? luma : cells, this.#veils[k]);
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

function meanOf(size: FrameSize, sights: readonly Sight[]): Film {
  const [mean, ...others] = sights.map(({ frame }) => filmOf(size, frame.data));
  if (mean === undefined) throw new Error('no frames to take the mean of');
  for (const plane of ['y', 'u', 'v'] as const) {
    for (const other of others) {
      for (let at = 0; at < mean[plane].length; at++) {
        mean[plane][at] = (mean[plane][at] ?? 0) + (other[plane][at] ?? 0);
      }
    }
    for (let at = 0; at < mean[plane].length; at++) {
      mean[plane][at] = (mean[plane][at] ?? 0) / sights.length;
    }
  }
  return mean;
}

/** Leaves 255 in the cells that are set and of which `others` is set as `wanted`, 0 in the rest. */
function keepWhere(cells: Uint8Array, others: Uint8Array, wanted: boolean): void {
  for (let cell = 0; cell < cells.length; cell++) {
    cells[cell] = cells[cell] !== 0 && (others[cell] !== 0) === wanted ? 255 : 0;
  }
}
