/** Finds plates in the corners of the picture, where logos stand: two straight edges that meet. */
import type { Strip } from './glyphs.js';
import type { Box } from './plate.js';

/** Size of a plate as a share of the strip's width and height. */
const WIDTH = [0.06, 0.4] as const;
const HEIGHT = [0.2, 0.85] as const;
/** Mean step over each edge, grey levels, and the share of the edge that steps the same way. */
const STEP = 14;
const SAME = 0.9;

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
  const at = (x: number, y: number) =>
    luma[(upper ? y : height - 1 - y) * width + (right ? width - 1 - x : x)] ?? 0;
  const [most, tallest] = [Math.round(WIDTH[1] * width), Math.round(HEIGHT[1] * height)];
  const across = edgeSums(most, tallest, (x, y) => at(x + 1, y) - at(x - 1, y));
  const down = edgeSums(tallest, most, (y, x) => at(x, y + 1) - at(x, y - 1));
  let best: { x: number; y: number; step: number } | undefined;
  for (let x = Math.round(WIDTH[0] * width); x < most; x++) {
    for (let y = Math.round(HEIGHT[0] * height); y < tallest; y++) {
      const step = Math.min(across(x, y), down(y, x));
      if (step > (best?.step ?? 0)) best = { x, y, step };
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

/**
 * Running sums of steps along lines, so that any edge can be asked for: its mean step where it is
 * one, else 0.
 */
function edgeSums(
  lines: number,
  length: number,
  step: (line: number, along: number) => number,
): (line: number, length: number) => number {
  const sums = new Float32Array(lines * (length + 1));
  const signs = new Int32Array(lines * (length + 1));
  for (let line = 1; line < lines; line++) {
    for (let i = 0, k = line * (length + 1); i < length; i++, k++) {
      const value = step(line, i);
      sums[k + 1] = (sums[k] ?? 0) + value;
      signs[k + 1] = (signs[k] ?? 0) + (value > 3 ? 1 : value < -3 ? -1 : 0);
    }
  }
  return (line, to) => {
    const k = line * (length + 1) + to;
    const mean = Math.abs(sums[k] ?? 0) / to;
    return mean > STEP && Math.abs(signs[k] ?? 0) > (2 * SAME - 1) * to ? mean : 0;
  };
}
