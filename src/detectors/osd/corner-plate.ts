/** Finds plates in the corners of the picture, where logos stand: two straight edges that meet. */
import type { Strip } from './glyphs.js';
import type { Box } from './plate.js';

/** Size of a plate as a share of the strip's width and height. */
const WIDTH = [0.06, 0.4] as const;
const HEIGHT = [0.2, 0.85] as const;
/** Mean step over each edge, grey levels, and the share of the edge that steps the same way. */
const STEP = 24;
const SAME = 0.88;
/** An edge of a plate ends in its corner: beyond it at most this share of the step goes on. */
const ON = 0.55;
/** Samples that the edge is followed beyond the corner, and those next to it that are left out. */
const BEYOND = 24;
const BLUR = 3;
/** Grey levels between the darkest and the brightest tenth along the inside of both edges. */
const EVEN = 48;

/** @param upper true for the strip at the top of the picture */
export function cornerPlates(strip: Strip, upper: boolean): Box[] {
  return [false, true].flatMap((right) => {
    const plate = cornerPlate(strip, right, upper);
    return plate === undefined ? [] : [plate];
  });
}

function cornerPlate(strip: Strip, right: boolean, upper: boolean): Box | undefined {
  const { width, height, luma } = strip;
  // Distances from the corner: `x` columns inwards, `y` rows inwards.
  const from = (upper ? 0 : (height - 1) * width) + (right ? width - 1 : 0);
  const inX = right ? -1 : 1;
  const inY = upper ? width : -width;
  const at = (x: number, y: number) => luma[from + x * inX + y * inY] ?? 0;
  const most = Math.round(WIDTH[1] * width);
  const tallest = Math.round(HEIGHT[1] * height);
  const across = edgeSums(luma, { from, line: inX, along: inY }, most, tallest, height);
  const down = edgeSums(luma, { from, line: inY, along: inX }, tallest, most, width);
  let best: { x: number; y: number; step: number } | undefined;
  for (let x = Math.round(WIDTH[0] * width); x < most; x++) {
    for (let y = Math.round(HEIGHT[0] * height); y < tallest; y++) {
      const step = Math.min(across.mean(x, y), down.mean(y, x));
      if (step <= (best?.step ?? 0)) continue;
      // Poles, kerbs and drop-outs go on where a plate ends.
      if (across.beyond(x, y) > ON * step || down.beyond(y, x) > ON * step) continue;
      if (unevenness(at, x, y) > EVEN) continue;
      best = { x, y, step };
    }
  }
  if (best === undefined) return undefined;
  const [wide, tall] = [best.x + 2, best.y + 2];
  return {
    left: right ? width - wide : 0,
    right: right ? width : wide,
    top: upper ? 0 : height - tall,
    bottom: upper ? tall : height,
  };
}

/** A plate is of one brightness where nothing is written on it. */
function unevenness(at: (x: number, y: number) => number, x: number, y: number): number {
  const inside: number[] = [];
  for (let i = 0; i < y - BLUR; i++) inside.push(at(x - BLUR, i));
  for (let i = 0; i < x - BLUR; i++) inside.push(at(i, y - BLUR));
  inside.sort((a, b) => a - b);
  const rank = (share: number) => inside[Math.floor(share * inside.length)] ?? 0;
  return rank(0.9) - rank(0.1);
}

interface Edges {
  /** Mean step from the border of the picture to `end`; 0 where that is no edge. */
  mean(line: number, end: number): number;
  /** Mean step, without its sign, where the line goes on behind `end`. */
  beyond(line: number, end: number): number;
}

/** Where samples lie: the first, and how far it is to the next line and to the next along a line. */
interface Course {
  readonly from: number;
  readonly line: number;
  readonly along: number;
}

/** Running sums of the steps over lines, so that any edge can be asked for. */
function edgeSums(
  luma: Float32Array,
  { from: corner, line: next, along }: Course,
  lines: number,
  length: number,
  whole: number,
): Edges {
  const sums = new Float32Array(lines * (whole + 1));
  const signs = new Int32Array(lines * (length + 1));
  for (let line = 1; line < lines; line++) {
    const [row, signRow] = [line * (whole + 1), line * (length + 1)];
    for (let i = 0; i < whole; i++) {
      const at = corner + line * next + i * along;
      const step = (luma[at + next] ?? 0) - (luma[at - next] ?? 0);
      sums[row + i + 1] = (sums[row + i] ?? 0) + step;
      if (i >= length) continue;
      const sign = step > 3 ? 1 : step < -3 ? -1 : 0;
      signs[signRow + i + 1] = (signs[signRow + i] ?? 0) + sign;
    }
  }
  const sum = (line: number, from: number, to: number) =>
    (sums[line * (whole + 1) + to] ?? 0) - (sums[line * (whole + 1) + from] ?? 0);
  return {
    mean(line, end) {
      const mean = Math.abs(sum(line, 0, end)) / end;
      const same = Math.abs(signs[line * (length + 1) + end] ?? 0);
      return mean > STEP && same > (2 * SAME - 1) * end ? mean : 0;
    },
    beyond(line, end) {
      const [from, to] = [end + BLUR, Math.min(whole, end + BLUR + BEYOND)];
      return to - from < BLUR ? 0 : Math.abs(sum(line, from, to)) / (to - from);
    },
  };
}
