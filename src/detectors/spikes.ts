/** Marks the samples of a row that differ from both neighbouring frames. */

/** The frames a streak is held against; one of them stands in for both where only one is there. */
export interface Neighbours {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Samples of the shortest streak. */
export const SHORTEST = 36;

/** Too few samples of the row differ from both neighbours for a streak: most rows of most frames. */
function isQuiet(
  luma: Uint8Array,
  { before, after }: Neighbours,
  start: number,
  width: number,
  noise: number,
): boolean {
  const least = Math.max(5, noise);
  let count = 0;
  for (let i = start; i < start + width; i += 4) {
    const value = luma[i] ?? 0;
    const a = value - (before[i] ?? 0);
    const b = value - (after[i] ?? 0);
    if ((a > least || a < -least) && (b > least || b < -least)) count++;
  }
  return count * 4 < SHORTEST / 2;
}

/**
 * Marks (1) in `hits` the samples of the row from `start` on that are spikes in time; `noise` is the
 * standard deviation, in grey levels.
 */
export function markRow(
  luma: Uint8Array,
  { before, after }: Neighbours,
  start: number,
  width: number,
  noise: number,
  hits: Uint8Array,
): void {
  if (isQuiet(luma, { before, after }, start, width, noise)) {
    hits.fill(0, start, start + width);
    return;
  }
  // More samples the stronger the noise, so that it does not hide a streak.
  const gather = noise < 3 ? 7 : 15;
  const least = gather * Math.max(10, (2.5 * Math.SQRT2 * noise) / Math.sqrt(gather));
  const energy = gather * Math.max(400, (2 + 6 / Math.sqrt(gather)) * noise * noise);
  const half = gather >> 1;
  let one = 0;
  let other = 0;
  let oneSquares = 0;
  let otherSquares = 0;
  let apart = 0;
  for (let x = 0; x < width + half; x++) {
    if (x < width) {
      const value = luma[start + x] ?? 0;
      const a = value - (before[start + x] ?? 0);
      const b = value - (after[start + x] ?? 0);
      one += a;
      other += b;
      oneSquares += a * a;
      otherSquares += b * b;
      apart += (a - b) * (a - b);
    }
    if (x >= gather) {
      const i = start + x - gather;
      const value = luma[i] ?? 0;
      const a = value - (before[i] ?? 0);
      const b = value - (after[i] ?? 0);
      one -= a;
      other -= b;
      oneSquares -= a * a;
      otherSquares -= b * b;
      apart -= (a - b) * (a - b);
    }
    if (x < half) continue;
    const beyond = (one > least && other > least) || (one < -least && other < -least);
    const alone = Math.min(oneSquares, otherSquares) > Math.max(energy, 3 * apart);
    hits[start + x - half] = beyond || alone ? 1 : 0;
  }
}
