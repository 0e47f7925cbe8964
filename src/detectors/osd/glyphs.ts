/** Finds what may be characters: small shapes of one brightness that stand out from what is round them. */
import { boxMeans } from '../box-means.js';

/** A picture or a part of one; `[height, width]` luma, the mean of some frames. */
export interface Strip {
  readonly width: number;
  readonly height: number;
  readonly luma: Float32Array;
}

/** A shape's box, `right` and `bottom` excluded, in samples of the strip. */
export interface Glyph {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Samples that belong to it. */
  readonly area: number;
  /** Times that a row goes in and out of it, the mean over its rows. */
  readonly strokes: number;
  /** Mean luma of its brightest (or darkest) quarter. */
  readonly level: number;
}

export interface GlyphSizes {
  /** Samples. */
  readonly least: number;
  readonly most: number;
}

/** `[height, width]`: the mean of what is round each sample, beyond any character. */
export function groundOf({ width, height, luma }: Strip, { most }: GlyphSizes): Float32Array {
  const around = new Float32Array(luma.length);
  boxMeans(luma, around, width, height, most);
  return around;
}

/**
 * @param ground as of `groundOf`
 * @param bright true for characters brighter than their ground
 * @param contrast grey levels by which they stand out at least
 */
export function findGlyphs(
  strip: Strip,
  ground: Float32Array,
  bright: boolean,
  contrast: number,
  sizes: GlyphSizes,
): Glyph[] {
  const { luma } = strip;
  const sign = bright ? 1 : -1;
  const set = new Uint8Array(luma.length);
  for (let i = 0; i < set.length; i++) {
    if (sign * ((luma[i] ?? 0) - (ground[i] ?? 0)) > contrast) set[i] = 1;
  }
  const glyphs: Glyph[] = [];
  const stack: number[] = [];
  for (let start = set.indexOf(1); start >= 0; start = set.indexOf(1, start + 1)) {
    const shape = flood(strip, set, start, stack);
    const glyph = glyphOf(strip, set, shape, sign, sizes);
    if (glyph !== undefined) glyphs.push(glyph);
  }
  return glyphs;
}

/** The samples of one connected shape (eight neighbours); they become 2 in `set`. */
function flood({ width }: Strip, set: Uint8Array, start: number, stack: number[]): number[] {
  const shape: number[] = [];
  stack.push(start);
  set[start] = 2;
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    shape.push(at);
    const column = at % width;
    for (let y = -width; y <= width; y += width) {
      for (let x = column === 0 ? 0 : -1; x <= (column === width - 1 ? 0 : 1); x++) {
        const next = at + y + x;
        if (set[next] !== 1) continue;
        set[next] = 2;
        stack.push(next);
      }
    }
  }
  return shape;
}

function glyphOf(
  { width, luma }: Strip,
  set: Uint8Array,
  shape: number[],
  sign: number,
  { least, most }: GlyphSizes,
): Glyph | undefined {
  if (shape.length < least) return undefined;
  let [left, right, top, bottom] = [width, 0, Infinity, 0];
  for (const at of shape) {
    const x = at % width;
    const y = (at - x) / width;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  const tall = bottom - top;
  const wide = right - left;
  // Letters that touch are one shape, a word at most.
  if (tall < least || tall > most || wide > 14 * tall) return undefined;
  let edges = 0;
  const levels = new Float32Array(shape.length);
  for (const [index, at] of shape.entries()) {
    // What is set beside a sample is connected to it, and so of the same shape.
    if (at % width === 0 || set[at - 1] === 0) edges++;
    levels[index] = sign * (luma[at] ?? 0);
  }
  const quarter = levels.sort().subarray(-Math.max(1, shape.length >> 2));
  const level = (sign * quarter.reduceRight((sum, value) => sum + value, 0)) / quarter.length;
  return { left, top, right, bottom, area: shape.length, strokes: edges / tall, level };
}
