/** Writes pictures, or packets as they come, as a row of files, each complete in itself. */
import type { ColourTags } from '../frame/colour.js';
import type { FrameSize } from '../frame/frame.js';
import type { LiveEncoder } from './encode-live.js';
import { tagFilter, tagOptions } from './colour.js';
import { ending } from './failure.js';
import type { Ffmpeg } from './find.js';
import { nutFrameHeader, nutHeader } from './nut-writer.js';
import { start } from './process.js';

/** A row of files. */
export interface SegmentRow {
  readonly ffmpeg: Ffmpeg;
  /** With %03d for the number of the file. */
  readonly pattern: string;
  readonly seconds: number;
  /** A file was begun: the one before it is complete. */
  readonly onFile: (path: string) => void;
  /**
   * The child ended, by itself or because it was told to.
   * @param complete so is the last file
   * @param failure why no more can be written
   */
  readonly onEnd: (complete: boolean, failure?: string) => void;
}

export interface SegmentJob extends SegmentRow {
  readonly encoder: LiveEncoder;
  readonly size: FrameSize;
  readonly colour: ColourTags;
  readonly passthrough: readonly string[];
}

export interface SegmentWriter {
  /** False when the encoder is busy with some others: the picture is left out. */
  write(data: Uint8Array, timestamp: number, done: () => void): boolean;
  /** Completes the last file. */
  end(): void;
}

export interface SegmentCopier {
  /** The next bytes of a Matroska stream. */
  write(chunk: Uint8Array): void;
  /** Completes the last file. */
  end(): void;
}

const MOST_UNDER_WAY = 8;
/** How long the last file may take to be completed. */
const GRACE_MS = 3000;

/** Bytes that may wait for a slow disk; then the recording is given up. */
const MOST_WAITING = 16 * 2 ** 20;

/** Reasons for which files cannot be written, as ffmpeg says them. */
const REASONS = /No space left on device|Read-only file system|Permission denied|No such file.*/;

/** Encodes pictures. */
export function startSegments(job: SegmentJob): SegmentWriter {
  const { encoder, colour, size, passthrough } = job;
  const { stdin, end } = startRow(job, [
    ...['-copyts', '-probesize', '32', '-analyzeduration', '0', '-f', 'nut', '-i', 'pipe:0'],
    ...['-map', '0:v:0', '-vf', [...tagFilter(colour), 'null'].join(','), ...passthrough],
    ...[...tagOptions(colour), '-enc_time_base', '1:1000'],
    ...['-c:v', encoder.name, ...encoder.args, '-pix_fmt', 'yuv420p'],
    ...['-force_key_frames', 'expr:gte(t,n_forced*2)'],
  ]);
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
    end,
  };
}

/** Copies packets, whatever they hold. */
export function startCopy(row: SegmentRow): SegmentCopier {
  let tooSlow = false;
  const onEnd: SegmentRow['onEnd'] = (complete, failure) => {
    row.onEnd(complete, tooSlow ? 'the disk is too slow' : failure);
  };
  let started: ReturnType<typeof startRow> | undefined;
  return {
    write: (chunk) => {
      // Of a camera that does not come nothing is copied.
      started ??= startRow({ ...row, onEnd }, [
        ...['-probesize', '32', '-analyzeduration', '0', '-f', 'matroska', '-i', 'pipe:0'],
        ...['-map', '0', '-c', 'copy'],
      ]);
      const { stdin, kill } = started;
      if (!stdin.writable) return;
      stdin.write(chunk);
      if (stdin.writableLength <= MOST_WAITING) return;
      tooSlow = true;
      kill();
    },
    end: () => started?.end(),
  };
}

/** A file ends with the clock, at a key frame. */
function startRow({ ffmpeg, pattern, seconds, onFile, onEnd }: SegmentRow, coding: string[]) {
  const child = start({
    command: ffmpeg.ffmpeg,
    args: [
      ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+verbose', '-y', ...coding],
      ...['-f', 'segment', '-segment_format', 'matroska', '-reset_timestamps', '1'],
      ...['-segment_time', String(seconds), '-segment_atclocktime', '1', pattern],
    ],
    stdin: 'pipe',
    onLine: (line) => {
      const path = /Opening '(.+)' for writing/.exec(line)?.[1];
      if (path !== undefined) onFile(path);
    },
  });
  let told = false;
  void child.exited.then((exit) => {
    if (exit.code === 0) {
      onEnd(true);
      return;
    }
    const said = child.stderr.lines.flatMap((line) => REASONS.exec(line)?.[0] ?? []);
    // What was cut short before a file could begin is no fault of the disk.
    onEnd(false, said[0] ?? (told ? undefined : ending(exit)));
  });
  const { stdin } = child;
  if (stdin === null) throw new Error('an encoder without stdin');
  const kill = () => {
    child.kill();
  };
  const end = () => {
    told = true;
    stdin.end();
    const timer = setTimeout(kill, GRACE_MS);
    void child.exited.then(() => {
      clearTimeout(timer);
    });
  };
  return { stdin, end, kill };
}
