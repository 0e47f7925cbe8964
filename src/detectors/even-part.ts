/** Cuts off the ends of a chain that lie on something else than its line. */
import type { FrameSize } from '../frame/frame.js';
import type { Chain } from './chains.js';
import { STRIPS } from './line-strength.js';

/** Grey levels by which a strip may differ from the chain's. */
const ALIKE = 16;
/** Strips that must be left. */
const LEAST = 5;

/**
 * A scratch has one brightness along it. A chain goes on over whatever stands out beyond the scratch's
 * end, such as a branch, and the line through all of it fits neither.
 * @param luma `[height, width]`
 * @param noise standard deviation, grey levels
 */
export function evenPart(
  { width, height }: FrameSize,
  chain: Chain,
  luma: Uint8Array,
  noise: number,
): Chain {
  const levels = chain.columns.map((x, strip) => {
    const top = Math.floor(((chain.first + strip) * height) / STRIPS);
    const bottom = Math.floor(((chain.first + strip + 1) * height) / STRIPS);
    const values: number[] = [];
    for (let y = top; y < bottom; y++) {
      const around = [-1, 0, 1].map((aside) => luma[y * width + x + aside] ?? 0);
      values.push(chain.bright ? Math.max(...around) : Math.min(...around));
    }
    return median(values);
  });
  const level = median([...levels]);
  const differs = (strip: number) =>
    Math.abs((levels[strip] ?? level) - level) > ALIKE + 0.7 * noise;
  let [first, end] = [0, levels.length];
  while (first < end && differs(first)) first++;
  while (end > first && differs(end - 1)) end--;
  if (end - first === levels.length || end - first < LEAST) return chain;
  return { ...chain, first: chain.first + first, columns: chain.columns.slice(first, end) };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}
