/** What the ffmpeg at hand can do, found by asking and trying, never by its version. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameSize } from '../frame/frame.js';
import { rawBytes } from './picture.js';
import type { Ffmpeg } from './find.js';
import { run } from './process.js';

const memory = new WeakMap<Ffmpeg, Map<string, Promise<unknown>>>();

/** Each question is asked once for each ffmpeg found. */
function once<T>(ffmpeg: Ffmpeg, question: string, ask: () => Promise<T>): Promise<T> {
  const answers = memory.get(ffmpeg) ?? new Map<string, Promise<unknown>>();
  memory.set(ffmpeg, answers);
  const answer = answers.get(question) ?? ask();
  answers.set(question, answer);
  return answer as Promise<T>;
}

/** The options that let every frame keep its own time. */
export function passthrough(ffmpeg: Ffmpeg): Promise<readonly string[]> {
  return once(ffmpeg, 'passthrough', async () => {
    const { stdout } = await run(ffmpeg.ffmpeg, ['-hide_banner', '-h', 'long']);
    return [/^-fps_mode/m.test(stdout.toString()) ? '-fps_mode' : '-vsync', 'passthrough'];
  });
}

/** The options that read an input at its own speed, from its first frame on. */
export function ownSpeed(ffmpeg: Ffmpeg): Promise<readonly string[]> {
  return once(ffmpeg, 'own speed', async () => {
    const { stdout } = await run(ffmpeg.ffmpeg, ['-hide_banner', '-h', 'long']);
    // Since 6.1 the first half second comes at once; 0 is taken for that, too.
    const bursts = /^-readrate_initial_burst/m.test(stdout.toString());
    return bursts ? ['-re', '-readrate_initial_burst', '0.001'] : ['-re'];
  });
}

/** False for the ffmpeg before 5.1, whose MP4 muxer is told no frame's length. */
export async function tellsFrameLengths(ffmpeg: Ffmpeg): Promise<boolean> {
  return (await passthrough(ffmpeg))[0] === '-fps_mode';
}

/** Names that ffmpeg was built with; a listed encoder may still lack its driver. */
export function listed(
  ffmpeg: Ffmpeg,
  what: 'encoders' | 'decoders' | 'filters' | 'muxers' | 'demuxers',
): Promise<ReadonlySet<string>> {
  return once(ffmpeg, what, async () => {
    const { stdout } = await run(ffmpeg.ffmpeg, ['-hide_banner', `-${what}`]);
    const names = new Set<string>();
    for (const line of stdout.toString().split('\n')) {
      const [, name] = /^ [A-Z.| ]{1,6} +([a-z0-9_,-]+) /i.exec(line) ?? [];
      for (const alias of name?.split(',') ?? []) names.add(alias);
    }
    return names;
  });
}

export interface EncoderTrial {
  readonly size?: FrameSize;
  readonly pixelFormat?: 'yuv420p' | 'yuv444p';
  /** Of the file that is written, which tells the container; default: none is written. */
  readonly extension?: string;
  readonly args?: readonly string[];
}

// Large enough for hardware encoders, which refuse small pictures.
const TRIAL_SIZE: FrameSize = { width: 320, height: 240 };

/** True when the encoder really encodes one frame. */
export function canEncode(
  ffmpeg: Ffmpeg,
  encoder: string,
  trial: EncoderTrial = {},
): Promise<boolean> {
  return once(ffmpeg, `encode ${encoder} ${JSON.stringify(trial)}`, async () => {
    if (!(await listed(ffmpeg, 'encoders')).has(encoder)) return false;
    const { size = TRIAL_SIZE, pixelFormat = 'yuv420p', extension, args = [] } = trial;
    // A real file, since some containers want to seek.
    const folder = await mkdtemp(join(tmpdir(), 'relens-trial-'));
    try {
      const { exit } = await run(
        ffmpeg.ffmpeg,
        [
          ...['-hide_banner', '-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'yuv420p'],
          ...['-s', `${size.width}x${size.height}`, '-i', 'pipe:0', '-pix_fmt', pixelFormat],
          ...['-c:v', encoder, ...args],
          ...(extension === undefined ? ['-f', 'null', '-'] : [join(folder, `trial${extension}`)]),
        ],
        { input: Buffer.alloc(rawBytes(size), 128) },
      );
      return exit.code === 0;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
