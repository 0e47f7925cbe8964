/** Lays out for the damage network how a picture differs from six others, in bytes. */
import { planesOf, type CellGrid, type FrameSize } from '../frame/frame.js';
import type { PlaneSize } from './network.js';
import type { References } from './references.js';

/** Differences are squeezed to -1..1; one of this size comes to a half (training/detect_networks.py). */
const KNEE = 24;
/** Channels: four luma samples of a cell, or four and U and V, of each of the six contrasts. */
const CHANNELS = 28;
/** Cells are packed by 2x2, so each channel becomes four planes. */
export const CONTRAST_PLANES = CHANNELS * 4;

/** First channel of each contrast. */
const NOW = 0;
const FROM_MIDDLE = 4;
const BEYOND_NEAR = 10;
const BEYOND_FAR = 16;
const NEAR_FROM_MIDDLE = 20;
const NEAR_APART = 24;
/** Of U in those that have colour; V follows. */
const COLOUR = 4;

/** Code of a difference of `i / 2 - 255` grey levels. */
const CODES = Uint8Array.from({ length: 1021 }, (_, i) => {
  const difference = i / 2 - 255;
  return Math.round(128 + (127 * difference) / (Math.abs(difference) + KNEE));
});
const ZERO = 510;

/** The frame, then what it is compared with. */
export type Pictures = readonly [Uint8Array, ...References];

/**
 * Writes `[CONTRAST_PLANES, rows / 2, columns / 2]`: the luma of the frame; how far it is from the
 * median of the far frames, outside the range of its neighbours, and outside that of the far ones; how
 * far the first neighbour is from that median and from the other. Order statistics, which one damaged
 * picture among the six does not upset. 128 = none.
 * @param padded in cells, multiples of 2; the last column and row of the picture are repeated
 */
export function layOutContrasts(
  size: FrameSize,
  pictures: Pictures,
  padded: PlaneSize,
  to: Uint8Array,
): void {
  const planes = pictures.map((picture) => planesOf(size, picture));
  const plane = (padded.width / 2) * (padded.height / 2);
  const chroma = { width: size.width >> 1, height: size.height >> 1 };
  // A luma sample is one of four of a cell, which is one of four of a pack; a chroma sample a cell.
  for (const cell of [0, 1, 2, 3]) {
    const [x, y] = [cell & 1, cell >> 1];
    for (const sample of [0, 1, 2, 3]) {
      const walk = { step: 4, x: 2 * x + (sample & 1), y: 2 * y + (sample >> 1) };
      const of = planes.map((p) => p.y) as unknown as Pictures;
      contrast(size, of, walk, padded, to.subarray((4 * sample + cell) * plane), plane, true);
    }
    for (const [index, name] of (['u', 'v'] as const).entries()) {
      const walk = { step: 2, x, y };
      const of = planes.map((p) => p[name]) as unknown as Pictures;
      const from = to.subarray((4 * (COLOUR + index) + cell) * plane);
      contrast(chroma, of, walk, padded, from, plane, false);
    }
  }
}

/** Every `step`-th sample in both directions, from `x, y` on. */
interface Walk {
  readonly step: number;
  readonly x: number;
  readonly y: number;
}

/** One sample of each pack; of chroma, only the contrasts that have colour. */
function contrast(
  { width, height }: FrameSize,
  [now, one, other, a, b, c, d]: Pictures,
  { step, x, y }: Walk,
  padded: PlaneSize,
  to: Uint8Array,
  plane: number,
  isLuma: boolean,
): void {
  const columns = padded.width / 2;
  const rows = padded.height / 2;
  const toNow = NOW * 4 * plane;
  const toMiddle = FROM_MIDDLE * 4 * plane;
  const toNear = BEYOND_NEAR * 4 * plane;
  const toFar = BEYOND_FAR * 4 * plane;
  const toBefore = NEAR_FROM_MIDDLE * 4 * plane;
  const toApart = NEAR_APART * 4 * plane;
  const inside = Math.min(columns, Math.ceil((width - x) / step));
  for (let row = 0; row < rows; row++) {
    const start = Math.min(height - 1, row * step + y) * width;
    for (let column = 0; column < columns; column++) {
      const i = start + (column < inside ? column * step + x : width - 1);
      const here = now[i] ?? 0;
      const p = one[i] ?? 0;
      const q = other[i] ?? 0;
      const e = a[i] ?? 0;
      const f = b[i] ?? 0;
      const g = c[i] ?? 0;
      const h = d[i] ?? 0;
      // n & (n >> 31) is the negative part: sorted without branches, which noise would mispredict.
      const ef = e - f;
      const gh = g - h;
      const pq = p - q;
      const offEf = ef & (ef >> 31);
      const offGh = gh & (gh >> 31);
      const offPq = pq & (pq >> 31);
      const lows = f + offEf - (h + offGh);
      const highs = e - offEf - (g - offGh);
      const offLows = lows & (lows >> 31);
      const offHighs = highs & (highs >> 31);
      const twice = f + offEf - offLows + (g - offGh + offHighs);
      const under = here - (q + offPq);
      const over = p - offPq - here;
      const near = (under & (under >> 31)) - (over & (over >> 31));
      const at = row * columns + column;
      to[toMiddle + at] = CODES[ZERO + 2 * here - twice] ?? 0;
      to[toNear + at] = CODES[ZERO + 2 * near] ?? 0;
      if (!isLuma) continue;
      const below = here - (h + offGh + offLows);
      const above = e - offEf - offHighs - here;
      const far = (below & (below >> 31)) - (above & (above >> 31));
      to[toNow + at] = here;
      to[toFar + at] = CODES[ZERO + 2 * far] ?? 0;
      to[toBefore + at] = CODES[ZERO + 2 * p - twice] ?? 0;
      to[toApart + at] = CODES[ZERO + 2 * pq] ?? 0;
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
  const least = (CODES[ZERO + 2 * VISIBLE] ?? 0) - 128;
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
      if (differs(FROM_MIDDLE, half, pack) || differs(BEYOND_NEAR, half, pack)) continue;
      score[row * columns + column] = 0;
    }
  }
}
