/** Fills what was never seen from its border inwards, so that a network does not take the gap for a thing. */

/**
 * Each gap in place, ring by ring: a sample takes the mean of those of its eight neighbours that are known.
 * Where nothing is known, nothing changes.
 * @param isKnown of the sample at an index, before anything was filled
 */
export function fillUnseen(
  values: Uint8Array,
  width: number,
  isKnown: (index: number) => boolean,
): void {
  const known = new Uint8Array(values.length);
  let gap: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (isKnown(i)) known[i] = 1;
    else gap.push(i);
  }
  while (gap.length > 0) {
    const ring: number[] = [];
    const rest: number[] = [];
    for (const i of gap) {
      const mean = meanOfKnown(values, known, width, i);
      if (mean === undefined) rest.push(i);
      else {
        values[i] = mean;
        ring.push(i);
      }
    }
    if (ring.length === 0) return;
    for (const i of ring) known[i] = 1;
    gap = rest;
  }
}

function meanOfKnown(
  values: Uint8Array,
  known: Uint8Array,
  width: number,
  index: number,
): number | undefined {
  const x = index % width;
  let [sum, count] = [0, 0];
  for (let dy = -width; dy <= width; dy += width) {
    for (let dx = x === 0 ? 0 : -1; dx <= (x === width - 1 ? 0 : 1); dx++) {
      const at = index + dy + dx;
      if (known[at] !== 1) continue;
      sum += values[at] ?? 0;
      count++;
    }
  }
  return count === 0 ? undefined : Math.round(sum / count);
}
