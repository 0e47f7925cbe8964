/** Cameras that are not like the others: each shows its pictures in their order, and is recorded. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { map } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import type { FrameSize } from '../../src/frame/frame.js';
import { make, planes, probed, scratchFolder, times } from '../ffmpeg/clips.js';
import { filesOf } from '../live/files.js';
import { gstreamerMissing, startGstCamera } from '../live/gst-camera.js';
import { cameraOf, endHubs, some, startHub } from '../live/hub.js';
import { startHttpCamera } from '../live/http-camera.js';
import { RtspCamera } from '../live/rtsp-camera.js';

/** Pictures that are looked at. */
const COUNT = 12;
/** Each picture is lighter by this than the one before, until it is dark again. */
const STEP = 3;
const missing = gstreamerMissing();
const folder = scratchFolder();
const small = { width: 320, height: 192 };

interface Odd {
  readonly size: FrameSize;
  /** Of its mount, or what it is instead. */
  readonly kind: 'h264' | 'hevc' | 'sound' | 'http' | 'clock';
  readonly coding?: readonly string[];
  readonly filter?: string;
  readonly rate?: number;
  /** Of its clip. */
  readonly frames?: number;
  readonly maxWidth?: number;
}

const ODD: Readonly<Record<string, Odd>> = {
  reordered: { size: small, kind: 'h264', coding: ['-bf', '3', '-b_strategy', '0'] },
  'reordered-hevc': {
    ...{ size: small, kind: 'hevc' },
    coding: ['-x265-params', 'bframes=3:keyint=10:log-level=none', '-tag:v', 'hvc1'],
  },
  'variable-rate': { size: small, kind: 'h264', filter: 'select=lt(mod(n\\,7)\\,4)' },
  slow: { size: small, kind: 'h264', rate: 5 },
  large: { size: { width: 3840, height: 2160 }, kind: 'h264', rate: 5, frames: 120, maxWidth: 320 },
  'odd-size': { size: { width: 321, height: 181 }, kind: 'http' },
  'not-of-16': { size: { width: 322, height: 182 }, kind: 'h264' },
  sound: { size: small, kind: 'sound' },
  'clock-jumps': { size: small, kind: 'clock' },
};

function clipOf(
  name: string,
  { kind, size, coding, filter, rate = 10, frames = 300 }: Odd,
): string {
  const path = join(folder, `${name}.${kind === 'http' ? 'avi' : 'mp4'}`);
  const usual = kind === 'h264' && coding !== undefined ? [] : ['-bf', '0'];
  const encoder = {
    ...{ h264: ['libx264', ...usual], sound: ['libx264', ...usual], clock: ['libx264', ...usual] },
    ...{ hevc: ['libx265'], http: ['mjpeg', '-q:v', '3'] },
  }[kind];
  make(
    ...['-f', 'lavfi', '-i', `color=s=64x48:r=${rate}:d=${frames / rate}`, '-vf'],
    [
      `geq=lum=40+mod(N\\,60)*${STEP}:cb=128:cr=128`,
      `${filter ?? 'null'},scale=${size.width}:${size.height}:flags=neighbor`,
    ].join(','),
    ...['-fps_mode', 'passthrough', '-pix_fmt', kind === 'http' ? 'yuvj420p' : 'yuv420p'],
    ...['-g', '10', '-c:v', ...encoder, ...(kind === 'http' ? [] : ['-preset', 'ultrafast'])],
    ...[...(coding ?? []), path],
  );
  return path;
}

const mean = (data: Uint8Array, { width, height }: FrameSize) => {
  const luma = data.subarray(0, width * height);
  return luma.reduce((sum, value) => sum + value, 0) / luma.length;
};

/** Steps back, which are none where a picture is dark again. */
const stepsBack = (levels: readonly number[]) =>
  levels.slice(1).filter((level, index) => {
    const step = level - levels[index]!;
    return step < STEP / 2 && step > -100;
  });

/** The longest of each kind that is complete. */
async function recorded(name: string): Promise<string[]> {
  const door = join(folder, name);
  const complete = (names: string[], kind: string) =>
    names.filter((one) => one.startsWith(kind) && names.includes(`${one}.json`));
  const names = await filesOf(door, (all) =>
    ['original', 'restored'].every((kind) => complete(all, kind).length > 0),
  );
  return ['original', 'restored'].map((kind) => {
    const paths = complete(names, kind).map((one) => join(door, one));
    return paths.sort((a, b) => statSync(b).size - statSync(a).size)[0]!;
  });
}

endHubs();
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0)) await one();
});

/** Its address, and what makes its clock jump. */
async function start(name: string, odd: Odd): Promise<{ url: string; jump: (s: number) => void }> {
  const path = clipOf(name, odd);
  if (odd.kind === 'http') {
    const camera = await startHttpCamera(path);
    undo.push(() => camera.close());
    return { url: camera.url, jump: () => undefined };
  }
  if (odd.kind === 'clock') {
    const clips = [{ path, coding: 'h264', rate: 10 } as const];
    const camera = await new RtspCamera({ clips }).start();
    undo.push(() => camera.kill());
    return { url: camera.url(), jump: (seconds) => void (camera.clockOffset = seconds) };
  }
  const camera = await startGstCamera([`/${odd.kind}=${path}`]);
  undo.push(() => camera.kill());
  return { url: `rtsp://127.0.0.1:${camera.port}/${odd.kind}`, jump: () => undefined };
}

it.skipIf(missing !== undefined).each(Object.entries(ODD))(
  `that is %s is shown, and recorded ${missing ?? ''}`,
  async (name, odd) => {
    const { size, kind, maxWidth } = odd;
    const { url, jump } = await start(name, odd);
    const config = { name, url, record: folder, ...(maxWidth !== undefined && { maxWidth }) };
    const tested = await startHub([config]);
    const camera = cameraOf(tested, name);
    const levels$ = camera.pictures$.pipe(
      map(({ original: { data, width, height } }) => mean(data, { width, height })),
    );
    const shown = await some(levels$, COUNT);
    for (const seconds of kind === 'clock' ? [3600, -7200] : []) {
      jump(seconds);
      shown.push(...(await some(levels$, COUNT / 2)));
    }
    expect(stepsBack(shown)).toEqual([]);
    const width = maxWidth ?? size.width & ~1;
    expect(camera.state()).toMatchObject({ status: 'live', width });
    expect(camera.figures().reconnects).toBe(0);
    tested.stop();
    for (const path of await recorded(name)) {
      const seen = times(path);
      expect(seen.length).toBeGreaterThan(5);
      const isOriginal = path.includes('original-');
      // What is copied carries the times of arrival, in the order of coding.
      const inOrder = !isOriginal || !name.startsWith('reordered');
      if (inOrder) expect(seen).toEqual([...seen].sort((a, b) => a - b));
      // From the first picture on, by no clock but ours.
      expect(seen[0]).toBeLessThan(1);
      expect(seen.at(-1)).toBeLessThan(30);
      const [wide = 0, high = 0] = probed(path, 'stream=width,height', '-select_streams', 'v')[0]!
        .split(',')
        .map(Number);
      expect(wide).toBe(isOriginal ? size.width : width);
      const all = planes(path);
      const each = all.length / seen.length;
      const levels = seen.map((_, at) =>
        mean(all.subarray(at * each), { width: wide, height: high }),
      );
      expect(stepsBack(levels)).toEqual([]);
      const sounds = probed(path, 'stream=codec_type').includes('audio');
      expect(sounds).toBe(isOriginal && kind === 'sound');
    }
  },
);
