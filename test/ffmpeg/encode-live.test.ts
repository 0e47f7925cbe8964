/** The live encoder: every picture comes out as a unit that decodes, none waits for the next. */
import { spawnSync } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import {
  chooseLiveEncoder,
  startLiveEncoder,
  type EncodedUnit,
  type RunningEncoder,
} from '../../src/ffmpeg/encode-live.js';
import { frameBytes } from '../../src/frame/frame.js';
import { ffmpeg, PASSTHROUGH } from './clips.js';

const size = { width: 320, height: 192 };
const encoder = await chooseLiveEncoder(ffmpeg);
let running: RunningEncoder<number> | undefined;

afterEach(() => running?.kill());

/** Writes `count` pictures, each once the last one has come out. */
async function encode(count: number): Promise<EncodedUnit<number>[]> {
  const units: EncodedUnit<number>[] = [];
  let wake: (() => void) | undefined;
  let fail: ((error: Error) => void) | undefined;
  const made = startLiveEncoder<number>({
    ...{ ffmpeg, encoder, size, colour: { range: 'tv' }, passthrough: PASSTHROUGH },
    onUnit: (unit) => {
      units.push(unit);
      wake?.();
    },
    onFailed: (error) => fail?.(error),
  });
  running = made;
  for (let n = 0; n < count; n++) {
    const luma = new Uint8Array(size.width * size.height).fill(40 + n);
    const chroma = new Uint8Array(frameBytes(size) - luma.length).fill(128);
    await new Promise<void>((resolve, reject) => {
      wake = resolve;
      fail = reject;
      // A clock that has run for long: key frames are counted from the first picture.
      const timestamp = 9e9 + n * 100_000;
      made.write({ parts: [luma, chroma], timestamp, about: n, done: () => undefined });
    });
  }
  return units;
}

it('gives each picture out before the next one comes, with what belongs to it', async () => {
  const units = await encode(45);
  expect(units.map(({ about }) => about)).toEqual(units.map((_, n) => n));
  expect(units.flatMap(({ key, about }) => (key ? [about] : []))).toEqual([0, 20, 40]);
  expect(units[0]!.codec).toMatch(/^avc1\.[0-9a-f]{6}$/);
});

const RAW = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p'];

it('makes key units that can be decoded from there on', async () => {
  const units = await encode(25);
  const stream = Buffer.concat(units.slice(20).map(({ data }) => data));
  const { stdout, stderr } = spawnSync(
    ffmpeg.ffmpeg,
    ['-v', 'error', '-f', 'h264', '-i', '-', ...PASSTHROUGH, ...RAW, '-'],
    { input: stream },
  );
  expect(stderr.toString()).toBe('');
  expect(stdout.length).toBe(5 * frameBytes(size));
  expect(Math.abs(stdout[0]! - 60)).toBeLessThan(4);
});

it('says so when it dies', async () => {
  const failed = new Promise<Error>((resolve) => {
    const dead = startLiveEncoder<number>({
      ...{ ffmpeg, size, colour: { range: 'tv' }, passthrough: PASSTHROUGH },
      encoder: { name: 'no-such-encoder', args: [] },
      onUnit: () => undefined,
      onFailed: resolve,
    });
    running = dead;
    dead.write({
      parts: [new Uint8Array(frameBytes(size))],
      timestamp: 0,
      about: 0,
      done: () => undefined,
    });
  });
  expect((await failed).message).toContain('no-such-encoder');
});
