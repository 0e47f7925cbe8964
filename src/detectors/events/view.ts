/** A frame made small: brightness, fine detail and coarse gradients, all that events are judged by. */
import type { EventFrame } from '../../frame/camera-event.js';
import type { FrameSize } from '../../frame/frame.js';
import { nthSmallest } from '../quantile.js';

/** Spots across the small picture; finer than this a camera sways. */
const ACROSS = 128;
/** Spots along one side of a tile. */
export const TILE = 8;
/** Seconds over which the small picture is smoothed: noise and what hurries by fade. */
const SMOOTH_S = 0.4;
/** A spot that is this far from its smoothed self, in grey levels, shows something else: begin anew. */
const JUMP = 12;

/** The grid of spots; `step` luma samples a spot. */
export interface ViewGrid {
  readonly step: number;
  readonly columns: number;
  readonly rows: number;
  readonly tilesAcross: number;
  readonly tilesDown: number;
}

export function viewGrid({ width, height }: FrameSize): ViewGrid {
  const step = Math.max(1, Math.round(Math.min(width, 1.6 * height) / ACROSS));
  const columns = Math.max(1, Math.floor(width / step));
  const rows = Math.max(1, Math.floor(height / step));
  const tilesAcross = Math.max(1, Math.floor(columns / TILE));
  const tilesDown = Math.max(1, Math.floor(rows / TILE));
  return { step, columns, rows, tilesAcross, tilesDown };
}

/** Sees one frame after another. All arrays are lent until the next frame. */
export class View {
  readonly grid: ViewGrid;
  /** `[rows, columns]` mean luma of each spot in this frame. */
  readonly now: Float32Array;
  /** The same, smoothed over time. */
  readonly mean: Float32Array;
  /** Mean absolute difference of neighbouring samples in each spot, smoothed over time. */
  readonly fine: Float32Array;
  /** Gradients of `mean`, across and down, in grey levels over two spots. */
  readonly across: Float32Array;
  readonly down: Float32Array;
  /** Absolute change of each spot since the frame before. */
  readonly change: Float32Array;
  /** Since the frame before. */
  seconds = 0;
  readonly #detail: Float32Array;
  #frames = 0;
  #last = 0;

  constructor(size: FrameSize) {
    this.grid = viewGrid(size);
    const spots = this.grid.columns * this.grid.rows;
    this.now = new Float32Array(spots);
    this.mean = new Float32Array(spots);
    this.fine = new Float32Array(spots);
    this.change = new Float32Array(spots);
    this.#detail = new Float32Array(spots);
    this.across = new Float32Array(spots);
    this.down = new Float32Array(spots);
  }

  look(frame: EventFrame): void {
    this.seconds = this.#frames === 0 ? 0 : Math.max(0, (frame.timestamp - this.#last) / 1e6);
    const first = this.#frames === 0;
    const gain = first ? 1 : Math.max(0.02, 1 - Math.exp(-this.seconds / SMOOTH_S));
    this.#shrink(frame);
    this.#smooth(gain);
    this.#gradients();
    this.#last = frame.timestamp;
    this.#frames++;
  }

  reset(): void {
    this.#frames = 0;
  }

  #shrink({ data, width }: EventFrame): void {
    const { step, columns, rows } = this.grid;
    // Of large spots every second row is enough.
    const skip = step >= 6 ? 2 : 1;
    const samples = step * Math.ceil(step / skip);
    for (let row = 0, spot = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, spot++) {
        let sum = 0;
        let detail = 0;
        for (let y = 0; y < step; y += skip) {
          const at = (row * step + y) * width + column * step;
          let before = data[at === 0 ? 0 : at - 1] ?? 0;
          for (let i = at; i < at + step; i++) {
            const value = data[i] ?? 0;
            sum += value;
            detail += value > before ? value - before : before - value;
            before = value;
          }
        }
        const level = sum / samples;
        this.change[spot] = Math.abs(level - (this.now[spot] ?? 0));
        this.now[spot] = level;
        this.#detail[spot] = detail / samples;
      }
    }
    if (this.#frames === 0) this.change.fill(0);
  }

  #smooth(gain: number): void {
    const { now, mean, fine } = this;
    const detail = this.#detail;
    for (let spot = 0; spot < now.length; spot++) {
      const away = (now[spot] ?? 0) - (mean[spot] ?? 0);
      const share = Math.abs(away) > JUMP ? 1 : gain;
      mean[spot] = (mean[spot] ?? 0) + away * share;
      fine[spot] = (fine[spot] ?? 0) * (1 - share) + (detail[spot] ?? 0) * share;
    }
  }

  #gradients(): void {
    const { columns, rows } = this.grid;
    const { mean, across, down } = this;
    for (let row = 1; row < rows - 1; row++) {
      for (let spot = row * columns + 1; spot < (row + 1) * columns - 1; spot++) {
        across[spot] = (mean[spot + 1] ?? 0) - (mean[spot - 1] ?? 0);
        down[spot] = (mean[spot + columns] ?? 0) - (mean[spot - columns] ?? 0);
      }
    }
  }
}

/** The value below which `share` of the values lie. */
export function quantile(values: Float32Array | readonly number[], share: number): number {
  const copy = new Float32Array(values);
  return nthSmallest(copy, Math.min(copy.length - 1, Math.floor(copy.length * share)));
}
