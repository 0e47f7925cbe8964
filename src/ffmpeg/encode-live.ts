/** Runs one live H.264 encoder: pictures in, access units out, none held back. */
import { RelensError } from '../errors.js';
import type { ColourTags } from '../frame/colour.js';
import type { FrameSize } from '../frame/frame.js';
import { nowMs } from '../frame/live-seams.js';
import { canEncode } from './abilities.js';
import { tagFilter, tagOptions } from './colour.js';
import { reason } from './failure.js';
import type { Ffmpeg } from './find.js';
import { FlvReader } from './flv.js';
import { nutFrameHeader, nutHeader } from './nut-writer.js';
import { start } from './process.js';

export interface LiveEncodeJob<T> {
  readonly ffmpeg: Ffmpeg;
  readonly encoder: LiveEncoder;
  readonly size: FrameSize;
  readonly colour: ColourTags;
  readonly passthrough: readonly string[];
  readonly onUnit: (unit: EncodedUnit<T>) => void;
  /** The encoder died by itself. */
  readonly onFailed: (error: RelensError) => void;
}

export interface RunningEncoder<T> {
  /** A picture that comes while the encoder is busy with some others is left out. */
  write(picture: LivePictureIn<T>): void;
  kill(): void;
}

/** A picture to encode, with whatever belongs to it. */
export interface LivePictureIn<T> {
  /** Parts of the yuv420p picture, in their order. */
  readonly parts: readonly Uint8Array[];
  /** µs, growing. */
  readonly timestamp: number;
  readonly about: T;
  /** Called when the parts are no longer needed. */
  readonly done: () => void;
}

export interface EncodedUnit<T> {
  readonly key: boolean;
  readonly data: Uint8Array;
  readonly codec: string;
  readonly encodedMs: number;
  readonly about: T;
}

/** An encoder of this machine that works, and its options. */
export interface LiveEncoder {
  readonly name: string;
  readonly args: readonly string[];
}

/** Seconds from key frame to key frame: what a late viewer is given at once, and no more. */
const GROUP_S = 2;
/** Pictures on their way into the encoder; more than this and it is too slow. */
const MOST_UNDER_WAY = 3;

const X264 = ['-preset', 'superfast', '-tune', 'zerolatency', '-crf', '23', '-profile:v', 'high'];
/** In the order of preference; those that know only a bit rate are given one. */
const CANDIDATES: readonly LiveEncoder[] = [
  {
    name: 'libx264',
    args: [...X264, '-x264-params', 'repeat-headers=0:sliced-threads=0:threads=1'],
  },
  {
    name: 'h264_nvenc',
    args: ['-preset', 'p3', '-tune', 'ull', '-rc', 'vbr', '-cq', '25', '-bf', '0'],
  },
  {
    name: 'h264_qsv',
    args: ['-preset', 'veryfast', '-global_quality', '25', '-bf', '0', '-async_depth', '1'],
  },
  { name: 'h264_videotoolbox', args: ['-realtime', '1', '-b:v', '4M', '-bf', '0'] },
  { name: 'h264_mf', args: ['-b:v', '4M'] },
  { name: 'libopenh264', args: ['-b:v', '4M'] },
];

/** @throws RelensError CODEC_MISSING */
export async function chooseLiveEncoder(ffmpeg: Ffmpeg): Promise<LiveEncoder> {
  for (const candidate of CANDIDATES) {
    if (await canEncode(ffmpeg, candidate.name, { args: candidate.args })) return candidate;
  }
  throw new RelensError(
    'CODEC_MISSING',
    'a live picture needs an H.264 encoder (libx264 or a hardware one), this ffmpeg has none: ' +
      'install an ffmpeg with libx264',
  );
}

/** Starts the child; whoever started it kills it. */
export function startLiveEncoder<T>(job: LiveEncodeJob<T>): RunningEncoder<T> {
  const child = start({
    command: job.ffmpeg.ffmpeg,
    args: encodeArgs(job),
    stdin: 'pipe',
    stdout: 'pipe',
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('an encoder without pipes');
  const underWay: { readonly stamp: number; readonly about: T }[] = [];
  const flv = new FlvReader();
  let killed = false;
  stdout.on('data', (chunk: Buffer) => {
    for (const { key, data, timestampMs } of flv.push(chunk)) {
      // Units come in the order of the pictures; what the encoder left out is passed over.
      while ((underWay[0]?.stamp ?? timestampMs) < timestampMs) underWay.shift();
      const first = underWay.shift();
      if (first === undefined || killed) continue;
      job.onUnit({ key, data, codec: flv.codec, encodedMs: nowMs(), about: first.about });
    }
  });
  void child.exited.then(() => {
    if (killed) return;
    const why = reason(child.stderr);
    job.onFailed(new RelensError('FFMPEG_FAILED', `the live encoder ended (${why})`));
  });
  let origin: number | undefined;
  let last = -1;
  let writing = 0;
  return {
    kill: () => {
      killed = true;
      child.kill();
    },
    write: ({ parts, timestamp, about, done }) => {
      if (!stdin.writable || writing >= MOST_UNDER_WAY || underWay.length >= 2 * MOST_UNDER_WAY) {
        done();
        return;
      }
      stdin.cork();
      if (origin === undefined) {
        const { width, height } = job.size;
        stdin.write(nutHeader({ width, height, fourcc: 'I420', timeBase: [1, 1000] }));
        origin = timestamp;
      }
      const stamp = (last = Math.max(last + 1, Math.round((timestamp - origin) / 1000)));
      stdin.write(
        nutFrameHeader(
          stamp,
          parts.reduce((sum, part) => sum + part.length, 0),
        ),
      );
      underWay.push({ stamp, about });
      writing++;
      parts.forEach((part, index) => {
        stdin.write(part, () => {
          if (index < parts.length - 1) return;
          writing--;
          done();
        });
      });
      stdin.uncork();
    },
  };
}

function encodeArgs<T>({ encoder, colour, passthrough }: LiveEncodeJob<T>): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-copyts'],
    ...['-probesize', '32', '-analyzeduration', '0', '-f', 'nut', '-i', 'pipe:0', '-map', '0:v:0'],
    ...['-vf', [...tagFilter(colour), 'null'].join(','), ...passthrough],
    ...['-enc_time_base', '1:1000', ...tagOptions(colour)],
    ...['-c:v', encoder.name, ...encoder.args, '-pix_fmt', 'yuv420p', '-g', '600'],
    ...['-force_key_frames', `expr:gte(t,n_forced*${GROUP_S})`, '-flush_packets', '1'],
    ...['-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
  ];
}
