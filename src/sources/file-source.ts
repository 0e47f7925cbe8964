/** The seam of archived sources: what is asked of a file, and what a file gives. */
import type { DecodeReport, FileInfo } from '../ffmpeg/file-info.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import type { Source } from '../frame/seams.js';

export interface FileSpec {
  /** A video, a folder of images, an image, or a pattern such as `dir/%04d.png`. */
  readonly path: string;
  readonly ffmpeg: Ffmpeg;
  /** Seconds from the start of the file. */
  readonly start?: number;
  readonly end?: number;
  /** Frames a second, for inputs without timestamps; ignored where there are timestamps. */
  readonly frameRate?: number;
  /** auto: interlaced frames, by the stream's flag, become progressive. */
  readonly deinterlace: 'auto' | 'off';
  /** Wider pictures are scaled down to this, to an even size. */
  readonly maxWidth?: number;
  /** Default: the path. */
  readonly lane?: string;
}

export interface FileSource extends Source<FileInfo> {
  /** Of the latest subscription; complete once it has ended. */
  readonly report: () => DecodeReport;
  /** Errors that the decoder of the latest subscription has printed by now. */
  readonly errorsSoFar: () => number;
}

export type { DecodeReport, FileInfo };
