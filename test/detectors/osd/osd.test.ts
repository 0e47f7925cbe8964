/** Writing is found on real footage, in every style, under noise, while it changes; and little else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { campusPath } from '../../../fixtures/index.js';
import { openOsd } from '../../../src/detectors/osd/osd.js';
import { bytesOf, decodeToRaw, type RawClip } from '../../../src/evaluation/clip.js';
import { Random } from '../../../src/evaluation/random.js';
import { RawReader } from '../../../src/evaluation/raw-file.js';
import { findFfmpeg } from '../../../src/ffmpeg/find.js';
import { openFile } from '../../../src/sources/file.js';
import { frame } from '../scene.js';
import { STYLES, write, type Style } from './writing.js';

let folder: string;
let clip: RawClip;
const pictures: Uint8Array[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relens-osd-'));
  const ffmpeg = await findFfmpeg();
  const spec = { path: campusPath, ffmpeg, deinterlace: 'off', maxWidth: 480 } as const;
  const { signal } = new AbortController();
  clip = await decodeToRaw(openFile, spec, 40, join(folder, 'clip.yuv'), signal);
  const reader = await RawReader.open(clip.path, bytesOf(clip).frame);
  for (let i = 0; i < clip.frames; i++) {
    const picture = new Uint8Array(bytesOf(clip).frame);
    await reader.read(i, picture);
    pictures.push(picture);
  }
  await reader.close();
});

afterAll(() => rm(folder, { recursive: true }));

const info = () => ({ lane: 'osd', width: clip.width, height: clip.height, frameRate: 10 });

/** Plays the clip, changed by `change`, and returns what is believed after each frame. */
function play(change: (data: Uint8Array, seq: number) => void): Uint8Array[] {
  const session = openOsd(info());
  return pictures.map((picture, seq) => {
    const data = picture.slice();
    change(data, seq);
    session.inspect({ ...frame(data, seq), ...info(), data });
    return session.current().slice();
  });
}

type Box = ReturnType<typeof write>;

/** Share of a box's cells that are known as writing. */
function covered(cells: Uint8Array, { left, top, right, bottom }: Box): number {
  let [set, count] = [0, 0];
  for (let y = top >> 1; y < (bottom + 1) >> 1; y++) {
    for (let x = left >> 1; x < (right + 1) >> 1; x++, count++) {
      if (cells[y * (clip.width >> 1) + x] !== 0) set++;
    }
  }
  return set / count;
}

const share = (cells: Uint8Array) => cells.filter((cell) => cell !== 0).length / cells.length;
const clock = (seq: number) => `2026-03-04 11:59:${String(10 + Math.floor(seq / 10))}`;

describe('writing in the picture', () => {
  it('is hardly found where there is none', () => {
    const found = play(() => undefined).map(share);
    expect(Math.max(...found.slice(3))).toBeLessThan(0.02);
  });

  it('takes neither the streaks of a tape nor a pole and a kerb for a plate', () => {
    const found = play((data, seq) => {
      const row = clip.height - 24 - (seq % 3);
      for (let x = 0; x < clip.width; x++)
        data.fill(235, row * clip.width + x, row * clip.width + x + 1);
      for (let y = 0; y < clip.height; y++) data.fill(20, y * clip.width + 70, y * clip.width + 74);
      for (let y = clip.height - 20; y < clip.height; y++) {
        data.fill(150, y * clip.width, (y + 1) * clip.width);
      }
    }).map(share);
    expect(Math.max(...found.slice(3))).toBeLessThan(0.01);
  });

  const places = (style: Style, data: Uint8Array, seq: number) => [
    write(data, clip, clock(seq), 12, 10, style),
    write(data, clip, 'CAM-08', clip.width - 110, clip.height - 40, style),
  ];

  it.each(STYLES)('is found whole in $name, from the first frame on', (style) => {
    let boxes: Box[] = [];
    const found = play((data, seq) => {
      boxes = places(style, data, seq);
    });
    // Plain white letters before something white cannot be seen by anybody.
    const least = style.outline === undefined && style.plate === undefined ? 0.8 : 1;
    // An archive is restored after a look-ahead of at least four frames.
    for (const cells of found.slice(3)) {
      for (const box of boxes) expect(covered(cells, box)).toBeGreaterThanOrEqual(least);
    }
    expect(share(found.at(-1)!)).toBeLessThan(0.15);
  });

  it.each([10, 25])('is found under noise of %d grey levels, while the seconds change', (sigma) => {
    const random = new Random('writing');
    let boxes: Box[] = [];
    const found = play((data, seq) => {
      boxes = places(STYLES[1]!, data, seq);
      for (let i = 0; i < data.length; i++) {
        data[i] = Math.min(255, Math.max(0, (data[i] ?? 0) + sigma * random.gaussian()));
      }
    });
    for (const cells of found.slice(3)) {
      for (const box of boxes) expect(covered(cells, box)).toBe(1);
    }
  });

  it('finds the plate of a logo in a corner', () => {
    const box = { left: 0, top: clip.height - 20, right: 90, bottom: clip.height };
    const found = play((data) => {
      for (let y = box.top; y < box.bottom; y++) {
        for (let x = box.left; x < box.right; x++) {
          const at = y * clip.width + x;
          const ring = Math.abs(Math.hypot(x - 18, y - box.top - 10) - 6) < 2;
          data[at] = ring ? 60 : Math.round(0.35 * (data[at] ?? 0) + 0.65 * 225);
        }
      }
    });
    for (const cells of found.slice(3)) expect(covered(cells, box)).toBeGreaterThan(0.97);
  });

  it('is believed for some seconds more when it cannot be seen, and forgotten on reset', () => {
    const session = openOsd(info());
    const look = (data: Uint8Array, seq: number) =>
      session.inspect({ ...frame(data, seq), ...info(), data });
    let box: Box | undefined;
    for (let seq = 0; seq < 40; seq++) {
      const data = pictures[seq]!.slice();
      if (seq < 20) box = write(data, clip, clock(seq), 12, 10, STYLES[1]!);
      look(data, seq);
    }
    expect(covered(session.current(), box!)).toBe(1);
    session.reset();
    expect(share(session.current())).toBe(0);
  });
});
