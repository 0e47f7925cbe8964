/** Runs one encoder: frames go in as NUT with their exact times, a file comes out. */
import type { Frame, FrameSize } from '../frame/frame.js';
import { SCALE_MATRIX, tagFilter, tagOptions } from './colour.js';
import { writingFailed } from './failure.js';
import type { Ffmpeg } from './find.js';
import { nutFrameHeader, nutHeader } from './nut-writer.js';
import { cropPicture, rawBytes } from './picture.js';
import type { ColourTags, Rational } from './probe.js';
import { start, type Running } from './process.js';

export interface EncodeJob {
  readonly ffmpeg: Ffmpeg;
  /** As errors name it. */
  readonly name: string;
  /** Relative to `folder`, where that is given. */
  readonly path: string;
  readonly folder?: string;
  /** Of the frames that will come; even. */
  readonly frame: FrameSize;
  /** What is written of each: the upper left part, perhaps odd. */
  readonly picture: FrameSize;
  readonly timeBase: Rational;
  /** µs; of the frame before the first one, where the output is a later part of a longer one. */
  readonly after?: number;
  /** Default: yuv420p, cropped from the frames. */
  readonly pixels?: 'yuv420p' | 'gray';
  readonly sampleAspect?: Rational;
  readonly colour: ColourTags;
  /** The pixel format that the samples are converted to, for images; default: none, they stay. */
  readonly convertTo?: string;
  /** The second input, `-i` included. */
  readonly input: readonly string[];
  /** Codecs and what is carried over. */
  readonly output: readonly string[];
  /** Options that let frames keep their own time; see abilities. */
  readonly passthrough: readonly string[];
}

export interface Encoder {
  /** Resolves when the frame's data may be changed again. The frame is lent: not closed. */
  write(frame: Frame): Promise<void>;
  /** The same for a picture as it is; `timestamp` in µs. */
  writePicture(timestamp: number, data: Uint8Array): Promise<void>;
  /** Resolves when the file is complete. */
  finish(): Promise<void>;
  /** Rejects when the child ends before `finish` is called; never resolves. */
  readonly failed: Promise<never>;
  kill(): void;
}

/** @throws RelensError (from write, finish and failed) DISK_FULL, OUTPUT_WRITE, FFMPEG_FAILED … */
export function startEncoder(job: EncodeJob): Encoder {
  const child = start({
    command: job.ffmpeg.ffmpeg,
    args: encodeArgs(job),
    stdin: 'pipe',
    ...(job.folder === undefined ? {} : { cwd: job.folder }),
  });
  const fail = async (): Promise<never> => {
    child.stdin?.destroy();
    throw writingFailed(job.name, await child.exited, child.stderr);
  };
  let finishing = false;
  const failed = child.exited.then((): Promise<never> => {
    return finishing ? new Promise<never>(() => undefined) : fail();
  });
  // Whoever waits for a write learns of it there; nobody has to wait here too.
  failed.catch(() => undefined);
  const whole = rawBytes(job.picture) === rawBytes(job.frame);
  const cropped = whole ? undefined : new Uint8Array(rawBytes(job.picture));
  const clock = new Ticks(job.timeBase, job.after);
  let begun = false;
  const writePicture = async (timestamp: number, data: Uint8Array) => {
    const header = nutFrameHeader(clock.of(timestamp), data.length);
    const head = begun ? header : Buffer.concat([nutHeader(streamOf(job)), header]);
    begun = true;
    if (!(await writeBoth(child, head, data))) await fail();
  };
  return {
    failed,
    writePicture,
    write: (frame) => {
      if (cropped !== undefined) cropPicture(frame.data, job.picture, cropped);
      return writePicture(frame.timestamp, cropped ?? frame.data);
    },
    finish: async () => {
      finishing = true;
      child.stdin?.end(begun ? undefined : nutHeader(streamOf(job)));
      const exit = await child.exited;
      // A full disk at the very end is an error line, but not always an exit code.
      const full = child.stderr.lines.some((line) => line.includes('No space left'));
      if (exit.code !== 0 || full) throw writingFailed(job.name, exit, child.stderr);
    },
    kill: () => child.kill(),
  };
}

/** False when the child no longer reads. */
async function writeBoth(child: Running, head: Uint8Array, data: Uint8Array): Promise<boolean> {
  const { stdin } = child;
  if (stdin === null || !stdin.writable) return false;
  return new Promise((resolve) => {
    stdin.cork();
    stdin.write(head);
    stdin.write(data, (error) => resolve(error === null || error === undefined));
    stdin.uncork();
  });
}

function streamOf({ picture, timeBase, sampleAspect, pixels }: EncodeJob) {
  const aspect = sampleAspect === undefined ? {} : { sampleAspect };
  return { ...picture, fourcc: pixels === 'gray' ? 'Y800' : 'I420', timeBase, ...aspect };
}

function encodeArgs(job: EncodeJob): string[] {
  const [num, den] = job.timeBase;
  const filter = colourFilter(job);
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-y', '-copyts'],
    ...['-f', 'nut', '-i', 'pipe:0', ...job.input, '-map', '0:v:0'],
    ...(filter === undefined ? [] : ['-vf', filter]),
    ...[...job.passthrough, '-enc_time_base', `${num}:${den}`, '-max_muxing_queue_size', '4096'],
    ...[...job.output, ...colourOptions(job), job.path],
  ];
}

/** Tags the frames, so that nothing converts the samples, or all convert them by the right matrix. */
function colourFilter({ colour, convertTo }: EncodeJob): string | undefined {
  const { range, space } = colour;
  const chain = tagFilter(colour);
  if (convertTo !== undefined) {
    // ffmpeg 4 does not hand the frames' tags on to a conversion: it is told again.
    const matrix = space === undefined ? undefined : SCALE_MATRIX[space];
    const from = [
      ...(range === undefined ? [] : [`in_range=${range}`]),
      ...(matrix === undefined ? [] : [`in_color_matrix=${matrix}`]),
    ];
    if (from.length > 0) chain.push(`scale=${from.join(':')}`);
    chain.push(`format=${convertTo}`);
  }
  return chain.length === 0 ? undefined : chain.join(',');
}

/**
 * The encoder is told too: from ffmpeg 8 on a pixel format named without a range may mean limited
 * range, and full-range samples would be converted; ffmpeg 4 writes no tags but these.
 */
export function colourOptions({
  colour,
  convertTo,
}: Pick<EncodeJob, 'colour' | 'convertTo'>): string[] {
  if (convertTo !== undefined) return [];
  return tagOptions(colour);
}

/** µs to ticks that always grow, as encoders demand. */
class Ticks {
  readonly #perMicrosecond: number;
  #last = -1;

  constructor([num, den]: Rational, after?: number) {
    this.#perMicrosecond = den / (num * 1e6);
    if (after !== undefined) this.#last = Math.round(after * this.#perMicrosecond);
  }

  of(timestamp: number): number {
    this.#last = Math.max(this.#last + 1, Math.round(timestamp * this.#perMicrosecond));
    return this.#last;
  }
}
