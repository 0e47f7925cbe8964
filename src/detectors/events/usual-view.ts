/** What a camera usually shows, and how much of it a frame still shows. */
import type { View } from './view.js';
import { quantile, TILE, type ViewGrid } from './view.js';

/** Seconds of footage after which the usual view is known. */
const RUN_IN_S = 2;
/** Seconds over which it follows the light of the day. */
const FOLLOW_S = 120;
/** Grey levels over two spots (RMS) from which a tile has structure that can be recognised. */
const STRUCTURE = 2.5;
/** Share of a spot's gradients that must be lasting: what drives through is not the view. */
const LASTING = 0.6;
/** Correlation of gradients from which a tile is recognised, and below which it is lost. */
const RECOGNISED = 0.45;
const LOST = 0.3;
/** A tile with less than this share of its fine detail is smooth. */
const SMOOTH = 0.4;
/**
 * Mean change from frame to frame, in grey levels, of a tile in which something moves, and the
 * seconds for which it is remembered: who stands before the camera stirs, paint does not.
 */
const STIRS = 2;
const STIR_S = 2.5;
/** What comes at once is not remembered for longer than what moves. */
const STIR_MOST = 6;
/** Fewer tiles with structure than this cannot carry a judgement. */
const ENOUGH_TILES = 8;

/** How a frame compares with the usual view; shares are of the tiles that have structure. */
export interface Comparison {
  /** How many tiles have structure. */
  readonly tiles: number;
  /** Share of tiles whose edges are where they usually are. */
  readonly recognised: number;
  /** Share of tiles that are lost and smooth. */
  readonly hidden: number;
  /** Share of tiles that are lost, smooth, and do not stir. */
  readonly painted: number;
  /** Share of tiles that lost their fine detail. */
  readonly smooth: number;
  /** Median of the fine detail where it usually is, 1 = as usual. */
  readonly detail: number;
  /** Fine detail of the whole picture, wherever it is, 1 = as usual. */
  readonly sharpness: number;
  /** Median contrast of what is recognised, 1 = as usual. */
  readonly contrast: number;
  /** Correlation of the brightness of the tiles with the usual one: survives any blur. */
  readonly layout: number;
  /** Median brightness above black, 1 = as usual. */
  readonly light: number;
  /** How unevenly the light went: the smaller of the shares of tiles that kept and lost it. */
  readonly uneven: number;
}

export class UsualView {
  readonly #grid: ViewGrid;
  readonly #level: Float32Array;
  readonly #across: Float32Array;
  readonly #down: Float32Array;
  readonly #fine: Float32Array;
  /** Mean square of the gradients. */
  readonly #energy: Float32Array;
  readonly #stir: Float32Array;
  #seconds = 0;

  constructor(grid: ViewGrid) {
    const spots = grid.columns * grid.rows;
    this.#grid = grid;
    this.#level = new Float32Array(spots);
    this.#across = new Float32Array(spots);
    this.#down = new Float32Array(spots);
    this.#fine = new Float32Array(spots);
    this.#energy = new Float32Array(spots);
    this.#stir = new Float32Array(grid.tilesAcross * grid.tilesDown);
  }

  get known(): boolean {
    return this.#seconds >= RUN_IN_S;
  }

  get across(): Float32Array {
    return this.#across;
  }

  get down(): Float32Array {
    return this.#down;
  }

  forget(): void {
    this.#seconds = 0;
  }

