/** Opens archived footage, whatever it is: a video, images, one image. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { defer, map } from 'rxjs';
import { RelensError } from '../errors.js';
import { listed, passthrough } from '../ffmpeg/abilities.js';
import { decode, decodesCleanly, type DecodeJob, type DecodeOutcome } from '../ffmpeg/decode.js';
import { planDoor, type Door } from '../ffmpeg/door.js';
import { evenSize } from '../ffmpeg/picture.js';
import { clockOrigin, type Rational } from '../ffmpeg/probe.js';
import type { DecodeReport, FileInfo, FileSource, FileSpec } from './file-source.js';
import { imagesOf, isPattern } from './images.js';
import { FILE_KINDS } from './index.js';
import type { ProbedInput } from './input.js';
import { decodeReport, NOTHING_DECODED } from './lost.js';
import { planSpan, type Span } from './span.js';

export type { DecodeReport, FileInfo, FileSource, FileSpec } from './file-source.js';

/** Where a file that names no rate is taken to have this one: frames a second. */
const ASSUMED_RATE: Rational = [25, 1];

/**
 * Looks at the input without decoding it.
 * @throws RelensError INPUT_NOT_FOUND, INPUT_NOT_VIDEO, INPUT_NEEDS_RATE, USAGE
 */
export async function openFile(spec: FileSpec): Promise<FileSource> {
  const probed = await findInput(spec);
  const { input, file, video } = probed;
  const rate = input.rate ?? video.frameRate ?? ASSUMED_RATE;
  const span = planSpan(spec, probed, rate);
  const door = planDoor(video, await doorOptions(spec));
  const info = describe(spec, probed, rate, door, span);
  const origin = clockOrigin(file) + Math.round((spec.start ?? 0) * 1e6);
  const job: DecodeJob = {
    ffmpeg: spec.ffmpeg,
    lane: info.lane,
    input: [...span.args, ...input.args, '-i', input.url],
    ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
    map: `0:${video.index}`,
    filter: [...span.filters, door.filter].join(','),
    passthrough: await passthrough(spec.ffmpeg),
    display: door.display,
    clock:
      input.rate === undefined
        ? { kind: 'stamped', timeBase: video.timeBase, origin }
        : { kind: 'counted', rate: input.rate },
  };
  let report: DecodeReport = NOTHING_DECODED;
  return {
    info,
    frames: (pool, others) =>
      defer(() => {
        report = NOTHING_DECODED;
        const ended = (outcome: DecodeOutcome) => {
          report = decodeReport(outcome, span.expected);
        };
        return decode(job, pool, ended, others);
      }),
    report: () => report,
    isDamaged: () => decodesCleanly(job).pipe(map((clean) => !clean)),
  };
}

/** The files that an input consists of, in order: itself, or the images of a sequence. */
export async function inputFiles(path: string): Promise<readonly string[]> {
  const stats = await statOf(path);
  if (stats?.isDirectory() === true || isPattern(path)) return imagesOf(path);
  return [path];
}

/** @throws RelensError INPUT_NOT_FOUND, INPUT_NOT_VIDEO, INPUT_NEEDS_RATE */
export async function findInput(spec: FileSpec): Promise<ProbedInput> {
  const stats = await statOf(spec.path);
  const kind = FILE_KINDS.find(({ takes }) => takes(spec.path, stats));
  if (kind === undefined) {
    throw new RelensError('INPUT_NOT_FOUND', `${spec.path}: no such file`);
  }
  return kind.probe(spec);
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new RelensError('INPUT_NOT_FOUND', `${path}: it cannot be looked at`, { cause });
  }
}

async function doorOptions({ ffmpeg, deinterlace, maxWidth }: FileSpec) {
  const filters = await listed(ffmpeg, 'filters');
  const deinterlacer = ['bwdif', 'yadif'].find((name) => filters.has(name));
  return {
    deinterlace,
    ...(deinterlacer === undefined ? {} : { deinterlacer }),
    ...(maxWidth === undefined ? {} : { maxWidth }),
  };
}

function describe(
  spec: FileSpec,
  { input, file, video }: ProbedInput,
  rate: Rational,
  door: Door,
  { frames }: Span,
): FileInfo {
  const [perSecond, seconds] = rate;
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
    frameRate: perSecond / seconds,
    rate,
    constantRate: input.rate !== undefined,
    timeBase: input.rate === undefined ? video.timeBase : [seconds, perSecond],
    ...(frames === undefined
      ? {}
      : { frameCount: frames, duration: Math.round((frames * 1e6 * seconds) / perSecond) }),
    tags: video.tags,
    // Images are listed on stdin.
    isFilm: input.stdin === undefined,
    hasAudio: file.audio.length > 0,
    hasSubtitles: file.subtitles.length > 0,
    chapters: file.chapters,
    conversions: door.conversions,
  };
}
