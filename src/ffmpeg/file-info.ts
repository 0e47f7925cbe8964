/** What is known of an archived file before its first frame: the words sources and sinks share. */
import type { SourceInfo } from '../frame/seams.js';
import type { ColourTags, Rational } from './probe.js';

export interface FileInfo extends SourceInfo {
  readonly path: string;
  /** Upright, before padding to even; `width` and `height` are these rounded up to even. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** ffmpeg's names of the file's own container, codec and pixel format. */
  readonly container: string;
  readonly codec: string;
  readonly pixelFormat: string;
  /** Of the frames that are emitted; the same as the file's, except for RGB files. */
  readonly colour: ColourTags;
  readonly sampleAspect?: Rational;
  /** Seconds of one tick; a frame's `timestamp` rounds back to an exact tick of it. */
  readonly timeBase: Rational;
  /** The average as a fraction. */
  readonly rate: Rational;
  /** True when every frame lasts as long (image sequences, raw streams). */
  readonly constantRate: boolean;
  /** Language and title of the video stream. */
  readonly tags: Readonly<Record<string, string>>;
  /** False for images: there is nothing beside the pictures that an output could take over. */
  readonly isFilm: boolean;
  readonly hasAudio: boolean;
  readonly hasSubtitles: boolean;
  readonly chapters: number;
  /** What bringing the input to yuv420p cost, in words; empty when nothing. */
  readonly conversions: readonly string[];
}

/** How decoding went; complete once the frames have. */
export interface DecodeReport {
  readonly frames: number;
  /** Errors that ffmpeg printed while decoding. */
  readonly errorLines: number;
  /** What could not be decoded, in words; empty when nothing was lost. */
  readonly lost: readonly string[];
}
