/** Continues a picture across narrow gaps. */

/** What a sample is to the film. */
export const SEEN = 0;
export const HIDDEN = 1;
export const GAP = 2;

const RELAXATION = 1.5;
/** Grey levels; a sweep that changes less ends the work. */
const ENOUGH = 0.2;
const MOST_SWEEPS = 60;
const MID_GREY = 128;

/**
 * Laplace's equation at the samples `gap` of a plane, by successive over-relaxation. What is hidden, but
 * not in the gap, takes no part; neither does what is beyond the border.
 * @param plane `[height, width]`, changed in place
 * @param gap indices, each once
 * @param state `[height, width]`: SEEN, HIDDEN, or GAP, the samples of `gap`
 */
export function fillThin(
  plane: Float32Array,
  width: number,
  gap: readonly number[],
  state: Uint8Array,
): void {
  const beside = new Int32Array(4 * gap.length).fill(-1);
  let [sum, count] = [0, 0];
  for (const [index, at] of gap.entries()) {
    const column = at % width;
    let [rim, seen, k] = [0, 0, 4 * index];
    for (const step of [-1, 1, -width, width]) {
      const other = at + step;
      if ((step === -1 && column === 0) || (step === 1 && column === width - 1)) continue;
      if (other < 0 || other >= plane.length || state[other] === HIDDEN) continue;
      beside[k++] = other;
      if (state[other] !== SEEN) continue;
      rim += plane[other] ?? 0;
      seen++;
    }
    plane[at] = seen > 0 ? rim / seen : NaN;
    sum += rim;
    count += seen;
  }
  const level = count > 0 ? sum / count : MID_GREY;
  for (const at of gap) if (Number.isNaN(plane[at])) plane[at] = level;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let largest = 0;
    for (let index = 0; index < gap.length; index++) {
      const at = gap[index] ?? 0;
      let total = 0;
      let parts = 0;
      for (let k = 4 * index; k < 4 * index + 4; k++) {
        const other = beside[k] ?? -1;
        if (other < 0) break;
        total += plane[other] ?? 0;
        parts++;
      }
      if (parts === 0) continue;
      const own = plane[at] ?? 0;
      const change = RELAXATION * (total / parts - own);
      plane[at] = own + change;
      largest = Math.max(largest, Math.abs(change));
    }
    if (largest < ENOUGH) return;
  }
}
