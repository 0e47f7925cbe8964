/** Finds thin vertical scratches that wander over the picture. */
import type { FrameSize } from '../frame/frame.js';

/** Strips of rows over which a line is gathered; within one a slanted line hardly moves. */
const STRIPS = 16;
/** A line of up to three samples is brighter or darker than what is this far to either side. */
const ASIDE = 3;
/** Clip of a difference, in grey levels, so that no strong edge decides alone. */
const CLIP = 48;
/** Samples by which a line may move from strip to strip. */
const SLANT = 2;
/** Half the width of the profile across a line. */
const ACROSS = 4;

/** One scratch: where it is in each row, and which samples around that it covers. */
export interface Scratch {
  readonly bright: boolean;
  readonly top: number;
  readonly bottom: number;
  /** Column by row, `[height]`; valid from top to bottom. */
  readonly column: Float32Array;
  /** Covered offsets from the column, inclusive. */
  readonly from: number;
  readonly to: number;
  /** Mean strength over its strips, in grey levels, and the number of those. */
  readonly strength: number;
  readonly strips: number;
}

/** A chain of strips from `first` on, one column each. */
export interface Chain {
  readonly bright: boolean;
  readonly first: number;
  readonly columns: readonly number[];
  readonly strength: number;
}

/**
 * How much of a bright (row 0) or dark (row 1) line there is in each strip and column, in grey levels:
 * `[2, STRIPS, width]`. A line counts where it stands out from both sides in the picture and also in
 * its difference from `reference`, so that poles and door frames, which have always been there, do not.
 */
export function lineStrength(
  { width, height }: FrameSize,
  luma: Uint8Array,
  reference: Float32Array | undefined,
): Float32Array {
  const out = new Float32Array(2 * STRIPS * width);
  const here = new Float32Array(width);
  const change = new Float32Array(width);
  for (let strip = 0; strip < STRIPS; strip++) {
    const top = Math.floor((strip * height) / STRIPS);
    const bottom = Math.floor(((strip + 1) * height) / STRIPS);
    here.fill(0);
    change.fill(0);
    for (let y = top; y < bottom; y++) {
      const start = y * width;
      for (let x = ASIDE; x < width; x++) {
        const i = start + x;
        const rise = (luma[i] ?? 0) - (luma[i - ASIDE] ?? 0);
        here[x] = (here[x] ?? 0) + (rise > CLIP ? CLIP : rise < -CLIP ? -CLIP : rise);
        if (reference === undefined) continue;
        const fresh = rise - (reference[i] ?? 0) + (reference[i - ASIDE] ?? 0);
        change[x] = (change[x] ?? 0) + (fresh > CLIP ? CLIP : fresh < -CLIP ? -CLIP : fresh);
      }
    }
    const rows = bottom - top;
    const second = reference === undefined ? here : change;
    for (let x = ASIDE; x < width - ASIDE; x++) {
      const a = here[x] ?? 0;
      const b = -(here[x + ASIDE] ?? 0);
      const c = second[x] ?? 0;
      const d = -(second[x + ASIDE] ?? 0);
      out[strip * width + x] = Math.min(a, b, c, d) / rows;
      out[(STRIPS + strip) * width + x] = -Math.max(a, b, c, d) / rows;
    }
  }
  return out;
}

/**
 * The best chains of strips, by dynamic programming from the top; `floor` is the strength, in grey
 * levels, that a strip must beat. `strength` is used up.
 */
export function chainsOf(
  { width }: FrameSize,
  strength: Float32Array,
  floor: number,
  most: number,
): Chain[] {
  const found: Chain[] = [];
  for (const bright of [true, false]) {
    const half = strength.subarray(bright ? 0 : STRIPS * width, (bright ? 1 : 2) * STRIPS * width);
    for (let round = 0; round < most; round++) {
      const chain = bestChain(width, half, floor, bright);
      if (chain === undefined) break;
      chain.columns.forEach((x, i) => {
        const row = (chain.first + i) * width;
        half.fill(0, row + Math.max(0, x - 2 * ACROSS), row + Math.min(width, x + 2 * ACROSS + 1));
      });
      found.push(chain);
    }
  }
  return found;
}

function bestChain(
  width: number,
  strength: Float32Array,
  floor: number,
  bright: boolean,
): Chain | undefined {
  const sum = new Float32Array(STRIPS * width);
  const from = new Int8Array(STRIPS * width).fill(NEW);
  let best = 0;
  let end = -1;
  for (let strip = 0; strip < STRIPS; strip++) {
    for (let x = ASIDE; x < width - ASIDE; x++) {
      const i = strip * width + x;
      let before = 0;
      if (strip > 0) {
        for (let move = -SLANT; move <= SLANT; move++) {
          const value = sum[i - width + move] ?? 0;
          if (value > before) {
            before = value;
            from[i] = move;
          }
        }
      }
      const total = before + (strength[i] ?? 0) - floor;
      sum[i] = Math.max(0, total);
      if (total > best) {
        best = total;
        end = i;
      }
    }
  }
  if (end < 0) return undefined;
  const columns: number[] = [];
  let at = end;
  let total = 0;
  for (;;) {
    columns.unshift(at % width);
    total += strength[at] ?? 0;
    const move = from[at] ?? NEW;
    if (move === NEW) break;
    at += move - width;
  }
  return { bright, first: Math.floor(at / width), columns, strength: total / columns.length };
}

/** Mark in the back-pointers: the chain begins here. */
const NEW = 127;

/** Follows a chain row by row and measures which samples across it the line covers. */
export function traceScratch(
  { width, height }: FrameSize,
  chain: Chain,
  luma: Uint8Array,
  reference: Float32Array | undefined,
): Scratch {
  const strips = chain.columns.length;
  const whole = strips >= STRIPS * 0.7;
  const top = whole ? 0 : Math.floor((chain.first * height) / STRIPS);
  const bottom = whole ? height : Math.floor(((chain.first + strips) * height) / STRIPS);
  const column = new Float32Array(height);
  const profile = new Float32Array(2 * ACROSS + 1);
  for (let y = top; y < bottom; y++) {
    const position = Math.min(Math.max((y * STRIPS) / height - 0.5 - chain.first, 0), strips - 1);
    const left = Math.floor(position);
    const a = chain.columns[left] ?? 0;
    const b = chain.columns[Math.min(left + 1, strips - 1)] ?? a;
    column[y] = a + (b - a) * (position - left);
    const x = Math.round(column[y] ?? 0);
    for (let o = -ACROSS; o <= ACROSS; o++) {
      const i = y * width + Math.min(Math.max(x + o, 0), width - 1);
      const value = (luma[i] ?? 0) - (reference?.[i] ?? 0);
      profile[o + ACROSS] = (profile[o + ACROSS] ?? 0) + value;
    }
  }
  const [from, to] = covered(profile, chain.bright ? 1 : -1);
  return { bright: chain.bright, top, bottom, column, from, to, strength: chain.strength, strips };
}

/** The offsets round the peak where the profile is over 40 % of the way from its ends to its peak. */
function covered(profile: Float32Array, sign: number): [number, number] {
  const value = (o: number) => (profile[o + ACROSS] ?? 0) * sign;
  const ground = (value(-ACROSS) + value(ACROSS)) / 2;
  let peak = 0;
  for (let o = -1; o <= 1; o++) if (value(o) > value(peak)) peak = o;
  const level = ground + (value(peak) - ground) * 0.4;
  let from = peak;
  let to = peak;
  while (from > -ACROSS + 1 && value(from - 1) > level) from--;
  while (to < ACROSS - 1 && value(to + 1) > level) to++;
  return [from, to];
}
