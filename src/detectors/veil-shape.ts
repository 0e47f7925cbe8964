/** Whether the light around a clipped core falls off as light does that a lens scatters, and how far it reaches. */
import type { Around } from './veil.js';

/** Outer ends of the rings around a core, in spots. */
const RINGS = [1.5, 2.5, 3.5, 5, 7, 9.5, 13, 18, 25, 40] as const;
/** Spots that a ring needs to be heard. */
const HEARD = 3;
const GAMMA = 2.2;
/** Light, as a share of what clips, that is told: it lifts a middle grey by a tenth of the scale. */
export const BLINDING = 0.08;
const [BLACK, RANGE, WHITE] = [16, 219, 235] as const;
/** Shapes that are tried: where the fall begins, in radii of the core, and its exponent. */
const BENDS = [0.5, 0.7, 1, 1.4] as const;
const FALLS = [0.8, 1.1, 1.5, 2] as const;

/**
 * What is asked of a veil, found on seeded glare over real footage and on bright things of the same
 * footage, of which 0.7 and 0.005 pass: the darker quarter of the first rings is that bright (shares of what is
 * between the ground and white) ...
 */
const BRIGHT = [0.45, 0.28, 0.16] as const;
/** ... the rings are that even (from the darkest tenth to the median, same shares) ... */
const UNEVEN = [0.25, 0.25, 0.4] as const;
/** ... until it is this near the ground it does not become brighter again, nor suddenly darker ... */
const OVER = 0.2;
const RISE = 0.15;
const LATE_STEP = 0.25;
/** ... the curve fits within so many grey levels, with so much light at the core's rim ... */
const MISFIT = 8;
const RIM = [0.35, 1.05] as const;
/** ... it does not blind any more so many radii from the core, for light falls faster than what lights a square ... */
const WIDEST = 4;
/** ... though a pair of small ones may reach as many spots. */
const LEAST_WIDE = 8;
/** ... and explains most of what is to be seen near the core: there is little contrast left. */
const EXPLAINED = 0.25;
const WELL_EXPLAINED = 0.6;

export interface Veil {
  /** 0–1 */
  readonly confidence: number;
  /** Light that is added at a distance from the core, in spots, as a share of what clips. */
  readonly light: (distance: number) => number;
}

/** Light as a share of what clips. */
export const linear = (luma: number) => Math.max(0, (luma - BLACK) / RANGE) ** GAMMA;
const grey = (light: number) => RANGE * Math.max(0, light) ** (1 / GAMMA);

/** @returns undefined where there is none, or none that can be told from a bright thing */
export function veilAround(luma: Float32Array, around: Around): Veil | undefined {
  const rings = ringsOf(luma, around);
  const shares = rings.filter((ring) => ring !== undefined);
  const ground = Math.min(...shares.map(({ quarter }) => quarter));
  const scale = WHITE - ground;
  for (const [index, least] of BRIGHT.entries()) {
    const ring = rings[index];
    if (ring === undefined || (ring.quarter - ground) / scale < least) return undefined;
    if ((ring.median - ring.tenth) / scale > (UNEVEN[index] ?? 0)) return undefined;
  }
  let rise = 0;
  for (let i = 1; i < shares.length; i++) {
    const step = ((shares[i - 1]?.quarter ?? 0) - (shares[i]?.quarter ?? 0)) / scale;
    if (((shares[i - 1]?.quarter ?? 0) - ground) / scale < OVER) break;
    rise += Math.max(0, -step);
    if (rise > RISE || (i > 3 && step > LATE_STEP)) return undefined;
  }
  const fit = fitCurve(rings, around.radius);
  if (fit === undefined || fit.misfit > MISFIT) return undefined;
  if (fit.light(0) < RIM[0] || fit.light(0) > RIM[1]) return undefined;
  if (fit.light(Math.max(LEAST_WIDE, 1 + WIDEST * around.radius)) > BLINDING) return undefined;
  const explained = explainedBy(fit, luma, around);
  if (explained < EXPLAINED) return undefined;
  const confidence = 0.5 + (0.5 * (explained - EXPLAINED)) / (WELL_EXPLAINED - EXPLAINED);
  return { confidence: Math.min(1, confidence), light: fit.light };
}

