/** What happens to a camera as a whole: it is covered, turned away, frozen … from when until when. */

/** Named as in docs/detection.md. `frozen` is also a recording that plays in a loop. */
export const CAMERA_EVENT_KINDS = [
  'covered',
  'sprayed',
  'defocused',
  'moved',
  'frozen',
  'black',
  'no-signal',
  'too-bright',
  'too-dark',
  'lens-dirty',
  'dazzled',
] as const;
export type CameraEventKind = (typeof CAMERA_EVENT_KINDS)[number];

export interface CameraEvent {
  readonly kind: CameraEventKind;
  /** µs of the lane's time: the first frame that showed it. */
  readonly start: number;
  /** µs at which it had lasted long enough to be believed. */
  readonly raised: number;
  /** µs of the first frame that no longer showed it; absent while it goes on. */
  readonly end?: number;
  /** 0–1: how far the evidence went beyond what was asked of it, at its clearest. */
  readonly confidence: number;
  /** One sentence with the figures that decided. */
  readonly reason: string;
}

/** One lane's memory of what its view usually is. Frames are lent for the call. */
export interface CameraEventSession {
  /** The events that this frame raised (without `end`) or ended (with it). */
  inspect(frame: EventFrame): readonly CameraEvent[];
  /** Those that go on. */
  active(): readonly CameraEvent[];
  /** Forget the usual view too: another camera, another size. A reconnect is no reason. */
  reset(): void;
}

/** What a session needs of a frame. */
export interface EventFrame {
  readonly width: number;
  readonly height: number;
  /** µs */
  readonly timestamp: number;
  /** yuv420p planes. */
  readonly data: Uint8Array;
}
