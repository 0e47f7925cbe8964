/** One video file as a source: MP4, MKV, AVI, TS, raw streams, whatever ffmpeg reads. */
import { defer, type Observable } from 'rxjs';
import { RelensError } from '../errors.js';
import { LOCAL_ONLY } from '../ffmpeg/args.js';
import { listed, passthrough } from '../ffmpeg/abilities.js';
import { decode, type Clock, type DecodeJob } from '../ffmpeg/decode.js';
import { planDoor, type Door } from '../ffmpeg/door.js';
import { evenSize } from '../ffmpeg/picture.js';
import {
  clockOrigin,
  probeFile,
  type ProbedFile,
  type Rational,
  type VideoStream,
} from '../ffmpeg/probe.js';
import type { Frame } from '../frame/frame.js';
import type { FramePool } from '../frame/frame-pool.js';
import type { DecodeReport, FileInfo, FileSource, FileSpec } from './file-source.js';
import { decodeReport, NOTHING_DECODED, type Expected } from './lost.js';

/** How ffmpeg is to be told of the input. */
export interface Input {
  /** Before `-i`. */
  readonly args: readonly string[];
  readonly url: string;
  readonly stdin?: Uint8Array;
  /** Frames a second where the input has no timestamps of its own. */
  readonly rate?: Rational;
  /** As counted beforehand. */
  readonly frames?: number;
}

/** Containers without timestamps: ffmpeg would invent 25 frames a second. */
const TIMELESS = new Set(['h264', 'hevc', 'mjpeg', 'm4v', 'obu', 'cavsvideo', 'vvc', 'evc']);
/** Containers that ffmpeg reads out of texts. */
const TEXTS = new Set(['tty', 'bin', 'xbin', 'adf', 'idf']);

export async function openVideo(spec: FileSpec): Promise<FileSource> {
  const url = `file:${spec.path}`;
  const file = await probe(spec, { args: LOCAL_ONLY, url });
  if (file.format.split(',').some((name) => TIMELESS.has(name))) {
    if (spec.frameRate === undefined) {
      throw new RelensError(
        'INPUT_NEEDS_RATE',
        `${spec.path} is a raw ${file.format} stream without timestamps: ` +
          'give its frames a second with --fps N',
      );
    }
    return fileSource(spec, file, { args: LOCAL_ONLY, url, rate: asRational(spec.frameRate) });
  }
  return fileSource(spec, file, { args: LOCAL_ONLY, url });
}

/** @throws RelensError INPUT_NOT_VIDEO */
export async function probe(spec: FileSpec, input: Input): Promise<ProbedFile> {
  try {
    const stdin = input.stdin === undefined ? {} : { input: input.stdin };
    return await probeFile(spec.ffmpeg, input.url, { inputArgs: input.args, ...stdin });
  } catch (cause) {
    if (!(cause instanceof RelensError) || cause.code !== 'INPUT_NOT_VIDEO') throw cause;
    throw new RelensError('INPUT_NOT_VIDEO', `${spec.path}: ${cause.message}`, { cause });
  }
}

/** The source of a file that has been probed. */
export async function fileSource(
  spec: FileSpec,
  file: ProbedFile,
  input: Input,
): Promise<FileSource> {
  const video = realVideo(spec.path, file);
  const filters = await listed(spec.ffmpeg, 'filters');
  const deinterlacer = ['bwdif', 'yadif'].find((name) => filters.has(name));
  const door = planDoor(video, {
    deinterlace: spec.deinterlace,
    ...(deinterlacer === undefined ? {} : { deinterlacer }),
    ...(spec.maxWidth === undefined ? {} : { maxWidth: spec.maxWidth }),
  });
  const rate = input.rate ?? video.frameRate ?? [25, 1];
  const span = trimmed(spec, file, video, input, rate);
  const info = describe(spec, file, video, door, rate, input, span);
  const job: DecodeJob = {
    ffmpeg: spec.ffmpeg,
    lane: info.lane,
    input: [...span.args, ...input.args, '-i', input.url],
    ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
    map: `0:${video.index}`,
    filter: span.filter + door.filter,
    passthrough: await passthrough(spec.ffmpeg),
    display: door.display,
    clock: clockOf(spec, file, video, input),
  };
  let report: DecodeReport = NOTHING_DECODED;
  return {
    info,
    frames: (pool: FramePool): Observable<Frame> =>
      defer(() => {
        report = NOTHING_DECODED;
        return decode(job, pool, (outcome) => (report = decodeReport(outcome, span.expected)));
      }),
    report: () => report,
  };
}

