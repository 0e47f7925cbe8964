/** Coded pictures for the test cameras: made by ffmpeg, cut into the NAL units of each picture. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ffmpeg, make } from '../ffmpeg/clips.js';

export type Coding = 'h264' | 'hevc' | 'mjpeg';

export interface ClipWish {
  readonly coding?: Coding;
  readonly size?: string;
  readonly rate?: number;
  readonly seconds?: number;
  /** Pictures from key frame to key frame. */
  readonly group?: number;
  /** ffmpeg's source of pictures, with `%s` for size and rate. */
  readonly source?: string;
  readonly filter?: string;
}

export interface Clip {
  readonly path: string;
  readonly coding: Coding;
  readonly rate: number;
}

const EXTENSION: Record<Coding, string> = { h264: 'mp4', hevc: 'mp4', mjpeg: 'avi' };
const ENCODER: Record<Coding, string[]> = {
  h264: ['libx264', '-preset', 'ultrafast', '-bf', '0'],
  hevc: [
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'log-level=none:bframes=0',
    '-tag:v',
    'hvc1',
  ],
  mjpeg: ['mjpeg', '-q:v', '4'],
};

let folder: string | undefined;
let count = 0;

/** A folder for clips, removed when the tests of the file are done. */
function clipFolder(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), 'relens-camera-'));
  afterAll(() => rmSync(made, { recursive: true, force: true }));
  return (folder = made);
}

/** A moving test picture, looped by the cameras. */
export function makeClip(wish: ClipWish = {}): Clip {
  const { coding = 'h264', size = '320x192', rate = 10, seconds = 4, group = rate } = wish;
  const path = join(clipFolder(), `${coding}-${count++}.${EXTENSION[coding]}`);
  const source = wish.source ?? 'testsrc2';
  make(
    ...['-f', 'lavfi', '-i', `${source}=s=${size}:r=${rate}:d=${seconds}`],
    ...['-vf', wish.filter ?? 'null', '-pix_fmt', coding === 'mjpeg' ? 'yuvj420p' : 'yuv420p'],
    ...['-g', String(group), '-c:v', ...ENCODER[coding], path],
  );
  return { path, coding, rate };
}

/** One picture: its NAL units, without start codes. */
export type Unit = readonly Buffer[];

/** The pictures of an H.264 or HEVC clip. */
export function accessUnits({ path, coding }: Clip): Unit[] {
  const filter = coding === 'hevc' ? 'hevc_mp4toannexb' : 'h264_mp4toannexb';
  const { stdout } = spawnSync(
    ffmpeg.ffmpeg,
    ['-v', 'error', '-i', path, '-map', '0:v:0', '-c', 'copy', '-bsf:v', filter, '-f', coding, '-'],
    { maxBuffer: 1 << 30 },
  );
  const units: Buffer[][] = [];
  let unit: Buffer[] = [];
  let pictured = false;
  for (const nal of nalUnits(stdout)) {
    const picture = isPicture(nal, coding);
    if (pictured && (!picture || startsPicture(nal, coding))) {
      units.push(unit);
      unit = [];
      pictured = false;
    }
    unit.push(nal);
    pictured ||= picture;
  }
  return unit.length > 0 ? [...units, unit] : units;
}

function nalUnits(stream: Buffer): Buffer[] {
  const mark = Buffer.from([0, 0, 1]);
  const nals: Buffer[] = [];
  let from = stream.indexOf(mark);
  while (from >= 0) {
    const next = stream.indexOf(mark, from + 3);
    const end = next < 0 ? stream.length : stream[next - 1] === 0 ? next - 1 : next;
    nals.push(stream.subarray(from + 3, end));
    from = next;
  }
  return nals;
}

export function nalType(nal: Buffer, coding: Coding): number {
  return coding === 'hevc' ? (nal[0]! >> 1) & 63 : nal[0]! & 31;
}

function isPicture(nal: Buffer, coding: Coding): boolean {
  const type = nalType(nal, coding);
  return coding === 'hevc' ? type < 32 : type === 1 || type === 5;
}

/** first_mb_in_slice is 0, or first_slice_segment_in_pic_flag is set. */
function startsPicture(nal: Buffer, coding: Coding): boolean {
  return ((coding === 'hevc' ? nal[2]! : nal[1]!) & 0x80) !== 0;
}
