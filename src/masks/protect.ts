/** What must not be changed: writing in the picture, and what a person said to leave alone. */
import { isBlank } from '../frame/blank.js';
import type { NoiseEstimate } from '../frame/damage-map.js';
import { coverageOf, type Mask } from '../frame/mask.js';

/** Arrays of cells, `[rows, columns]`, not 0 where it holds. */
export interface Protection {
  /** Writing that was found and that nothing came over: not repaired and not denoised. */
  readonly written?: Uint8Array | undefined;
  /** Drawn by hand, to be repaired: that is stronger than writing. */
  readonly repair?: Uint8Array | undefined;
  /** Drawn by hand, to be left alone: that is stronger than all. */
  readonly leave?: Uint8Array | undefined;
}

/** Takes out of `found` what is protected and adds what is to be repaired; `found` is used up. */
export function protectMask(found: Mask, { written, repair, leave }: Protection): Mask {
  const { data } = found;
  if (written !== undefined) clear(data, written);
  if (repair !== undefined) {
    for (let i = 0; i < data.length; i++) if (repair[i] !== 0) data[i] = 255;
  }
  if (leave !== undefined) clear(data, leave);
  return { ...found, coverage: coverageOf(data) };
}

/** The noise as the denoiser is to see it: none where nothing may be changed. */
export function protectNoise(noise: NoiseEstimate, { written, leave }: Protection): NoiseEstimate {
  const protects = [written, leave].some((cells) => cells !== undefined && !isBlank(cells));
  if (!protects) return noise;
  const map = noise.map.slice();
  if (written !== undefined) clear(map, written);
  if (leave !== undefined) clear(map, leave);
  return { ...noise, map };
}

function clear(cells: Uint8Array, where: Uint8Array): void {
  if (isBlank(where) || isBlank(cells)) return;
  for (let i = 0; i < cells.length; i++) if (where[i] !== 0) cells[i] = 0;
}
