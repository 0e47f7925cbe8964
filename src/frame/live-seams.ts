/** The seam between the live pipeline and whatever shows it: cameras, their state, their streams. */
import type { Observable } from 'rxjs';
import type { ColourTags } from './colour.js';
import type { Frame, FrameSize } from './frame.js';
import type { ProvenanceShares } from './provenance.js';

/** When a frame was where: ms since the epoch by our own monotonic clock (see `nowMs`). */
export interface FrameTimes {
  /** Its last packet had come from the camera. */
  readonly receivedMs: number;
  readonly decodedMs: number;
  /** Restored, or let through unrestored. */
  readonly restoredMs: number;
  /** Its access unit left the encoder; 0 where it was not encoded. */
  readonly encodedMs: number;
}

/** ms since the epoch that never jump back, whatever is done to the system's clock. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * One H.264 access unit of the stacked picture: the restored frame above, the untouched original
 * below, so that one encode keeps both in sync. Its coded size is `[2 * height, width]`.
 */
export interface AccessUnit {
  /** Starts a group of pictures; SPS and PPS are in `data` then. */
  readonly key: boolean;
  /** Annex B: every NAL unit after a start code of four bytes. Shared among subscribers: not changed. */
  readonly data: Uint8Array;
  /** RFC 6381, for example `avc1.42c01e`. */
  readonly codec: string;
  /** Of one of the two pictures; a key unit with another size or codec may come at any time. */
  readonly width: number;
  readonly height: number;
  /** µs since the camera's lane began; goes on rising over reconnections. */
  readonly timestamp: number;
  /** Index of the frame in its lane; gaps are frames that were dropped. */
  readonly seq: number;
  readonly times: FrameTimes;
  /** True: nobody had the time to restore it; only damage that stays is repaired, as it was before. */
  readonly passedThrough: boolean;
  /** False: the decoder reported errors or packets were lost, and no key frame has come since. */
  readonly trusted: boolean;
}

/** Mask and provenance of one frame, on the chroma grid `[rows, columns]`. */
export interface Overlay {
  readonly seq: number;
  /** As that of the access unit. */
  readonly timestamp: number;
  readonly columns: number;
  readonly rows: number;
  /** 255 = repaired. */
  readonly mask: Uint8Array;
  /** See frame/provenance.ts. */
  readonly provenance: Uint8Array;
}

/**
 * One frame as it leaves the restorer, lent for the call of `next`: `clone()` what must outlive it,
 * and close the clone soon, since it holds one of the few slots of the lane.
 */
export interface LivePicture {
  readonly original: Frame;
  readonly restored: Frame;
  readonly overlay: Overlay;
  readonly times: FrameTimes;
  readonly passedThrough: boolean;
  /** False: the decoder reported errors or packets were lost, and no key frame has come since. */
  readonly trusted: boolean;
  /** Grey levels. */
  readonly sigma: number;
}

export type CameraStatus =
  'connecting' | 'live' | 'stalled' | 'unauthorised' | 'failed' | 'stopped';

/** Something is wrong with the view of a camera that sends pictures: covered, frozen, moved. */
export interface ViewTrouble {
  /** See frame/camera-event.ts. */
  readonly kind: string;
  readonly since: number;
  /** A sentence for a person. */
  readonly text: string;
}

