/** The seam of archived sources: what is asked of a file, and what a file gives. */
import type { Observable } from 'rxjs';
import type { Frame } from '../frame/frame.js';
import type { FramePool } from '../frame/frame-pool.js';
import type { SecondPictures } from '../ffmpeg/second-decoder.js';
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
  /**
   * @param others filled with what a second decoder, which conceals losses otherwise, shows of a
   *   frame, before the frame comes, where the two differ
   */
  frames(pool: FramePool, others?: SecondPictures): Observable<Frame>;
  /** Of the latest subscription; complete once it has ended. */
  readonly report: () => DecodeReport;
  /**
   * Cold: decodes the part that is read once, without looking at it, and emits true when the decoder
   * reports errors anywhere. While frames are read, errors come by a pipe of their own, early or late.
   */
  readonly isDamaged: () => Observable<boolean>;
}

export type { DecodeReport, FileInfo, SecondPictures };
