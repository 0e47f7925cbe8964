/** Plans what an output takes over from its original: sound, subtitles, chapters, metadata. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { listed } from './abilities.js';
import { containerOf, type Container } from './container.js';
import type { Ffmpeg } from './find.js';
import { LOCAL_ONLY } from './args.js';
import { probeFile, type OtherStream, type ProbedFile } from './probe.js';
import { run } from './process.js';
import { seek } from './seek.js';

export interface CarrySpec {
  /** The original. */
  readonly path: string;
  /** Seconds from the start of the file; the same as the pictures were read with. */
  readonly start?: number;
  readonly end?: number;
}

export interface Carried {
  /** The second input, `-i` included. */
  readonly input: readonly string[];
  /** Which of its streams, and how. */
  readonly output: readonly string[];
  /** What was converted or left out, in words. */
  readonly notes: readonly string[];
}

const TEXT_SUBTITLES = new Set([
  ...['subrip', 'srt', 'ass', 'ssa', 'webvtt', 'mov_text', 'text', 'ttml', 'subviewer', 'microdvd'],
]);
/** What Matroska does not hold, though it holds nearly everything. */
const NOT_IN_MATROSKA = new Set(['mov_text', 'eia_608', 'ttml']);

/** @param output path of the file that will hold it */
export async function planCarry(
  ffmpeg: Ffmpeg,
  carry: CarrySpec,
  output: string,
): Promise<Carried> {
  const url = `file:${carry.path}`;
  const file = await probeFile(ffmpeg, carry.path, url, { inputArgs: LOCAL_ONLY });
  const container = containerOf(output);
  const audio = await planAudio(ffmpeg, url, file, output, container);
  const subtitles = planSubtitles(file, container);
  const attachments =
    extname(output).toLowerCase() === '.mkv' ? ['-map', '1:t?', '-c:t', 'copy'] : [];
  const { start = 0, end } = carry;
  const { args, origin } = seek(file, start);
  return {
    input: [
      // ffmpeg's own cut would be made by the clock from before the offset.
      ...[...args, '-noaccurate_seek'],
      ...['-itsoffset', (-origin - start).toFixed(6), ...LOCAL_ONLY, '-i', url],
    ],
    output: [
      ...audio.args,
      ...subtitles.args,
      ...attachments,
      ...['-map_metadata', '1', '-map_chapters', '1'],
      // They name the container of the original.
      ...['major_brand', 'minor_version', 'compatible_brands'].flatMap((name) => [
        '-metadata',
        `${name}=`,
      ]),
      // Sound from before the first picture would move everything, except where an edit list
      // hides it.
      ...(end === undefined ? [] : ['-t', (end - start).toFixed(6)]),
      ...(start === 0 && container.hidesEarly === true ? [] : ['-copypriorss', '0']),
    ],
    notes: [...audio.notes, ...subtitles.notes],
  };
}

interface Tracks {
  readonly args: readonly string[];
  readonly notes: readonly string[];
}

async function planAudio(
  ffmpeg: Ffmpeg,
  url: string,
  { audio }: ProbedFile,
  output: string,
  container: Container,
): Promise<Tracks> {
  const args: string[] = [];
  const notes: string[] = [];
  const all = audio.length === 0 || (await fits(ffmpeg, url, audio, output));
  const encoders = await listed(ffmpeg, 'encoders');
  const encoder = container.audio.find((name) => encoders.has(name));
  let track = 0;
  for (const [number, stream] of audio.entries()) {
    const what = `sound track ${number + 1} (${stream.codec})`;
    if (all || (await fits(ffmpeg, url, [stream], output))) {
      args.push('-map', `1:${stream.index}`, `-c:a:${track++}`, 'copy');
    } else if (encoder !== undefined) {
      args.push('-map', `1:${stream.index}`, `-c:a:${track}`, encoder);
      // What lies before the first picture is cut off, as it is for tracks that are copied.
      args.push(`-filter:a:${track++}`, 'atrim=start=0');
      notes.push(
        `${what} does not fit ${container.name}: converted to ${encoder}${keep(container)}`,
      );
    } else {
      notes.push(`${what} does not fit ${container.name}: left out${keep(container)}`);
    }
  }
  return { args, notes };
}

/** Asks ffmpeg, by writing a moment of the streams as they are. */
async function fits(
  ffmpeg: Ffmpeg,
  url: string,
  streams: readonly OtherStream[],
  output: string,
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'relens-trial-'));
  try {
    const maps = streams.flatMap(({ index }) => ['-map', `0:${index}`]);
    const { exit } = await run(ffmpeg.ffmpeg, [
      ...['-nostdin', '-hide_banner', '-v', 'error', '-t', '0.2', ...LOCAL_ONLY, '-i', url],
      ...[...maps, '-c', 'copy', join(folder, `trial${extname(output).toLowerCase()}`)],
    ]);
    return exit.code === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function planSubtitles({ subtitles }: ProbedFile, container: Container): Tracks {
  const args: string[] = [];
  const notes: string[] = [];
  let track = 0;
  for (const [number, { index, codec }] of subtitles.entries()) {
    const what = `subtitle track ${number + 1} (${codec})`;
    const fitting = container.subtitles?.includes(codec) ?? !NOT_IN_MATROSKA.has(codec);
    if (fitting) {
      args.push('-map', `1:${index}`, `-c:s:${track++}`, 'copy');
    } else if (container.text !== undefined && TEXT_SUBTITLES.has(codec)) {
      args.push('-map', `1:${index}`, `-c:s:${track++}`, container.text);
      notes.push(`${what} converted to ${container.text} for ${container.name}`);
    } else {
      notes.push(`${what} does not fit ${container.name}: left out${keep(container)}`);
    }
  }
  return { args, notes };
}

const keep = ({ name }: Container) => (name === 'Matroska' ? '' : '; write to .mkv to keep it');