interface Ring {
  readonly middle: number;
  readonly tenth: number;
  readonly quarter: number;
  readonly median: number;
}

/** The ring of each square of a distance. */
const RING_OF = Uint8Array.from({ length: 40 * 40 }, (_, square) =>
  RINGS.findIndex((end) => square < end * end),
);
/** How often each grey level is found in each ring. */
const levels = new Uint16Array(RINGS.length * 256);

/** Ring by ring from the core; undefined where the picture has too little of it. */
function ringsOf(luma: Float32Array, { spots, squares }: Around): (Ring | undefined)[] {
  levels.fill(0);
  for (let i = 0; i < spots.length; i++) {
    const level = ((RING_OF[squares[i] ?? 0] ?? 0) << 8) | (luma[spots[i] ?? 0] ?? 0);
    levels[level] = (levels[level] ?? 0) + 1;
  }
  return RINGS.map((end, index) => {
    const counts = levels.subarray(index << 8, (index + 1) << 8);
    const all = counts.reduce((sum, count) => sum + count, 0);
    if (all < HEARD) return undefined;
    const at = (share: number) => {
      let left = Math.floor(share * (all - 1));
      return counts.findIndex((count) => (left -= count) < 0);
    };
    const middle = ((RINGS[index - 1] ?? 0) + end) / 2;
    return { middle, tenth: at(0.1), quarter: at(0.25), median: at(0.5) };
  });
}

interface Curve {
  /** Grey levels, RMS over the rings. */
  readonly misfit: number;
  /** Of what is there without the core's, as a share of what clips. */
  readonly ground: number;
  readonly light: (distance: number) => number;
}

/** Light over a ground, falling as (1 + r²/b²)^-f from the core's middle: least squares, in light. */
function fitCurve(rings: readonly (Ring | undefined)[], radius: number): Curve | undefined {
  const heard = rings.filter((ring) => ring !== undefined);
  const seen = heard.map(({ quarter }) => linear(quarter));
  const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
  let best: Curve | undefined;
  for (const bend of BENDS) {
    for (const fall of FALLS) {
      const whole = (1 + 1 / bend ** 2) ** fall;
      const shape = (distance: number) =>
        whole * (1 + ((radius + distance) / (bend * radius)) ** 2) ** -fall;
      const shapes = heard.map(({ middle }) => shape(middle));
      const centre = shapes.reduce((sum, value) => sum + value, 0) / shapes.length;
      let [both, square] = [0, 0];
      for (const [i, value] of shapes.entries()) {
        both += (value - centre) * ((seen[i] ?? 0) - mean);
        square += (value - centre) ** 2;
      }
      const rim = both / square;
      const ground = mean - rim * centre;
      let error = 0;
      for (const [i, value] of shapes.entries()) {
        error += (grey(rim * value + ground) - grey(seen[i] ?? 0)) ** 2;
      }
      const misfit = Math.sqrt(error / seen.length);
      if (misfit < (best?.misfit ?? Infinity)) {
        best = { misfit, ground, light: (distance) => rim * shape(distance) + Math.min(0, ground) };
      }
    }
  }
  return best;
}

/** The share of the variance near the core that the curve explains. */
function explainedBy({ light, ground }: Curve, luma: Float32Array, around: Around): number {
  const { spots, squares: distances, radius } = around;
  const near = Math.max(3.5, 1 + radius);
  let [count, sum, squares, errors, errorSquares] = [0, 0, 0, 0, 0];
  for (let i = 0; i < spots.length; i++) {
    const distance = Math.sqrt(distances[i] ?? 0);
    if (distance >= near) continue;
    const value = luma[spots[i] ?? 0] ?? 0;
    const error = value - BLACK - grey(light(distance) + ground);
    count++;
    sum += value;
    squares += value * value;
    errors += error;
    errorSquares += error * error;
  }
  const variance = squares - (sum * sum) / count;
  return variance <= 0 ? 0 : 1 - (errorSquares - (errors * errors) / count) / variance;
}
