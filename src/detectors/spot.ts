/** Tells a spot of one or two pixels that stands alone from the texture, lamps and letters of a scene. */

/** A luma plane of real numbers, `[height, width]`. */
export interface Luma {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** What a spot must show; all but `contrast` (grey levels) as shares of its own contrast. */
export interface Demand {
  readonly contrast: number;
  /** Largest spread of the middle two thirds of the surrounding. */
  readonly spread: number;
  /** Largest mean contrast of the pixels that touch the spot. */
  readonly edge: number;
  /** Largest number of pixels nearby, outside the spot, with half its contrast. */
  readonly company: number;
}

/** Two neighbouring cells may both be damaged: spots span at most this many pixels either way. */
const SPAN = 4;
/**
 * A lamp, however small, is drawn out by the lens over more samples than this, and few of them are as
 * bright as its middle: below FULL of its contrast.
 */
const COMPACT = 3;
const FULL = 0.75;
/** Half the side of the window that must be calm. */
const REACH = 7;
const RING = ring();

const samples = new Float32Array(RING.length / 2);
const NOTHING: readonly number[] = [];

/**
 * The pixels of the spot at (x, y), or none when it is no spot of its own. `sign` is 1 for a bright
 * and -1 for a dark one. A spot is small, has sharp
 * edges (a lamp is blurred by the lens), and little else in its surrounding is as far from the median
 * (letters and foliage come in company).
 */
export function isolatedSpot(
  plane: Luma,
  x: number,
  y: number,
  sign: number,
  demand: Demand,
): readonly number[] {
  const { width, height, data } = plane;
  const at = (u: number, v: number) =>
    data[Math.min(Math.max(v, 0), height - 1) * width + Math.min(Math.max(u, 0), width - 1)] ?? 0;
  for (let i = 0; i < samples.length; i++) {
    samples[i] = at(x + (RING[2 * i] ?? 0), y + (RING[2 * i + 1] ?? 0));
  }
  samples.sort();
  const middle = samples[samples.length >> 1] ?? 0;
  // The middle two thirds of the surrounding: another damaged pixel or two do not widen it.
  const sixth = Math.floor(samples.length / 6);
  const spread = (samples[samples.length - 1 - sixth] ?? 0) - (samples[sixth] ?? 0);
  const contrast = (at(x, y) - middle) * sign;
  if (contrast < demand.contrast || spread > demand.spread * contrast) return NOTHING;

  const spot = grow(plane, x, y, (value) => (value - middle) * sign > contrast / 2);
  if (spot.length === 0) return NOTHING;
  if (spot.length > COMPACT) {
    const reach = spot.map((i) => ((data[i] ?? 0) - middle) * sign);
    const full = FULL * Math.max(...reach);
    if (reach.some((one) => one < full)) return NOTHING;
  }
  let company = 0;
  for (let v = Math.max(0, y - REACH); v <= Math.min(height - 1, y + REACH); v++) {
    for (
      let i = v * width + Math.max(0, x - REACH);
      i <= v * width + Math.min(width - 1, x + REACH);
      i++
    ) {
      if (Math.abs((data[i] ?? 0) - middle) > contrast / 2) company++;
    }
    if (company > demand.company + spot.length) return NOTHING;
  }
  return edgeOf(plane, spot, x, y, middle) * sign > demand.edge * contrast ? NOTHING : spot;
}

/** Mean contrast of the pixels that touch the spot. */
function edgeOf(
  { width, height, data }: Luma,
  spot: readonly number[],
  x: number,
  y: number,
  middle: number,
): number {
  let sum = 0;
  let count = 0;
  for (let v = Math.max(0, y - SPAN); v <= Math.min(height - 1, y + SPAN); v++) {
    for (let u = Math.max(0, x - SPAN); u <= Math.min(width - 1, x + SPAN); u++) {
      const i = v * width + u;
      if (spot.includes(i) || !touches(spot, u, v, width)) continue;
      sum += (data[i] ?? 0) - middle;
      count++;
    }
  }
  return sum / Math.max(1, count);
}

/** The pixels connected to (x, y) that `belongs` accepts; none when they span more than SPAN. */
function grow(plane: Luma, x: number, y: number, belongs: (value: number) => boolean): number[] {
  const { width, height, data } = plane;
  const spot = [y * width + x];
  let left = x;
  let right = x;
  let top = y;
  let bottom = y;
  for (let next = 0; next < spot.length; next++) {
    const from = spot[next] ?? 0;
    const row = Math.floor(from / width);
    const column = from % width;
    for (let v = Math.max(0, row - 1); v <= Math.min(height - 1, row + 1); v++) {
      for (let u = Math.max(0, column - 1); u <= Math.min(width - 1, column + 1); u++) {
        const i = v * width + u;
        if (spot.includes(i) || !belongs(data[i] ?? 0)) continue;
        left = Math.min(left, u);
        right = Math.max(right, u);
        top = Math.min(top, v);
        bottom = Math.max(bottom, v);
        if (right - left >= SPAN || bottom - top >= SPAN) return [];
        spot.push(i);
      }
    }
  }
  return spot;
}

function touches(spot: readonly number[], u: number, v: number, width: number): boolean {
  for (const i of spot) {
    if (Math.abs((i % width) - u) <= 1 && Math.abs(Math.floor(i / width) - v) <= 1) return true;
  }
  return false;
}

/** Offsets (u, v in turn) of every second pixel on the squares 3 and 5 pixels away. */
function ring(): Int8Array {
  const offsets: number[] = [];
  for (const reach of [3, 5]) {
    for (let step = -reach; step < reach; step += 2) {
      offsets.push(step, -reach, reach, step, -step, reach, -reach, -step);
    }
  }
  return Int8Array.from(offsets);
}
