/** What a method is that Relens is held against. */
import type { Ffmpeg } from '../../ffmpeg/find.js';
import type { RawClip } from '../clip.js';
import type { DamageCase } from '../damage/damage.js';

/** One run of a method over the beginning of a damaged clip. */
export interface AnchorJob {
  readonly ffmpeg: Ffmpeg;
  readonly damaged: RawClip;
  /** Raw true masks; given to the methods that fill holes. */
  readonly mask?: string;
  /** Raw planes are written here. */
  readonly output: string;
  readonly signal: AbortSignal;
}

/** One point of the grid of strengths. */
export interface Setting {
  readonly label: string;
  readonly run: (job: AnchorJob) => Promise<void>;
}

export interface Anchor {
  readonly name: string;
  /** `in` = the PSNR within the mask chooses the best setting, `psnr` = that of the whole frame. */
  readonly chosenBy: 'psnr' | 'in';
  /** Frames of the clip's beginning on which the settings are compared. */
  readonly gridFrames: number;
  readonly takes: (damage: DamageCase) => boolean;
  readonly settings: readonly Setting[];
}
