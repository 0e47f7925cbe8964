/** One frame with all that was found on it. */
import type { DamageMap, NoiseEstimate } from '../frame/damage-map.js';
import type { Frame } from '../frame/frame.js';

export interface Inspection {
  readonly frame: Frame;
  readonly maps: readonly DamageMap[];
  readonly noise: NoiseEstimate;
  /** Drawn by hand, `[rows, columns]`, not 0 where it holds: to be repaired, to be left alone. */
  readonly repair?: Uint8Array;
  readonly leave?: Uint8Array;
}
