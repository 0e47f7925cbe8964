/** Noise in a hurry: for detectors that need to know how much of it there is, not where. */

/** Standard deviation of the noise from the median absolute change of every 13th sample. */
export function noiseOfChange(luma: Uint8Array, other: Uint8Array): number {
  const histogram = new Uint32Array(256);
  let samples = 0;
  for (let i = 0; i < luma.length; i += 13, samples++) {
    const change = Math.abs((luma[i] ?? 0) - (other[i] ?? 0));
    histogram[change] = (histogram[change] ?? 0) + 1;
  }
  let below = 0;
  let median = 0;
  while (median < 255 && (below += histogram[median] ?? 0) < samples / 2) median++;
  return median / 0.954;
}
