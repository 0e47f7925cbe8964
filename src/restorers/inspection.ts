/** One frame with all that was found on it. */
import type { DamageMap, NoiseEstimate } from '../frame/damage-map.js';
import type { Frame } from '../frame/frame.js';

export interface Inspection {
  readonly frame: Frame;
  readonly maps: readonly DamageMap[];
  readonly noise: NoiseEstimate;
  /** `[rows, columns]`, 255 = repair. */
  readonly imported?: Uint8Array;
}