  /** Takes a frame that shows what it should. */
  learn(view: View): void {
    const span = Math.min(view.seconds, 1);
    this.#seconds += span;
    const gain = Math.min(1, Math.max(span, 0.02) / Math.min(this.#seconds, FOLLOW_S));
    follow(this.#level, view.mean, gain);
    follow(this.#across, view.across, gain);
    follow(this.#down, view.down, gain);
    follow(this.#fine, view.fine, gain);
    for (let spot = 0; spot < this.#energy.length; spot++) {
      const fresh = (view.across[spot] ?? 0) ** 2 + (view.down[spot] ?? 0) ** 2;
      const old = this.#energy[spot] ?? 0;
      this.#energy[spot] = old + (fresh - old) * gain;
    }
  }

  /** Undefined while nothing is known, or where the usual view has too little structure. */
  compare(view: View): Comparison | undefined {
    if (!this.known) return undefined;
    const { tilesAcross, tilesDown } = this.#grid;
    const floor = { now: quantile(view.fine, 0.1), usual: quantile(this.#fine, 0.1) };
    const details: number[] = [];
    const contrasts: number[] = [];
    const levels = new LevelPairs();
    let [recognised, hidden, painted, smooth] = [0, 0, 0, 0];
    for (let row = 0; row < tilesDown; row++) {
      for (let column = 0; column < tilesAcross; column++) {
        const tile = this.#tile(view, row, column, floor);
        levels.add(tile.level, tile.usualLevel);
        if (tile.structure < STRUCTURE) continue;
        details.push(tile.detail);
        if (tile.correlation >= RECOGNISED) {
          recognised++;
          contrasts.push(tile.contrast);
        }
        if (tile.detail < SMOOTH) {
          smooth++;
          if (tile.correlation < LOST) hidden++;
          if (tile.correlation < LOST && tile.stir < STIRS) painted++;
        }
      }
    }
    const tiles = details.length;
    if (tiles < ENOUGH_TILES) return undefined;
    return {
      tiles,
      recognised: recognised / tiles,
      hidden: hidden / tiles,
      painted: painted / tiles,
      smooth: smooth / tiles,
      detail: quantile(details, 0.5),
      sharpness:
        Math.max(0, mean(view.fine) - floor.now) / Math.max(0.2, mean(this.#fine) - floor.usual),
      contrast: contrasts.length === 0 ? 0 : quantile(contrasts, 0.5),
      ...levels.compare(),
    };
  }

  #stirred(tile: number, now: number, seconds: number): number {
    const before = (this.#stir[tile] ?? 0) * Math.exp(-seconds / STIR_S);
    return (this.#stir[tile] = Math.max(Math.min(now, STIR_MOST), before));
  }

  #tile(view: View, row: number, column: number, floor: { now: number; usual: number }) {
    const { columns } = this.#grid;
    let [product, own, usual, fine, usualFine, count] = [0, 0, 0, 0, 0, 0];
    let [level, usualLevel, stir] = [0, 0, 0];
    for (let y = 0; y < TILE; y++) {
      const first = (row * TILE + y) * columns + column * TILE;
      for (let spot = first; spot < first + TILE; spot++) {
        level += view.now[spot] ?? 0;
        stir += view.change[spot] ?? 0;
        usualLevel += this.#level[spot] ?? 0;
        const [x2, y2] = [this.#across[spot] ?? 0, this.#down[spot] ?? 0];
        const square = x2 * x2 + y2 * y2;
        if (square < LASTING * (this.#energy[spot] ?? 0)) continue;
        const [x1, y1] = [view.across[spot] ?? 0, view.down[spot] ?? 0];
        product += x1 * x2 + y1 * y2;
        own += x1 * x1 + y1 * y1;
        usual += square;
        fine += view.fine[spot] ?? 0;
        usualFine += this.#fine[spot] ?? 0;
        count++;
      }
    }
    const spots = TILE * TILE;
    const lasting = Math.max(1, count);
    const before = Math.max(0.2, usualFine / lasting - floor.usual);
    return {
      structure: Math.sqrt(usual / spots),
      correlation: product / Math.sqrt(Math.max(own * usual, 1e-6)),
      contrast: product / Math.max(usual, 1e-6),
      detail: Math.max(0, fine / lasting - floor.now) / before,
      stir: this.#stirred(row * this.#grid.tilesAcross + column, stir / spots, view.seconds),
      level: level / spots,
      usualLevel: usualLevel / spots,
    };
  }
}

/** The brightness of all tiles, now and usually. */
class LevelPairs {
  readonly #now: number[] = [];
  readonly #usual: number[] = [];

  add(now: number, usual: number): void {
    this.#now.push(now);
    this.#usual.push(usual);
  }

  compare(): Pick<Comparison, 'layout' | 'light' | 'uneven'> {
    const count = this.#now.length;
    const [now, usual] = [mean(this.#now), mean(this.#usual)];
    let [product, own, other] = [0, 0, 0];
    const ratios: number[] = [];
    for (let i = 0; i < count; i++) {
      const [a, b] = [this.#now[i] ?? 0, this.#usual[i] ?? 0];
      product += (a - now) * (b - usual);
      own += (a - now) ** 2;
      other += (b - usual) ** 2;
      if (b > BLACK + 12) ratios.push(Math.max(0, a - BLACK) / (b - BLACK));
    }
    const share = (test: (ratio: number) => boolean) =>
      ratios.filter(test).length / Math.max(1, ratios.length);
    return {
      layout: product / Math.sqrt(Math.max(own * other, 1e-6)),
      light: ratios.length === 0 ? 1 : quantile(ratios, 0.5),
      uneven: Math.min(
        share((ratio) => ratio > 0.75),
        share((ratio) => ratio < 0.4),
      ),
    };
  }
}

const BLACK = 16;

function mean(values: Float32Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}

function follow(usual: Float32Array, now: Float32Array, gain: number): void {
  for (let i = 0; i < usual.length; i++) {
    const old = usual[i] ?? 0;
    usual[i] = old + ((now[i] ?? 0) - old) * gain;
  }
}
