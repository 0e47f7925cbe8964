/** One frame with all that was found on it. */
import type { DamageMap, NoiseEstimate } from '../frame/damage-map.js';
import type { Frame } from '../frame/frame.js';
import type { Mask } from '../frame/mask.js';

export interface Inspection {
  readonly frame: Frame;
  readonly maps: readonly DamageMap[];
  readonly noise: NoiseEstimate;
  /** Drawn by hand, `[rows, columns]`, not 0 where it holds: to be repaired, to be left alone. */
  readonly repair?: Uint8Array;
  readonly leave?: Uint8Array;
  /** The same frame as another decoder shows it, even planes, where data was lost. */
  readonly second?: Uint8Array;
}

export interface FrameMask extends Mask {
  /** `[rows, columns]`, not 0 = of these cells two decoders tell two stories, and nothing else is wrong. */
  readonly between?: Uint8Array;
}
