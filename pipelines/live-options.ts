/** What the live pipeline is told. */
import type { Observable } from 'rxjs';
import type { DirtyLensRule } from '../src/detectors/events/dirty-lens.js';
import type { CameraConfig } from '../src/frame/live-seams.js';
import type { Logger } from '../src/telemetry/logger.js';
import type { MaskSettings } from './hand-masks.js';
import type { LiveNetworks } from './live-networks.js';

export interface LiveOptions {
  /** Path of the ffmpeg binary, when the user names one; else RELENS_FFMPEG, else the PATH. */
  readonly ffmpeg?: string;
  readonly model: string;
  readonly device: 'auto' | 'cpu' | 'cuda' | 'webgpu';
  /** Inference threads; 0 = one for each core. */
  readonly threads: number;
  /** 0–1: how much of the noise is taken away. */
  readonly strength: number;
  readonly synthesis: boolean;
  /** Grey levels. */
  readonly noiseFloor: number;
  /** The networks that detect. */
  readonly networks: LiveNetworks;
  /** When an event tells that the lens is dirty. */
  readonly dirt: DirtyLensRule;
  readonly deinterlace: 'auto' | 'off';
  /** Writing that is left alone, and areas drawn by hand, of every camera. */
  readonly masks: MaskSettings;
  /** A frame older than this is shown as it came. */
  readonly lateMs: number;
  /** Seconds of one file of a recording. */
  readonly segmentSeconds: number;
  /**
   * The cameras that are wished for; each list replaces the one before it. Only the cameras in which
   * two lists differ are touched; those that were added otherwise stay.
   */
  readonly cameras$: Observable<readonly CameraConfig[]>;
  readonly logger: Logger;
}
