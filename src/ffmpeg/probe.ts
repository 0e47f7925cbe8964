/** Asks ffprobe what is in a file, and gives the answer types. */
import { z } from 'zod';
import { isRelensError, RelensError } from '../errors.js';
import type { ColourTags } from '../frame/colour.js';
import type { Ffmpeg } from './find.js';
import { run } from './process.js';

/** A fraction as ffmpeg writes it: numerator, denominator. */
export type Rational = readonly [number, number];

export type { ColourTags };

export interface VideoStream {
  /** Index among all streams of the file. */
  readonly index: number;
  readonly codec: string;
  /** As stored, before rotation. */
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: string;
  /** Degrees clockwise that turn the stored picture upright: 0, 90, 180, 270. */
  readonly rotation: number;
  readonly sampleAspect?: Rational;
  /** `progressive`, `tt`, `bb`, `tb`, `bt`; undefined when the file does not say. */
  readonly fieldOrder?: string;
  readonly colour: ColourTags;
  readonly timeBase: Rational;
  /** Average frames a second; undefined when the file does not say. */
  readonly frameRate?: Rational;
  /** As the container counts them; undefined when it does not. */
  readonly frames?: number;
  /** µs */
  readonly duration?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface OtherStream {
  readonly index: number;
  readonly codec: string;
}

export interface ProbedFile {
  /** ffmpeg's names of the container, separated by commas. */
  readonly format: string;
  /** µs; where the container's clock begins. */
  readonly startTime: number;
  /** µs */
  readonly duration?: number;
  /** The first real video stream (cover pictures are none). */
  readonly video?: VideoStream;
  readonly audio: readonly OtherStream[];
  readonly subtitles: readonly OtherStream[];
  readonly chapters: number;
}

/**
 * µs; what is subtracted from the file's times, of pictures and sound alike. A clock that begins
 * late (transport streams) is moved to 0; one where sound begins a little before 0 is left alone.
 */
export function clockOrigin(file: ProbedFile): number {
  return Math.max(0, file.startTime);
}

const Tags = z.record(z.string(), z.string()).default({});
const Stream = z.object({
  index: z.number(),
  codec_name: z.string().default('unknown'),
  codec_type: z.string().default('unknown'),
  width: z.number().optional(),
  height: z.number().optional(),
  pix_fmt: z.string().optional(),
  sample_aspect_ratio: z.string().optional(),
  field_order: z.string().optional(),
  color_range: z.string().optional(),
  color_space: z.string().optional(),
  color_transfer: z.string().optional(),
  color_primaries: z.string().optional(),
  time_base: z.string().default('1/1000'),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  nb_frames: z.string().optional(),
  duration: z.string().optional(),
  tags: Tags,
  disposition: z.object({ attached_pic: z.number().default(0) }).default({ attached_pic: 0 }),
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).default([]),
});
const Probe = z.object({
  streams: z.array(Stream).default([]),
  chapters: z.array(z.unknown()).default([]),
  format: z
    .object({
      format_name: z.string().default('unknown'),
      start_time: z.string().optional(),
      duration: z.string().optional(),
    })
    .default({ format_name: 'unknown' }),
});
type StreamJson = z.infer<typeof Stream>;

/**
 * @param path as errors name it
 * @param inputArgs ffmpeg's input options that belong before the file, for example `-f concat`
 * @param input given on stdin, when `url` is `pipe:0`
 * @throws RelensError INPUT_NOT_VIDEO when ffprobe cannot read it; a file without a video stream
 *   is no error here
 */
export async function probeFile(
  ffmpeg: Ffmpeg,
  path: string,
  url: string,
  options: { readonly inputArgs?: readonly string[]; readonly input?: Uint8Array } = {},
): Promise<ProbedFile> {
  const args = ['-v', 'error', ...(options.inputArgs ?? []), '-show_streams', '-show_format'];
  args.push('-show_chapters', '-of', 'json', url);
  const input = options.input === undefined ? {} : { input: options.input };
  const { exit, stdout, stderr } = await run(ffmpeg.ffprobe, args, input);
  if (exit.error !== undefined) {
    throw new RelensError('FFMPEG_NOT_FOUND', `${ffmpeg.ffprobe} does not run`, {
      cause: exit.error,
    });
  }
  if (exit.code !== 0) throw unreadable(path, stderr.lines);
  return typed(parse(stdout.toString()));
}

