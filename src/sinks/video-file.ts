/** Writes restored frames as a video file, with everything else the original held. */
import { rename, stat } from 'node:fs/promises';
import type { Observable, ObservableInput } from 'rxjs';
import { RelensError } from '../errors.js';
import { passthrough } from '../ffmpeg/abilities.js';
import { planCarry, type CarrySpec } from '../ffmpeg/carry.js';
import { containerOf } from '../ffmpeg/container.js';
import type { EncodeJob } from '../ffmpeg/encode.js';
import type { FileInfo } from '../ffmpeg/file-info.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import type { Rational } from '../ffmpeg/probe.js';
import { chooseVideoCodec, type CodecWish } from '../ffmpeg/video-codec.js';
import type { Frame } from '../frame/frame.js';
import type { Sink, SinkReport } from '../frame/seams.js';
import { checkFolder, temporaryBeside } from './temporary.js';
import { writeAll } from './write-all.js';

export interface VideoFileSpec extends CodecWish {
  readonly path: string;
  readonly ffmpeg: Ffmpeg;
  /** Of the source whose frames will come. */
  readonly info: FileInfo;
  /** Sound, subtitles, chapters and metadata come from here. */
  readonly carry?: CarrySpec;
}

export interface VideoFileReport extends SinkReport {
  readonly path: string;
  /** ffmpeg's name of the encoder. */
  readonly encoder: string;
  /** What could not be kept as it was, in words. */
  readonly notes: readonly string[];
}

export interface VideoFileSink extends Sink {
  consume(frames: ObservableInput<Frame>): Observable<VideoFileReport>;
}

/**
 * Nothing is decoded before the output is known to be possible; until it is complete it has a
 * temporary name, and it is removed on error and on unsubscribing.
 * @throws RelensError (in the stream) USAGE, OUTPUT_WRITE, CODEC_MISSING, DISK_FULL, FFMPEG_FAILED
 */
export function videoFile(spec: VideoFileSpec): VideoFileSink {
  return {
    policy: 'lossless',
    consume: (frames) =>
      writeAll(frames, async () => {
        const { base, coding, rest, encoder, notes } = await planVideo(spec);
        const path = temporaryBeside(spec.path);
        return {
          job: { ...base, path, output: [...coding, ...rest] },
          temporary: path,
          publish: () => rename(path, spec.path),
          report: (count) => ({ frames: count, path: spec.path, encoder, notes }),
        };
      }),
  };
}

export interface VideoPlan {
  /** Lacks only where it is written, and how. */
  readonly base: Omit<EncodeJob, 'path' | 'output'>;
  /** The encoder and its options. */
  readonly coding: readonly string[];
  /** What the file holds besides pictures; needs the inputs of `base`. */
  readonly rest: readonly string[];
  readonly encoder: string;
  readonly notes: readonly string[];
}

/** @throws RelensError USAGE, OUTPUT_WRITE, CODEC_MISSING */
export async function planVideo(spec: VideoFileSpec): Promise<VideoPlan> {
  const { ffmpeg, info, path } = spec;
  await checkOutput(path);
  const frame = { width: info.width, height: info.height };
  const display = { width: info.displayWidth, height: info.displayHeight };
  const codec = await chooseVideoCodec(ffmpeg, path, spec, display, frame);
  const carried = spec.carry === undefined ? undefined : await planCarry(ffmpeg, spec.carry, path);
  const time = timeBaseFor(spec, codec.encoder);
  const base = {
    ffmpeg,
    name: path,
    frame,
    picture: codec.size,
    timeBase: time.timeBase,
    ...(info.sampleAspect === undefined ? {} : { sampleAspect: info.sampleAspect }),
    colour: info.colour,
    input: carried?.input ?? [],
    passthrough: await passthrough(ffmpeg),
  };
  return {
    base,
    coding: ['-c:v', codec.encoder, ...codec.args, '-pix_fmt', codec.pixelFormat],
    rest: [...(carried?.output ?? []), ...streamTags(info.tags)],
    encoder: codec.encoder,
    notes: [...codec.notes, ...(carried?.notes ?? []), ...time.notes],
  };
}

async function checkOutput(path: string): Promise<void> {
  await checkFolder(path);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) {
    throw new RelensError('OUTPUT_WRITE', `${path} is a folder: name a file in it`);
  }
}

/** MPEG-4 part 2 holds no finer clock. */
const MPEG4_TICKS = 65535;

/** The source's own clock, where the output can hold it. */
function timeBaseFor(
  { info, path }: VideoFileSpec,
  encoder: string,
): { timeBase: Rational; notes: readonly string[] } {
  const container = containerOf(path);
  const coarse = container.constantRate === true;
  if (!coarse && (encoder !== 'mpeg4' || info.timeBase[1] <= MPEG4_TICKS)) {
    return { timeBase: info.timeBase, notes: [] };
  }
  const timeBase: Rational = [info.rate[1], info.rate[0]];
  const same =
    info.constantRate || timeBase[0] * info.timeBase[1] === timeBase[1] * info.timeBase[0];
  const what = coarse ? container.name : encoder;
  const note = `${what} keeps one frame rate only (${info.frameRate.toFixed(3)}): times are rounded to it`;
  return { timeBase, notes: same ? [] : [note] };
}

/** Those that describe the picture; others (bit rates, encoders) would no longer be true. */
const KEPT_TAGS = ['language', 'title', 'handler_name', 'creation_time'];

function streamTags(tags: Readonly<Record<string, string>>): string[] {
  return KEPT_TAGS.flatMap((name) => {
    const value = tags[name];
    return value === undefined ? [] : ['-metadata:s:v:0', `${name}=${value}`];
  });
}
