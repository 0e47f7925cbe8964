/** The background memory's work on samples, compiled to WebAssembly: instances and their views. */
import { instantiate, type WithMemory } from '../config/web-assembly.js';
import type { Layer } from './background-memory.js';

type Which = 'recent' | 'background';

/** What src/memory/kernel/index.ts exports. */
interface Exports extends WithMemory {
  begin(columns: number, rows: number): void;
  frameAt(): number;
  maskAt(): number;
  ranAt(): number;
  farAt(): number;
  meanAt(isBackground: boolean): number;
  planesAt(isBackground: boolean): number;
  countAt(isBackground: boolean): number;
  seenAt(isBackground: boolean): number;
  compare(): number;
  medianShift(comparable: number): number;
  findChanged(isBackground: boolean, sigma: number, cap: number): void;
  countChanged(): number;
  shiftLight(isBackground: boolean, shift: number): void;
  update(seq: number, recentCap: number, backgroundCap: number): void;
}

/** One memory's arrays, `[rows, columns]` or yuv420p, and what is done to all of them at once. */
export class LearnKernel {
  readonly recent: Layer;
  readonly background: Layer;
  /** yuv420p u8, to be filled with the frame that is learned. */
  readonly frame: Uint8Array;
  /** Not 0 = damaged; to be filled. */
  readonly mask: Uint8Array;
  /** 1 where the frame differs from what is recent, and from the background. */
  readonly ran: Uint8Array;
  readonly far: Uint8Array;
  readonly #exports: Exports;

  constructor(columns: number, rows: number) {
    const exports = instantiate('src', 'memory', 'kernel.wasm') as Exports;
    exports.begin(columns, rows);
    this.#exports = exports;
    const cells = columns * rows;
    const bytes = (at: number, length: number) => new Uint8Array(exports.memory.buffer, at, length);
    const layer = (isBackground: boolean): Layer => ({
      mean: new Float32Array(exports.memory.buffer, exports.meanAt(isBackground), 6 * cells),
      planes: bytes(exports.planesAt(isBackground), 6 * cells),
      count: bytes(exports.countAt(isBackground), cells),
      seenAt: new Int32Array(exports.memory.buffer, exports.seenAt(isBackground), cells).fill(-1),
    });
    this.recent = layer(false);
    this.background = layer(true);
    this.frame = bytes(exports.frameAt(), 6 * cells);
    this.mask = bytes(exports.maskAt(), cells);
    this.ran = bytes(exports.ranAt(), cells);
    this.far = bytes(exports.farAt(), cells);
  }

  /** Finds where frame and memory can be compared (unmasked, remembered); returns how many cells. */
  compare(): number {
    return this.#exports.compare();
  }

  /** Grey levels, quarters: the median over comparable cells of frame minus what is recent, luma. */
  medianShift(comparable: number): number {
    return this.#exports.medianShift(comparable);
  }

  /** Fills `ran` or `far`. `sigma` is the noise in grey levels, `cap` the samples that count. */
  findChanged(which: Which, sigma: number, cap: number): void {
    this.#exports.findChanged(which === 'background', sigma, cap);
  }

  /** How many comparable cells are set in `ran`. */
  countChanged(): number {
    return this.#exports.countChanged();
  }

  /** Adds grey levels to all luma. */
  shiftLight(which: Which, shift: number): void {
    this.#exports.shiftLight(which === 'background', shift);
  }

  /** Blends the frame into both layers. */
  update(seq: number, recentCap: number, backgroundCap: number): void {
    this.#exports.update(seq, recentCap, backgroundCap);
  }
}
