/** Repairs narrow damage from frames near in time that show the same around it. */
import { cellGrid, type FrameSize } from '../../frame/frame.js';
import type { Lesson } from '../future.js';
import { lumaOf, type Film } from '../painter/film.js';
import { Matcher, type Match } from './match.js';
import { Patch, type PatchedCell } from './patch.js';
import { fillThin, GAP, HIDDEN, SEEN } from './thin-film.js';
import { viewOf, type View } from './view.js';

/** Frames before and after a frame that are asked. */
const BACK = 8;
const AHEAD = 16;
/** What a film across the gap errs by: in shares of the variance around, and at least; squared grey levels. */
const FILM_SHARE = 0.3;
const FILM_LEAST = 1;
/** What another frame errs by, in shares of the squared difference of what is around. */
const MATCH_SHARE = 2;
/** Variance of surroundings that tell all of what is in a gap between them. */
const PLAIN = 40;
/** A cell of which an eighth or more is made up counts as synthesised. */
const MADE_UP = 1 / 8;
/** All of a cell is damaged; other values name single samples. */
const WHOLE = 255;

export interface Damaged extends Lesson {
  /** `[rows, columns]`, not 0 = to be left to others. */
  readonly except?: Uint8Array | undefined;
  /** `[rows, columns]`, not 0 = masked by hand. */
  readonly drawn?: Uint8Array | undefined;
}

/** A frame of the block before, copied. */
interface Kept {
  readonly seq: number;
  readonly data: Uint8Array;
  readonly mask: Uint8Array;
  readonly drawn: Uint8Array | undefined;
}

/**
 * One lane's. A line over the picture hides little: what is around it tells which of the frames before and
 * after show the same there, or the same a few samples further on. Where none does, what is
 * beside it is continued across.
 */
export class Nearby {
  readonly #size: FrameSize;
  readonly #synthesis: boolean;
  readonly #matcher: Matcher;
  #before: readonly Kept[] = [];

  /** @param synthesis false: nothing is made up, what cannot be matched is left */
  constructor(size: FrameSize, synthesis: boolean) {
    this.#size = size;
    this.#synthesis = synthesis;
    this.#matcher = new Matcher(size);
  }

  /**
   * One patch for each frame of `block`, to be put when its turn comes: all are made before any frame
   * is changed, for each looks at the others as the camera gave them.
   */
  patches(block: readonly Damaged[], next: readonly Damaged[]): Patch[] {
    const view = ({ frame, mask, drawn }: Damaged) =>
      viewOf(this.#size, frame.data, frame.seq, mask, drawn);
    const earlier = this.#before.map(({ seq, data, mask, drawn }) =>
      viewOf(this.#size, data, seq, mask, drawn),
    );
    const all = [...earlier, ...block.map(view), ...next.map(view)];
    const patches = block.map((one, index) => {
      const own = earlier.length + index;
      return this.#patch(one, all[own] ?? view(one), nearestFirst(all, own));
    });
    this.#before = block.slice(-BACK).map(({ frame, mask, drawn }) => ({
      seq: frame.seq,
      data: frame.data.slice(),
      mask: mask.slice(),
      drawn: drawn?.slice(),
    }));
    return patches;
  }

  save(): unknown {
    return this.#before;
  }

  load(state: unknown): void {
    this.#before = state as readonly Kept[];
  }

  #patch({ mask, except, sigma }: Damaged, view: View, others: readonly View[]): Patch {
    const { columns } = cellGrid(this.#size);
    const { hidden } = view;
    if (hidden === undefined) return new Patch([]);
    const found: { cell: number; match: Match }[] = [];
    for (let cell = mask.findIndex((one) => one !== 0); cell < mask.length && cell >= 0; cell++) {
      if (mask[cell] !== WHOLE || (except?.[cell] ?? 0) !== 0) continue;
      const row = Math.floor(cell / columns);
      const match = this.#matcher.match(view, others, row, cell - row * columns, sigma);
      if (match !== undefined && (match.apart < Infinity || this.#canCross(match)))
        found.push({ cell, match });
    }
    if (found.length === 0) return new Patch([]);
    const film = this.#film(view, hidden, found);
    return new Patch(
      found.flatMap(({ cell, match }) => this.#mix(cell, match, film, hidden) ?? []),
    );
  }

  /** Where nothing near shows it: both sides are seen, and plain. */
  #canCross({ variance, narrow }: Match): boolean {
    return this.#synthesis && narrow && variance <= PLAIN;
  }

  /** All planes continued across the cells that were found. */
  #film(view: View, hidden: Uint8Array, found: readonly { cell: number }[]): Film {
    const { width } = this.#size;
    const { columns } = cellGrid(this.#size);
    const cellState = new Uint8Array(view.mask.length);
    for (let cell = 0; cell < cellState.length; cell++) {
      cellState[cell] = view.mask[cell] === 0 ? SEEN : HIDDEN;
    }
    const state = hidden.slice();
    const cells = found.map(({ cell }) => cell);
    const gap: number[] = [];
    for (const cell of cells) {
      cellState[cell] = GAP;
      for (const at of lumaOf(cell, columns)) {
        if (hidden[at] === 0) continue;
        state[at] = GAP;
        gap.push(at);
      }
    }
    const y = new Float32Array(view.y);
    const [u, v] = [new Float32Array(view.u), new Float32Array(view.v)];
    fillThin(y, width, gap, state);
    fillThin(u, columns, cells, cellState);
    fillThin(v, columns, cells, cellState);
    return { y, u, v };
  }

  #mix(
    cell: number,
    { apart, variance, samples, from }: Match,
    film: Film,
    hidden: Uint8Array,
  ): PatchedCell | undefined {
    const filmError = FILM_SHARE * variance + FILM_LEAST;
    const matchError = MATCH_SHARE * apart ** 2;
    let trust = filmError / (filmError + matchError);
    if (!this.#synthesis && trust <= 1 - MADE_UP) {
      if (trust < 0.5) return undefined;
      trust = 1;
    }
    const luma = lumaOf(cell, this.#size.width >> 1);
    const beside = [...luma.map((at) => film.y[at] ?? 0), film.u[cell] ?? 0, film.v[cell] ?? 0];
    const mixed = beside.map((value, k) => {
      const at = luma[k];
      // Samples that are whole stand in the film as they are.
      if (at !== undefined && hidden[at] === 0) return value;
      return value + trust * ((samples[k] ?? value) - value);
    });
    const matched = trust > 0 ? trust ** 2 * matchError : 0;
    const error = Math.sqrt(matched + (1 - trust) ** 2 * filmError);
    return { cell, samples: mixed, error, from: trust > 1 - MADE_UP ? from : 0 };
  }
}

function nearestFirst(all: readonly View[], own: number): View[] {
  const others: View[] = [];
  for (let away = 1; away <= AHEAD; away++) {
    const [after, before] = [all[own + away], all[own - away]];
    if (after !== undefined) others.push(after);
    if (before !== undefined && away <= BACK) others.push(before);
  }
  return others;
}
