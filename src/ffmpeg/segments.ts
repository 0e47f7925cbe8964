/** Writes restored pictures as a row of files, each complete in itself. */
import type { ColourTags } from '../frame/colour.js';
import type { FrameSize } from '../frame/frame.js';
import type { LiveEncoder } from './encode-live.js';
import { tagFilter, tagOptions } from './colour.js';
import type { Ffmpeg } from './find.js';
import { nutFrameHeader, nutHeader } from './nut-writer.js';
import { start } from './process.js';

export interface SegmentJob {
  readonly ffmpeg: Ffmpeg;
  readonly encoder: LiveEncoder;
  readonly size: FrameSize;
  readonly colour: ColourTags;
  readonly passthrough: readonly string[];
  /** With %03d for the number of the file. */
  readonly pattern: string;
  readonly seconds: number;
  /** A file was begun: the one before it is complete. */
  readonly onFile: (path: string) => void;
  /** The child ended, by itself or because it was told to: the last file is complete. */
  readonly onEnd: () => void;
}

export interface SegmentWriter {
  /** False when the encoder is busy with some others: the picture is left out. */
  write(data: Uint8Array, timestamp: number, done: () => void): boolean;
  /** Completes the last file. */
  end(): void;
}

const MOST_UNDER_WAY = 8;
/** How long the last file may take to be completed. */
const GRACE_MS = 3000;

/** Options of a segmenting output, which ends a file with the clock, at a key frame. */
export function segmentOutput(pattern: string, seconds: number): string[] {
  return [
    ...['-f', 'segment', '-segment_format', 'matroska', '-reset_timestamps', '1'],
    ...['-segment_time', String(seconds), '-segment_atclocktime', '1', pattern],
  ];
}

export function startSegments(job: SegmentJob): SegmentWriter {
  const { encoder, colour, size, passthrough } = job;
  const child = start({
    command: job.ffmpeg.ffmpeg,
    args: [
      ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+verbose', '-y', '-copyts'],
      ...['-probesize', '32', '-analyzeduration', '0', '-f', 'nut', '-i', 'pipe:0'],
      ...['-map', '0:v:0', '-vf', [...tagFilter(colour), 'null'].join(','), ...passthrough],
      ...[...tagOptions(colour), '-enc_time_base', '1:1000'],
      ...['-c:v', encoder.name, ...encoder.args, '-pix_fmt', 'yuv420p'],
      ...['-force_key_frames', 'expr:gte(t,n_forced*2)'],
      ...segmentOutput(job.pattern, job.seconds),
    ],
    stdin: 'pipe',
    onLine: (line) => {
      const path = /Opening '(.+)' for writing/.exec(line)?.[1];
      if (path !== undefined) job.onFile(path);
    },
  });
  void child.exited.then(job.onEnd);
  const { stdin } = child;
  if (stdin === null) throw new Error('an encoder without stdin');
  let origin: number | undefined;
  let last = -1;
  let writing = 0;
  return {
    write: (data, timestamp, done) => {
      if (!stdin.writable || writing >= MOST_UNDER_WAY) return false;
      stdin.cork();
      if (origin === undefined) {
        stdin.write(nutHeader({ ...size, fourcc: 'I420', timeBase: [1, 1000] }));
        origin = timestamp;
      }
      last = Math.max(last + 1, Math.round((timestamp - origin) / 1000));
      stdin.write(nutFrameHeader(last, data.length));
      writing++;
      stdin.write(data, () => {
        writing--;
        done();
      });
      stdin.uncork();
      return true;
    },
    end: () => {
      stdin.end();
      const timer = setTimeout(() => {
        child.kill();
      }, GRACE_MS);
      void child.exited.then(() => {
        clearTimeout(timer);
      });
    },
  };
}
