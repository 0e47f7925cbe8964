/** Chooses the sink of an archived restore by the name of its output. */
import type { Observable, ObservableInput } from 'rxjs';
import { RelensError } from '../errors.js';
import type { Frame } from '../frame/frame.js';
import type { Sink, SinkReport } from '../frame/seams.js';
import { images, isImageOutput } from './images.js';
import { videoFile, type VideoFileSpec } from './video-file.js';

export interface ArchiveReport extends SinkReport {
  /** What could not be kept as it was, in words. */
  readonly notes?: readonly string[];
}

export interface ArchiveSink extends Sink {
  consume(frames: ObservableInput<Frame>): Observable<ArchiveReport>;
}

/** @throws RelensError USAGE, for what images cannot hold */
export function archiveSink(spec: VideoFileSpec): ArchiveSink {
  if (!isImageOutput(spec.path)) return videoFile(spec);
  refuseVideoOptions(spec);
  return images(spec);
}

/** @throws RelensError USAGE, for what images cannot hold */
export function refuseVideoOptions({ path, lossless, codec, crf }: VideoFileSpec): void {
  if (!lossless && codec === undefined && crf === undefined) return;
  throw new RelensError(
    'USAGE',
    `${path}: images take no --lossless, --codec or --crf; leave them out, or name a .mkv`,
  );
}