function realVideo(path: string, file: ProbedFile): VideoStream {
  const names = file.format.split(',');
  if (names.some((name) => TEXTS.has(name))) {
    throw new RelensError('INPUT_NOT_VIDEO', `${path} is a text, not a video`);
  }
  const { video } = file;
  if (video === undefined) {
    const holds = file.audio.length > 0 ? 'only sound' : 'no stream that can be shown';
    throw new RelensError('INPUT_NOT_VIDEO', `${path} has no video stream: it holds ${holds}`);
  }
  if (video.width === 0 || video.height === 0 || video.pixelFormat === 'unknown') {
    throw new RelensError(
      'INPUT_NOT_VIDEO',
      `${path}: its video stream (${video.codec}) holds no picture that can be decoded`,
    );
  }
  return video;
}

function clockOf(spec: FileSpec, file: ProbedFile, video: VideoStream, input: Input): Clock {
  if (input.rate !== undefined) return { kind: 'counted', rate: input.rate };
  const origin = clockOrigin(file) + Math.round((spec.start ?? 0) * 1e6);
  return { kind: 'stamped', timeBase: video.timeBase, origin };
}

interface Span {
  /** Input options. */
  readonly args: readonly string[];
  /** In front of the other filters. */
  readonly filter: string;
  readonly expected: Expected;
  /** What to tell of the length, exact or not. */
  readonly frames?: number;
}

/** From `start` to `end`, by the clock, or by counting where there is none. */
function trimmed(
  spec: FileSpec,
  file: ProbedFile,
  video: VideoStream,
  input: Input,
  rate: Rational,
): Span {
  const { start = 0, end } = spec;
  if (end !== undefined && end <= start) {
    throw new RelensError('USAGE', `--end ${end} is not after --start ${start}`);
  }
  const perSecond = rate[0] / rate[1];
  const frameDuration = 1e6 / perSecond;
  const whole = video.duration ?? file.duration;
  const counted = input.frames ?? video.frames;
  if (spec.start === undefined && end === undefined) {
    const timed = whole === undefined ? undefined : Math.round((whole / 1e6) * perSecond);
    const frames = counted ?? (input.rate === undefined ? timed : undefined);
    const duration = input.rate === undefined ? whole : undefined;
    return {
      args: [],
      filter: '',
      expected: {
        frameDuration,
        ...(counted === undefined ? {} : { frames: counted }),
        ...(duration === undefined ? {} : { duration }),
      },
      ...(frames === undefined ? {} : { frames }),
    };
  }
  const to = Math.min(end ?? Infinity, (whole ?? Infinity) / 1e6);
  const seconds = to - start;
  const frames = Number.isFinite(seconds) ? { frames: Math.round(seconds * perSecond) } : {};
  if (input.rate !== undefined) {
    const first = Math.round(start * perSecond);
    const last = end === undefined ? '' : `:end_frame=${Math.round(end * perSecond)}`;
    const filter = `trim=start_frame=${first}${last},`;
    return { args: [], filter, expected: { frameDuration }, ...(end === undefined ? {} : frames) };
  }
  const args = ['-ss', String(start), ...(end === undefined ? [] : ['-t', String(end - start)])];
  return { args, filter: '', expected: { frameDuration }, ...frames };
}

function describe(
  spec: FileSpec,
  file: ProbedFile,
  video: VideoStream,
  door: Door,
  rate: Rational,
  input: Input,
  span: Span,
): FileInfo {
  const constantRate = input.rate !== undefined;
  return {
    ...evenSize(door.display),
    lane: spec.lane ?? spec.path,
    path: spec.path,
    displayWidth: door.display.width,
    displayHeight: door.display.height,
    container: file.format,
    codec: video.codec,
    pixelFormat: video.pixelFormat,
    colour: door.colour,
    ...(door.sampleAspect === undefined ? {} : { sampleAspect: door.sampleAspect }),
    frameRate: rate[0] / rate[1],
    rate,
    constantRate,
    timeBase: constantRate ? [rate[1], rate[0]] : video.timeBase,
    ...(span.frames === undefined
      ? {}
      : { frameCount: span.frames, duration: Math.round((span.frames * 1e6 * rate[1]) / rate[0]) }),
    tags: video.tags,
    hasAudio: file.audio.length > 0,
    hasSubtitles: file.subtitles.length > 0,
    chapters: file.chapters,
    conversions: door.conversions,
  };
}

/** 29.97 and its kin are multiples of 1/1001; other rates are kept to a thousandth. */
export function asRational(rate: number): Rational {
  const ntsc = Math.round(rate * 1.001);
  if (!Number.isInteger(rate) && Math.abs((ntsc * 1000) / 1001 - rate) < 0.0006) {
    return [ntsc * 1000, 1001];
  }
  const thousandths = Math.round(rate * 1000);
  const divisor = commonDivisor(thousandths, 1000);
  return [thousandths / divisor, 1000 / divisor];
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
