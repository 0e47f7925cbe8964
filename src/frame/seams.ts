/** The seams between rooms: what a source, a detector and a sink must be. */
import type { Observable, ObservableInput } from 'rxjs';
import type { DamageMap, NoiseEstimate } from './damage-map.js';
import type { Frame, FrameSize } from './frame.js';
import type { FramePool } from './frame-pool.js';

/** Known before the first frame; `width` and `height` are those of the frames (even). */
export interface SourceInfo extends FrameSize {
  readonly lane: string;
  /** Frames a second, the average when variable. */
  readonly frameRate: number;
  /** Expected number of frames; undefined when it cannot be known. */
  readonly frameCount?: number;
  /** µs; undefined when it cannot be known. */
  readonly duration?: number;
}

/** Cold: each subscription runs one child process, and ends it when unsubscribed. */
export interface Source<Info extends SourceInfo = SourceInfo> {
  readonly info: Info;
  frames(pool: FramePool): Observable<Frame>;
}

/** A memory that can be put down and taken up again, so that an interrupted job goes on exactly. */
export interface Resumable {
  /**
   * All that later answers depend on, as plain data that `v8.serialize` can write (no classes, no
   * functions); on loan until the next frame.
   */
  save(): unknown;
  /** Takes over what `save` gave in another session of the same lane, and keeps its arrays. */
  load(state: unknown): void;
}

/**
 * A detector's memory of one lane. Frames are lent for the call: not kept, not closed. A session that
 * is not `Resumable` makes a job begin anew when it was interrupted.
 */
export interface DetectorSession extends Partial<Resumable> {
  /**
   * Looks at `frame` (after all earlier ones of the lane). `next` is the frame that follows, where
   * the pipeline can look ahead (archives); without it the session must do with the past.
   */
  inspect(frame: Frame, next?: Frame): DamageMap;
  /**
   * Damage that stays in place: the belief as of the last inspected frame, for frames that wait in a
   * look-ahead window. Absent where damage comes and goes with the frame.
   */
  current?(): DamageMap;
  /**
   * What is known by now of the frame `seq`, inspected a while ago: what it has in common with later
   * frames may have told more. Undefined when it is too long ago.
   */
  revised?(seq: number): DamageMap | undefined;
  /** Forget everything: a discontinuity. */
  reset(): void;
}

export interface Detector {
  readonly kind: DamageMap['kind'];
  /** True: looked for only where the decoder reports errors; without one it cannot be. */
  readonly afterDecodeErrors?: boolean;
  open(info: SourceInfo): DetectorSession;
}

/** The noise meter's memory of one lane. */
export interface NoiseSession extends Resumable {
  /** `next`, where the pipeline can look ahead, makes the first frame's estimate a temporal one. */
  inspect(frame: Frame, next?: Frame): NoiseEstimate;
  reset(): void;
}

export interface SinkReport {
  readonly frames: number;
  readonly path?: string;
}

/** Closes every frame it is given, also on error and cancellation. */
export interface Sink {
  readonly policy: 'lossless' | 'latest';
  consume(frames: ObservableInput<Frame>): Observable<SinkReport>;
}
