/** Joins the parts of a stream, one NUT file each, into one output without encoding them again. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Observable } from 'rxjs';
import { colourOptions } from './encode.js';
import { writingFailed } from './failure.js';
import type { Ffmpeg } from './find.js';
import { FILE_ID } from './nut.js';
import type { ColourTags } from './probe.js';
import { start, type Running } from './process.js';

export interface JoinJob {
  readonly ffmpeg: Ffmpeg;
  /** As errors name it. */
  readonly name: string;
  readonly path: string;
  /** In order; of the same encoder with the same options. */
  readonly parts: readonly string[];
  /** Of the pictures: NUT does not hold them, and some codecs do not either. */
  readonly colour: ColourTags;
  /** The second input, `-i` included. */
  readonly input: readonly string[];
  /** What is carried over from it, and the options of the container. */
  readonly output: readonly string[];
}

/** Options of a part's output: times stay what they are, also those before 0 of reordered frames. */
export const PART_FORMAT: readonly string[] = ['-avoid_negative_ts', 'disabled', '-f', 'nut'];

/**
 * Cold; completes without a value when the output stands. The same parts give the same bytes.
 * @throws RelensError (in the stream) DISK_FULL, OUTPUT_WRITE, FFMPEG_FAILED
 */
export function joinParts(job: JoinJob): Observable<never> {
  return new Observable((subscriber) => {
    const child = start({ command: job.ffmpeg.ffmpeg, args: joinArgs(job), stdin: 'pipe' });
    const work = async () => {
      await feed(child, job.parts);
      const exit = await child.exited;
      const full = child.stderr.lines.some((line) => line.includes('No space left'));
      if (exit.code !== 0 || full) throw writingFailed(job.name, exit, child.stderr);
    };
    work().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => child.kill();
  });
}

const STOPPED_READING: ReadonlySet<string> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
]);

async function feed(child: Running, parts: readonly string[]): Promise<void> {
  const { stdin } = child;
  if (stdin === null) throw new Error('a joiner without stdin');
  try {
    await pipeline(bytesOf(parts), stdin);
  } catch (error) {
    // A child that stopped reading says why itself.
    if (!STOPPED_READING.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Headers may be repeated in the middle of NUT; the name of the format may not. */
async function* bytesOf(parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const [index, part] of parts.entries()) {
    const from = index === 0 ? 0 : FILE_ID.length;
    for await (const bytes of createReadStream(part, { start: from })) yield bytes as Uint8Array;
  }
}

function joinArgs(job: JoinJob): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-y', '-copyts'],
    ...[
      '-f',
      'nut',
      '-i',
      'pipe:0',
      ...job.input,
      '-map',
      '0:v:0',
      '-c:v',
      'copy',
      ...colourOptions(job),
    ],
    // Without it Matroska gives every file a random number of its own.
    ...['-max_muxing_queue_size', '4096', ...job.output, '-fflags', '+bitexact', job.path],
  ];
}
