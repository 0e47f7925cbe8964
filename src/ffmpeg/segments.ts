/** Writes restored pictures as a row of files, each complete in itself. */
import type { ColourTags } from '../frame/colour.js';
import type { FrameSize } from '../frame/frame.js';
import type { LiveEncoder } from './encode-live.js';
import { tagFilter, tagOptions } from './colour.js';
import { ending } from './failure.js';
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
  /** The child ended, by itself or because it was told to: the last file is complete, or why not. */
  readonly onEnd: (failure: string | undefined) => void;
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

/** A file ends with the clock, at a key frame. */
const optionsOf = (seconds: number) => ({
  ...{ segment_format: 'matroska', reset_timestamps: 1 },
  ...{ segment_time: seconds, segment_atclocktime: 1 },
});

/**
 * Options of an output that copies what comes into a row of files. When these cannot be written only
 * they end, and `copyFailure` tells: what else the same ffmpeg does goes on.
 */
export function segmentCopy(pattern: string, seconds: number): string[] {
  const options = Object.entries({ f: 'segment', ...optionsOf(seconds), onfail: 'ignore' });
  const told = options.map(([name, value]) => `${name}=${value}`).join(':');
  const path = pattern.replace(/[\\'|[\]]/g, String.raw`\$&`);
  // The first one takes everything: ffmpeg goes on as long as one of them does.
  return ['-c', 'copy', '-f', 'tee', `[f=null]-|[${told}]${path}`];
}

/** Why the files of `segmentCopy` cannot be written, when this line of ffmpeg says so. */
export function copyFailure(line: string): string | undefined {
  return /^\[tee @ .*Slave muxer #1 failed: (.+), continuing/.exec(line)?.[1];
}

/** Reasons for which files cannot be written, as ffmpeg says them. */
const REASONS = /No space left on device|Read-only file system|Permission denied|No such file.*/;

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
      ...['-f', 'segment'],
      ...Object.entries(optionsOf(job.seconds)).flatMap(([name, value]) => [
        `-${name}`,
        `${value}`,
      ]),
      job.pattern,
    ],
    stdin: 'pipe',
    onLine: (line) => {
      const path = /Opening '(.+)' for writing/.exec(line)?.[1];
      if (path !== undefined) job.onFile(path);
    },
  });
  void child.exited.then((exit) => {
    const said = child.stderr.lines.flatMap((line) => REASONS.exec(line)?.[0] ?? []);
    job.onEnd(exit.code === 0 ? undefined : (said[0] ?? ending(exit)));
  });
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
