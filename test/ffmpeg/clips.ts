/** Makes small clips with ffmpeg for tests, and reads files with it for comparison. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, map, toArray } from 'rxjs';
import { afterAll } from 'vitest';
import { ownSpeed, passthrough } from '../../src/ffmpeg/abilities.js';
import { findFfmpeg } from '../../src/ffmpeg/find.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import type { FileSource } from '../../src/sources/file.js';

export const ffmpeg = await findFfmpeg();
/** Output options that keep every frame's own time. */
export const PASSTHROUGH = await passthrough(ffmpeg);
/** Input options that play a file at its own speed. */
export const OWN_SPEED = await ownSpeed(ffmpeg);

/** A folder for one test file, removed when its tests are done. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'relens-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs ffmpeg; throws with its words when it fails. */
export function make(...args: string[]): void {
  const { status, stderr } = spawnSync(ffmpeg.ffmpeg, ['-v', 'error', '-y', ...args]);
  if (status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${stderr.toString()}`);
}

/** A moving test picture as ffmpeg's input options. */
export function pictures(size = '64x48', seconds = 1, rate = 10): string[] {
  return ['-f', 'lavfi', '-i', `testsrc=s=${size}:d=${seconds}:r=${rate}`];
}

export function probed(path: string, entries: string, ...options: string[]): string[] {
  const args = ['-v', 'error', ...options, '-show_entries', entries, '-of', 'csv=p=0', path];
  const { stdout } = spawnSync(ffmpeg.ffprobe, args);
  const lines = stdout.toString().split('\n');
  return lines.map((line) => line.trim().replace(/,+$/, '')).filter((line) => line !== '');
}

/** Presentation times of the pictures, in seconds, as ffprobe sees them. */
export function times(path: string): number[] {
  return probed(path, 'frame=best_effort_timestamp_time', '-select_streams', 'v:0').map(Number);
}

/** The decoded yuv420p planes of the whole file, pictures upright. */
export function planes(path: string, ...options: string[]): Buffer {
  const args = ['-v', 'error', ...options, '-i', path, '-map', '0:v:0', ...PASSTHROUGH];
  const { stdout } = spawnSync(
    ffmpeg.ffmpeg,
    [...args, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'],
    { maxBuffer: 1 << 30 },
  );
  return stdout;
}

export interface Taken {
  readonly seq: number;
  /** µs */
  readonly timestamp: number;
  readonly discontinuity: boolean;
  readonly data: Buffer;
}

/** All frames of a source, copied and closed. */
export function takeAll(source: FileSource, slots = 3): Promise<Taken[]> {
  const pool = new FramePool(source.info, slots);
  return lastValueFrom(
    source.frames(pool).pipe(
      map((frame) => {
        const { seq, timestamp, discontinuity } = frame;
        const data = Buffer.from(frame.data);
        frame.close();
        return { seq, timestamp, discontinuity, data };
      }),
      toArray(),
    ),
  );
}

/** Peak signal to noise ratio of two equally long arrays of samples, in dB. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return 10 * Math.log10((255 * 255 * a.length) / sum);
}

/** True when a file says that its picture must be turned, in the words of any version of ffmpeg. */
export function isTurned(path: string): boolean {
  const entries = ['stream_side_data=rotation', 'stream_tags=rotate'];
  return entries.some((entry) => probed(path, entry).length > 0);
}
