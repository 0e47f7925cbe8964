/** Lays out for the damage network how a picture differs from six others, in bytes. */
import { instantiate, type WithMemory } from '../config/web-assembly.js';
import { planesOf, type CellGrid, type FrameSize } from '../frame/frame.js';
import type { PlaneSize } from './network.js';
import type { References } from './references.js';

/** Differences are squeezed to -1..1; one of this size comes to a half (training/detect_networks.py). */
const KNEE = 24;
/** Channels: four luma samples of a cell, or four and U and V, of each of the six contrasts. */
const CHANNELS = 28;
/** Cells are packed by 2x2, so each channel becomes four planes. */
export const CONTRAST_PLANES = CHANNELS * 4;

/** First channel of each contrast; that of the frame itself is 0. */
const FIRST = {
  fromMiddle: 4,
  beyondNear: 10,
  beyondFar: 16,
  nearFromMiddle: 20,
  nearApart: 24,
} as const;
/** Of U in those that have colour; V follows. */
const COLOUR = 4;

/** The frame, two neighbours, four far ones. */
const PICTURES = 7;

/** The frame, then what it is compared with. */
export type Pictures = readonly [Uint8Array, ...References];

/** Rows of packs that are laid out at a time: the kernel's memory stays small. */
const STRIP = 32;

/** What src/detectors/kernel/index.ts exports. */
interface Exports extends WithMemory {
  begin(columns: number, rows: number, planes: number): void;
  picturesAt(): number;
  planesAt(): number;
  luma(width: number, columns: number, rows: number, ...channels: number[]): void;
  chroma(width: number, columns: number, rows: number, middle: number, near: number): void;
}

/**
 * Lays out `[CONTRAST_PLANES, rows / 2, columns / 2]`: the luma of the frame; how far it is from the
 * median of the far frames, outside the range of its neighbours, and outside that of the far ones; how
 * far the first neighbour is from that median and from the other. Order statistics, which one damaged
 * picture among the six does not upset. 128 = none. Packs of 2x2 cells make a channel four planes.
 */
export class ContrastLayout {
  readonly #size: FrameSize;
  readonly #columns: number;
  readonly #rows: number;
  readonly #kernel: Exports;
  /** Of the seven pictures, then of what is made of them: those of one strip. */
  readonly #pictures: readonly Uint8Array[];
  readonly #planes: readonly Uint8Array[];

  /**
   * @param padded in cells, the width a multiple of 16, the height of 2; the last column and row of
   *   the picture are repeated
   */
  constructor(size: FrameSize, padded: PlaneSize) {
    this.#size = size;
    this.#columns = padded.width / 2;
    this.#rows = padded.height / 2;
    const kernel = instantiate('src', 'detectors', 'kernel.wasm') as Exports;
    kernel.begin(this.#columns, STRIP, CONTRAST_PLANES);
    this.#kernel = kernel;
    const places = (count: number, at: number, bytes: number) =>
      Array.from(
        { length: count },
        (_, index) => new Uint8Array(kernel.memory.buffer, at + index * bytes, bytes),
      );
    const pack = this.#columns * STRIP;
    this.#pictures = places(PICTURES, kernel.picturesAt(), 16 * pack);
    this.#planes = places(CONTRAST_PLANES, kernel.planesAt(), pack);
  }

  /** Writes into `to` what becomes of the pictures, yuv420p. */
  write(pictures: Pictures, to: Uint8Array): void {
    const columns = this.#columns;
    const kernel = this.#kernel;
    const { width, height } = this.#size;
    const planes = pictures.map((picture) => planesOf(this.#size, picture));
    for (let row = 0; row < this.#rows; row += STRIP) {
      const rows = Math.min(STRIP, this.#rows - row);
      this.#lend(
        planes.map(({ y }) => y),
        width,
        height,
        4 * row,
        4 * rows,
      );
      const { fromMiddle, beyondNear, beyondFar, nearFromMiddle, nearApart } = FIRST;
      const channels = [fromMiddle, beyondNear, beyondFar, nearFromMiddle, nearApart];
      kernel.luma(width, columns, rows, ...channels);
      for (const [index, name] of (['u', 'v'] as const).entries()) {
        const of = planes.map((plane) => plane[name]);
        this.#lend(of, width >> 1, height >> 1, 2 * row, 2 * rows);
        const colour = COLOUR + index;
        kernel.chroma(width >> 1, columns, rows, fromMiddle + colour, beyondNear + colour);
      }
      const whole = rows * columns;
      this.#planes.forEach((plane, index) => {
        const part = plane.length === whole ? plane : plane.subarray(0, whole);
        to.set(part, (index * this.#rows + row) * columns);
      });
    }
  }

  /** Copies rows of each picture's plane; beyond the last one, that one again. */
  #lend(planes: Uint8Array[], width: number, height: number, first: number, rows: number): void {
    const there = Math.max(0, Math.min(rows, height - first));
    for (const [index, plane] of planes.entries()) {
      const to = this.#pictures[index];
      to?.set(plane.subarray(first * width, (first + there) * width));
      const last = plane.subarray((height - 1) * width, height * width);
      for (let row = there; row < rows; row++) to?.set(last, row * width);
    }
  }
}

/** Grey levels; what differs by less, from far frames and from both neighbours, shows the scene. */
const VISIBLE = 6;

/**
 * Takes out of `score`, `[rows, columns]`, the cells whose luma is that of the far frames and lies
 * within the range of the neighbours: the network marks them along with what is next to them.
 * @param contrasts as laid out above
 */
export function keepVisible(
  { columns, rows }: CellGrid,
  score: Uint8Array,
  contrasts: Uint8Array,
  padded: PlaneSize,
): void {
  const plane = (padded.width / 2) * (padded.height / 2);
  const least = Math.round((127 * VISIBLE) / (VISIBLE + KNEE));
  const differs = (contrast: number, half: number, pack: number) => {
    for (let sample = 0; sample < 4; sample++) {
      const code = contrasts[((contrast + sample) * 4 + half) * plane + pack] ?? 128;
      if (code - 128 >= least || 128 - code >= least) return true;
    }
    return false;
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (score[row * columns + column] === 0) continue;
      const half = (row & 1) * 2 + (column & 1);
      const pack = (row >> 1) * (padded.width / 2) + (column >> 1);
      if (differs(FIRST.fromMiddle, half, pack) || differs(FIRST.beyondNear, half, pack)) continue;
      score[row * columns + column] = 0;
    }
  }
}
