/** Tells a picture that no camera made: colour bars, one flat colour, snow; and how bright one is. */
import type { EventFrame } from '../../frame/camera-event.js';
import { planesOf } from '../../frame/frame.js';

/** Samples looked at in each direction, about. */
const SAMPLES = 96;

/** Brightness and emptiness of one frame. */
export interface Exposure {
  /** Luma below which 2 % and 95 % of the samples lie. */
  readonly low: number;
  readonly high: number;
  /** Share of samples at the upper end of the scale. */
  readonly clipped: number;
  /** Mean distance of chroma from grey. */
  readonly saturation: number;
}

export function exposureOf(frame: EventFrame): Exposure {
  const { width, height } = frame;
  const { y, u, v } = planesOf(frame, frame.data);
  const bins = new Uint32Array(256);
  const step = Math.max(1, Math.floor(Math.min(width, height) / SAMPLES));
  let count = 0;
  for (let row = 0; row < height; row += step) {
    for (let i = row * width; i < (row + 1) * width; i += step, count++) {
      const value = y[i] ?? 0;
      bins[value] = (bins[value] ?? 0) + 1;
    }
  }
  let saturation = 0;
  let cells = 0;
  for (let i = 0; i < u.length; i += step * 2 + 1, cells++) {
    saturation += Math.abs((u[i] ?? 0) - 128) + Math.abs((v[i] ?? 0) - 128);
  }
  const clipped = bins.subarray(CLIPPED).reduce((sum, n) => sum + n, 0) / count;
  return {
    low: quantileOf(bins, count, 0.02),
    high: quantileOf(bins, count, 0.95),
    clipped,
    saturation: saturation / Math.max(1, cells),
  };
}

/** Of limited-range video; a full-range picture that is blown out lies above it too. */
const CLIPPED = 233;

function quantileOf(bins: Uint32Array, count: number, share: number): number {
  let below = 0;
  for (let value = 0; value < bins.length; value++) {
    below += bins[value] ?? 0;
    if (below > share * count) return value;
  }
  return 255;
}

/** In words what stands in for a picture, or undefined when this may be one. */
export function noSignal(frame: EventFrame, before: Uint8Array | undefined): string | undefined {
  if (isFlatColour(frame)) return 'one flat colour fills the picture';
  if (isBars(frame)) return 'colour bars';
  if (before !== undefined && isSnow(frame, before)) return 'snow: nothing but noise';
  return undefined;
}

/** A flat colour may carry a few words ("no signal"): nine tenths have to be of it. */
function isFlatColour(frame: EventFrame): boolean {
  const { y, u, v } = planesOf(frame, frame.data);
  const columns = frame.width >> 1;
  const rows = frame.height >> 1;
  const step = Math.max(1, Math.floor(Math.min(columns, rows) / 48));
  const middle = (plane: Uint8Array) => {
    const bins = new Uint32Array(256);
    let count = 0;
    for (let i = 0; i < plane.length; i += 37, count++) {
      bins[plane[i] ?? 0] = (bins[plane[i] ?? 0] ?? 0) + 1;
    }
    return quantileOf(bins, count, 0.5);
  };
  const [ly, lu, lv] = [middle(y), middle(u), middle(v)];
  if (Math.abs(lu - 128) + Math.abs(lv - 128) < FLAT_COLOUR) return false;
  let [same, count] = [0, 0];
  for (let row = 0; row < rows; row += step) {
    for (let column = 0; column < columns; column += step, count++) {
      const cell = row * columns + column;
      const luma = y[2 * row * frame.width + 2 * column] ?? 0;
      const far =
        Math.abs(luma - ly) > 5 ||
        Math.abs((u[cell] ?? 0) - lu) > 5 ||
        Math.abs((v[cell] ?? 0) - lv) > 5;
      if (!far) same++;
    }
  }
  return same > 0.88 * count;
}

/** |U-128| + |V-128| of a colour that no dark or bright scene has all over. */
const FLAT_COLOUR = 50;

/** Upright bars: columns that do not change downwards over the upper half, and differ strongly. */
function isBars(frame: EventFrame): boolean {
  const { y, u, v } = planesOf(frame, frame.data);
  const columns = frame.width >> 1;
  const rows = frame.height >> 1;
  const [top, bottom] = [Math.floor(rows * 0.1), Math.floor(rows * 0.55)];
  const step = Math.max(1, Math.floor((bottom - top) / 16));
  let [steady, count] = [0, 0];
  const colours: [number, number, number][] = [];
  for (let column = 2; column < columns - 2; column += Math.max(1, Math.floor(columns / 96))) {
    const at = (row: number): [number, number, number] => {
      const cell = row * columns + column;
      return [y[2 * row * frame.width + 2 * column] ?? 0, u[cell] ?? 0, v[cell] ?? 0];
    };
    const first = at(Math.floor((top + bottom) / 2));
    for (let row = top; row < bottom; row += step, count++) if (near(at(row), first, 8)) steady++;
    const last = colours.at(-1);
    if (last === undefined || !near(last, first, 24)) colours.push(first);
  }
  const vivid = colours.filter(([, a, b]) => Math.abs(a - 128) + Math.abs(b - 128) > 50);
  return steady > 0.93 * count && vivid.length >= 4 && colours.length <= 20;
}

function near(a: readonly number[], b: readonly number[], most: number): boolean {
  return a.every((value, i) => Math.abs(value - (b[i] ?? 0)) <= most);
}

/** Strong detail that has nothing in common with the frame before, all over the picture. */
function isSnow({ data, width, height }: EventFrame, before: Uint8Array): boolean {
  const [across, down] = [8, 6];
  let snowy = 0;
  for (let tile = 0; tile < across * down; tile++) {
    const left = Math.floor(((tile % across) * width) / across);
    const top = Math.floor((Math.floor(tile / across) * height) / down);
    const right = left + Math.floor(width / across);
    const bottom = top + Math.floor(height / down);
    let [n, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
    for (let row = top; row < bottom; row += 3) {
      for (let i = row * width + left; i < row * width + right; i += 3, n++) {
        const [p, q] = [data[i] ?? 0, before[i] ?? 0];
        a += p;
        b += q;
        aa += p * p;
        bb += q * q;
        ab += p * q;
      }
    }
    const [va, vb] = [aa / n - (a / n) ** 2, bb / n - (b / n) ** 2];
    const covariance = ab / n - (a / n) * (b / n);
    if (va > SNOW && vb > SNOW && Math.abs(covariance) < 0.2 * Math.sqrt(va * vb)) snowy++;
  }
  return snowy > 0.85 * across * down;
}

/** Variance of snow, squared grey levels. */
const SNOW = 400;
