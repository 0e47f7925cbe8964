/** Continues a picture into a hole as smoothly as can be: harmonically, like a soap film. */

/** Over-relaxation; near the best for holes of some tens of samples. */
const RELAXATION = 1.85;
/** Grey levels; a sweep that changes less ends the work. */
const ENOUGH = 0.1;
const MOST_SWEEPS = 200;
/** Samples times sweeps, so that a picture that is all hole does not take for ever. */
const MOST_WORK = 6e6;
const MID_GREY = 128;

/**
 * Solves Laplace's equation in place, by successive over-relaxation, at the samples `hole` of a
 * plane; the others stay. The border of the picture reflects.
 * @param plane `[height, width]`
 * @param hole indices into `plane`, each once, ascending
 * @param warm true: `plane` already holds a guess in the hole
 */
export function fillHarmonically(
  plane: Float32Array,
  width: number,
  hole: Int32Array,
  warm: boolean,
): void {
  if (!warm) guess(plane, width, hole);
  const sweeps = Math.min(MOST_SWEEPS, 20 + MOST_WORK / Math.max(1, hole.length));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let largest = 0;
    for (const at of hole) {
      const own = plane[at] ?? 0;
      const column = at % width;
      // Outside the picture stands the sample itself.
      const left = column > 0 ? (plane[at - 1] ?? own) : own;
      const right = column < width - 1 ? (plane[at + 1] ?? own) : own;
      const sum = left + right + (plane[at - width] ?? own) + (plane[at + width] ?? own);
      const change = RELAXATION * (sum / 4 - own);
      plane[at] = own + change;
      largest = Math.max(largest, Math.abs(change));
    }
    if (largest < ENOUGH) return;
  }
}

/** From the rim inwards, layer by layer, each sample the mean of its neighbours that are there. */
function guess(plane: Float32Array, width: number, hole: Int32Array): void {
  const missing = new Uint8Array(plane.length);
  for (const at of hole) missing[at] = 1;
  let left = [...hole];
  while (left.length > 0) {
    const filled: { at: number; value: number }[] = [];
    const rest: number[] = [];
    for (const at of left) {
      let sum = 0;
      let count = 0;
      const column = at % width;
      for (const step of [-1, 1, -width, width]) {
        if ((step === -1 && column === 0) || (step === 1 && column === width - 1)) continue;
        const value = plane[at + step];
        if (value === undefined || missing[at + step] === 1) continue;
        sum += value;
        count++;
      }
      if (count > 0) filled.push({ at, value: sum / count });
      else rest.push(at);
    }
    if (filled.length === 0) {
      for (const at of rest) plane[at] = MID_GREY;
      return;
    }
    for (const { at, value } of filled) {
      plane[at] = value;
      missing[at] = 0;
    }
    left = rest;
  }
}
