/** What one way of tampering with a camera is, and the pictures it is made from. */
import type { CameraEventKind } from '../../frame/camera-event.js';
import type { FrameSize } from '../../frame/frame.js';
import type { Random } from '../random.js';

/** What a tamper knows of the clip. */
export interface TamperScene extends FrameSize {
  readonly frameRate: number;
  readonly random: Random;
}

/**
 * Changes one frame's yuv420p planes in place.
 * @param seconds since the tampering began
 * @param past the latest untouched frames, the newest last, this one included
 */
export type TamperFrame = (data: Uint8Array, seconds: number, past: readonly Uint8Array[]) => void;

export interface Tamper {
  readonly name: string;
  /** The events that name it rightly. */
  readonly kinds: readonly CameraEventKind[];
  readonly open: (scene: TamperScene) => TamperFrame;
}