function parse(text: string): z.infer<typeof Probe> {
  try {
    return Probe.parse(JSON.parse(text));
  } catch (cause) {
    if (isRelensError(cause)) throw cause;
    throw new RelensError('FFMPEG_FAILED', 'ffprobe answered in a form that is not understood', {
      cause,
    });
  }
}

function unreadable(path: string, lines: readonly string[]): RelensError {
  if (lines.some((line) => line.includes('moov atom not found'))) {
    return new RelensError(
      'INPUT_NOT_VIDEO',
      `${path}: its index is missing (moov atom not found): the recording was cut off before it was ` +
        'finished, and can be mended by the program that made it; or this is no MP4',
    );
  }
  const last = lines.at(-1)?.replace(/^.*: /, '') ?? 'ffprobe gives no reason';
  return new RelensError('INPUT_NOT_VIDEO', `${path} cannot be read as video (${last})`);
}

function typed({ streams, chapters, format }: z.infer<typeof Probe>): ProbedFile {
  const video = streams.find((s) => s.codec_type === 'video' && s.disposition.attached_pic === 0);
  const others = (type: string) =>
    streams
      .filter((stream) => stream.codec_type === type)
      .map(({ index, codec_name }) => ({ index, codec: codec_name }));
  return {
    format: format.format_name,
    startTime: microseconds(format.start_time) ?? 0,
    ...given('duration', microseconds(format.duration)),
    ...given('video', video && videoStream(video)),
    audio: others('audio'),
    subtitles: others('subtitle'),
    chapters: chapters.length,
  };
}

function videoStream(stream: StreamJson): VideoStream {
  const pixelFormat = stream.pix_fmt ?? 'unknown';
  const aspect = rational(stream.sample_aspect_ratio);
  const rate = rational(stream.avg_frame_rate) ?? rational(stream.r_frame_rate);
  return {
    index: stream.index,
    codec: stream.codec_name,
    width: stream.width ?? 0,
    height: stream.height ?? 0,
    pixelFormat,
    rotation: rotation(stream),
    ...given('sampleAspect', aspect),
    ...given('fieldOrder', known(stream.field_order)),
    colour: {
      ...given('range', range(stream.color_range, pixelFormat)),
      ...given('space', known(stream.color_space)),
      ...given('primaries', known(stream.color_primaries)),
      ...given('transfer', known(stream.color_transfer)),
    },
    timeBase: rational(stream.time_base) ?? [1, 1000],
    ...given('frameRate', rate),
    ...given('frames', stream.nb_frames === undefined ? undefined : Number(stream.nb_frames)),
    ...given('duration', microseconds(stream.duration) ?? clockTime(stream.tags['DURATION'])),
    tags: stream.tags,
  };
}

/** `{ [key]: value }`, or nothing when there is no value. */
function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}

function known(name: string | undefined): string | undefined {
  return name === undefined || ['unknown', 'unspecified', 'reserved'].includes(name)
    ? undefined
    : name;
}

function range(name: string | undefined, pixelFormat: string): 'tv' | 'pc' | undefined {
  if (name === 'tv' || name === 'pc') return name;
  return pixelFormat.startsWith('yuvj') ? 'pc' : undefined;
}

/** Positive fractions only: `0/0` and `N/A` are how ffprobe says that it does not know. */
function rational(text: string | undefined): Rational | undefined {
  const [num = NaN, den = NaN] = (text ?? '').split(/[/:]/).map(Number);
  return num > 0 && den > 0 ? [num, den] : undefined;
}

function microseconds(seconds: string | undefined): number | undefined {
  const value = Number(seconds ?? NaN);
  return Number.isFinite(value) ? Math.round(value * 1e6) : undefined;
}

/** Matroska's own notation, `00:01:02.345000000`, in µs. */
function clockTime(text: string | undefined): number | undefined {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):([\d.]+)$/.exec(text ?? '') ?? [];
  if (hours === undefined) return undefined;
  return microseconds(String(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)));
}

/** ffprobe counts the display matrix counter-clockwise, older files' `rotate` tag clockwise. */
function rotation({ side_data_list, tags }: StreamJson): number {
  const matrix = side_data_list.find((side) => side.rotation !== undefined)?.rotation;
  const degrees = matrix === undefined ? Number(tags['rotate'] ?? 0) : -matrix;
  return Number.isFinite(degrees) ? (((Math.round(degrees / 90) * 90) % 360) + 360) % 360 : 0;
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