/** All times are ms since the epoch, as `nowMs`. */
export interface CameraState {
  readonly name: string;
  /** The address without user, password and query. */
  readonly address: string;
  readonly status: CameraStatus;
  /** Why it is not live: a sentence for a person, without secrets. */
  readonly reason?: string;
  /** When this status began. */
  readonly since: number;
  readonly lastPictureMs?: number;
  /** When the next connection is tried; absent while one is being tried. */
  readonly nextAttemptMs?: number;
  /** Connections tried in vain since the last picture. */
  readonly attempts: number;
  /** Of one picture, even; 0 before the first one. */
  readonly width: number;
  readonly height: number;
  /** Frames a second as they come from the camera; 0 when unknown. */
  readonly fps: number;
  /** As ffmpeg names what the camera sends, for example `h264`; empty before the first picture. */
  readonly codec: string;
  /** How the samples of its pictures are to be read. */
  readonly colour: ColourTags;
  /** What is wrong with the view now; empty when nothing is. */
  readonly view: readonly ViewTrouble[];
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** The last ten seconds, except where it says total. */
export interface CameraFigures {
  /** Frames a second that left the restorer. */
  readonly fps: number;
  /** Received to restored, ms. */
  readonly latency: Percentiles;
  /** Received to encoded, ms; 0 while nobody watches, for then nothing is encoded. */
  readonly encodedLatency: Percentiles;
  /** Frames in total. */
  readonly frames: number;
  /** Frames in total that were thrown away because the lane was full. */
  readonly dropped: number;
  /** Frames in total that went through unrestored because the network was late. */
  readonly passedThrough: number;
  /** Frames in total that came after errors or lost packets, before the next key frame. */
  readonly distrusted: number;
  /** Share of frames that went through unrestored, 0–1. */
  readonly passedThroughShare: number;
  /** Grey levels, of the newest frame. */
  readonly noise: number;
  /** Share of cells repaired in the newest frame, 0–1. */
  readonly repairedShare: number;
  /** Of the newest frame. */
  readonly provenance: ProvenanceShares;
  /** Milliseconds that the network takes for one frame. */
  readonly networkMs: Percentiles;
  /** Connections lost in total. */
  readonly reconnects: number;
  /** Errors that the decoder reported, in total. */
  readonly decodeErrors: number;
}

/** Something that happened to a camera: it went away, it changed size. */
export interface CameraEvent {
  /** Rises by one from event to event of the hub. */
  readonly id: number;
  readonly camera: string;
  /**
   * For example `live`, `stalled`, `unauthorised`, `failed`, `size`, `added`, `removed`, `late`,
   * `record-failed`; and what happened to the view, named as in frame/camera-event.ts.
   */
  readonly kind: string;
  readonly start: number;
  /** Absent while it lasts, and for what has no length. */
  readonly end?: number;
  /** A sentence for a person, without secrets. */
  readonly text: string;
}

/** Polygons: corners as shares of the picture's width and height, 0–1 from the upper left. */
export type Areas = readonly (readonly (readonly [number, number])[])[];

/** What a camera is told; the rules of the values are in config/cameras.ts. */
export interface CameraConfig {
  /** Letters, digits, `-` and `_`: it stands in addresses and file names. */
  readonly name: string;
  /** rtsp, rtsps, http, https or the path of a file; may hold a user and a password. */
  readonly url: string;
  /** How RTP travels; `auto` asks for TCP and takes UDP where the camera refuses. */
  readonly transport?: 'auto' | 'tcp' | 'udp';
  /** Pictures wider than this are scaled down before they are restored. */
  readonly maxWidth?: number;
  /** Folder for the original and restored segments. */
  readonly record?: string;
  /** rtsp address to which the restored picture is published. */
  readonly publish?: string;
  /** Drawn by hand, besides those of all cameras: to be repaired. */
  readonly damaged?: Areas;
  /** The same: to be left alone. */
  readonly keep?: Areas;
}

/** Copies, for whoever wants to keep them. */
export interface Snapshot extends FrameSize {
  readonly camera: string;
  readonly colour: ColourTags;
  /** yuv420p planes, as in Frame. */
  readonly original: Uint8Array;
  readonly restored: Uint8Array;
  readonly overlay: Overlay;
  readonly times: FrameTimes;
  readonly passedThrough: boolean;
  /** False: the decoder reported errors or packets were lost, and no key frame has come since. */
  readonly trusted: boolean;
  readonly sigma: number;
}

/** A running camera. All streams are hot and shared; they complete when the camera is removed. */
export interface LiveCamera {
  readonly name: string;
  state(): CameraState;
  /** Replays the newest state, then every change. */
  readonly state$: Observable<CameraState>;
  figures(): CameraFigures;
  /**
   * One encode however many subscribe, none when nobody does. A late joiner is given the current
   * group of pictures first, from its key unit. Nothing is held back for a slow subscriber: whoever
   * cannot keep up leaves units out and goes on with the next key unit.
   */
  readonly units$: Observable<AccessUnit>;
  /** One for each frame that leaves the restorer; arrays are shared: not changed. */
  readonly overlays$: Observable<Overlay>;
  readonly pictures$: Observable<LivePicture>;
  /** The next picture. @throws RelensError CAMERA_NOT_LIVE when none comes within two seconds */
  snapshot(): Promise<Snapshot>;
}

/** All cameras of one run; changes touch only the camera they name. */
export interface LiveHub {
  /** In the order in which they were added. */
  cameras(): readonly LiveCamera[];
  camera(name: string): LiveCamera | undefined;
  /** Emits the name of a camera that was added, changed or removed. */
  readonly changes$: Observable<{
    readonly kind: 'added' | 'changed' | 'removed';
    readonly name: string;
  }>;
  /** @throws RelensError CONFIG, or CAMERA_EXISTS */
  add(config: CameraConfig): void;
  /** Starts the camera anew with these settings. @throws RelensError CONFIG, or CAMERA_NOT_FOUND */
  change(name: string, config: CameraConfig): void;
  /** @throws RelensError CAMERA_NOT_FOUND */
  remove(name: string): void;
  /** Emits an event when it begins and, where it has a length, again when it ends (same id). */
  readonly events$: Observable<CameraEvent>;
  /** The newest thousand, oldest first. */
  events(): readonly CameraEvent[];
}
