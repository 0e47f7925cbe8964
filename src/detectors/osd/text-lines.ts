/** Puts shapes together to lines of text: of one height, one brightness, on one base line. */
import type { Glyph } from './glyphs.js';

export interface TextLine {
  /** Luma of the writing. */
  readonly level: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Characters, about: shapes that touch are counted by their width. */
  readonly characters: number;
}

/** Characters that make a line. */
const ENOUGH = 4;
/** A gap between two shapes of a line, in heights of the line. */
const GAP = 1.8;
/** Grey levels by which neighbours of a line may differ, and its middle half. */
const ALIKE = 30;
const EVEN = 14;
/** Share of the shapes that must stand on the base line, and how exactly, in heights. */
const STANDING = 0.65;
const EXACTLY = 0.15;

export function findTextLines(glyphs: readonly Glyph[]): TextLine[] {
  const left = [...glyphs].sort((a, b) => a.left - b.left);
  const lines: TextLine[] = [];
  while (left.length > 0) {
    const chain = takeChain(left);
    const line = lineOf(chain);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

/** The leftmost shape and those that continue it; takes them out of `left`. */
function takeChain(left: Glyph[]): Glyph[] {
  const [first] = left.splice(0, 1);
  if (first === undefined) return [];
  const chain = [first];
  let end = first.right;
  for (let i = 0; i < left.length; i++) {
    const next = left[i];
    if (next === undefined) break;
    const tall = Math.max(...chain.slice(-4).map(heightOf));
    if (next.left > end + GAP * tall) break;
    if (!continues(chain, next, tall)) continue;
    chain.push(next);
    end = Math.max(end, next.right);
    left.splice(i, 1);
    i--;
  }
  return chain;
}

const heightOf = ({ top, bottom }: Glyph) => bottom - top;

function continues(chain: readonly Glyph[], next: Glyph, tall: number): boolean {
  const last = chain.slice(-4);
  const base = Math.max(...last.map(({ bottom }) => bottom));
  const top = Math.min(...last.map((one) => one.top));
  const inside = Math.min(base, next.bottom) - Math.max(top, next.top);
  const own = heightOf(next);
  return (
    inside > 0.55 * own &&
    own < 1.6 * tall &&
    last.every(({ level }) => Math.abs(level - next.level) < ALIKE)
  );
}

/** Undefined when the shapes are too few, or stand anyhow. */
function lineOf(chain: readonly Glyph[]): TextLine | undefined {
  const heights = chain.map(heightOf).sort((a, b) => a - b);
  const tall = heights[Math.floor(heights.length * 0.75)] ?? 0;
  const tallest = heights.at(-1) ?? 0;
  // Colons, dots and dashes belong to the line and say nothing of it.
  const full = chain.filter((one) => heightOf(one) > 0.55 * tall);
  const characters = full.reduce((sum, one) => sum + charactersIn(one, tall), 0);
  const [left, right] = [
    Math.min(...chain.map((one) => one.left)),
    Math.max(...chain.map((one) => one.right)),
  ];
  if (characters < ENOUGH || right - left < 2 * tall || tallest > 1.8 * tall) return undefined;
  const bases = full.map(({ bottom }) => bottom).sort((a, b) => a - b);
  const base = bases[bases.length >> 1] ?? 0;
  const off = Math.max(1, EXACTLY * tall);
  const standing = full.filter(({ bottom }) => Math.abs(bottom - base) <= off).length;
  if (standing < STANDING * full.length) return undefined;
  // Text is neither solid nor spidery, and has strokes that a row crosses.
  const area = full.reduce((sum, one) => sum + one.area, 0);
  const boxes = full.reduce((sum, one) => sum + heightOf(one) * (one.right - one.left), 0);
  if (area > 0.85 * boxes || area < 0.2 * boxes) return undefined;
  const levels = full.map(({ level }) => level).sort((a, b) => a - b);
  if (spread(levels) > EVEN) return undefined;
  const strokes = full.reduce((sum, one) => sum + one.strokes, 0);
  if (strokes < 0.75 * characters) return undefined;
  return {
    left,
    right,
    top: Math.min(...full.map(({ top }) => top)),
    bottom: Math.max(...full.map(({ bottom }) => bottom)),
    characters,
    level: levels.reduce((sum, level) => sum + level, 0) / levels.length,
  };
}

/** One, or as many as fit where several have run together; 0 for what no letter looks like. */
function charactersIn(glyph: Glyph, tall: number): number {
  const wide = glyph.right - glyph.left;
  if (wide < 1.3 * tall) return 1;
  // A row crosses about one and a half strokes of each letter.
  const fit = Math.round(wide / (0.7 * tall));
  return glyph.strokes < 0.9 * fit ? 0 : fit;
}

/** The width of the middle half. */
function spread(sorted: readonly number[]): number {
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return at(0.75) - at(0.25);
}
