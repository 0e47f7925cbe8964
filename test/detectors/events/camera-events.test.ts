/** The camera watch on real footage that was tampered with. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campusPath } from '../../../fixtures/index.js';
import { openCameraEvents } from '../../../src/detectors/events/camera-events.js';
import { bytesOf, decodeToRaw } from '../../../src/evaluation/clip.js';
import { RawReader } from '../../../src/evaluation/raw-file.js';
import { TAMPERS } from '../../../src/evaluation/tamper/index.js';
import { noticeOf, playTampered, type Footage } from '../../../src/evaluation/tamper/stage.js';
import type { CameraEvent } from '../../../src/frame/camera-event.js';
import { findFfmpeg } from '../../../src/ffmpeg/find.js';
import { openFile } from '../../../src/sources/file.js';

const ACTS = { before: 3, during: 6.5, after: 1.5 };
let folder: string;
let reader: RawReader;
let footage: Footage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relens-events-'));
  const ffmpeg = await findFfmpeg();
  const spec = { path: campusPath, ffmpeg, deinterlace: 'off', maxWidth: 384 } as const;
  const { signal } = new AbortController();
  const clip = await decodeToRaw(openFile, spec, 50, join(folder, 'clip.yuv'), signal);
  reader = await RawReader.open(clip.path, bytesOf(clip).frame);
  const { width, height, frames } = clip;
  footage = { width, height, frames, frameRate: 10, read: (i, into) => reader.read(i, into) };
});

afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true });
});

describe('the camera watch', () => {
  it('sees nothing wrong with untouched footage', async () => {
    const session = openCameraEvents(footage);
    const acts = { before: 9, during: 0, after: 0 };
    expect((await playTampered(footage, undefined, acts, 'quiet', session)).events).toEqual([]);
  });

  it.each(TAMPERS)('raises and clears $name', async (tamper) => {
    const session = openCameraEvents(footage);
    const notice = noticeOf(tamper, await playTampered(footage, tamper, ACTS, 'seed', session));
    expect(notice.wrong).toEqual([]);
    expect(notice.raisedAfter).toBeLessThan(6);
    expect(Math.abs(notice.clearedAfter!)).toBeLessThan(0.5);
    expect(session.active()).toEqual([]);
  });

  it('says since when, until when, how surely and why', async () => {
    const shift = TAMPERS.find(({ name }) => name === 'shift')!;
    const session = openCameraEvents(footage);
    const { events } = await playTampered(footage, shift, ACTS, 'words', session);
    expect(events).toHaveLength(1);
    const [event] = events;
    expect(event).toMatchObject({ kind: 'moved' });
    expect(event!.start).toBeLessThan(event!.raised);
    expect(event!.raised).toBeLessThan(event!.end!);
    expect(event!.confidence).toBeGreaterThan(0.5);
    expect(event!.confidence).toBeLessThanOrEqual(1);
    expect(event!.reason).toMatch(/lies \d+ % to the (left|right) and \d+ % (up|down)/);
  });

  it('keeps no frame it is lent, and sessions do not know of each other', async () => {
    const data = new Uint8Array(bytesOf(footage).frame);
    const play = async (prepare: (frame: Uint8Array) => Uint8Array) => {
      const session = openCameraEvents(footage);
      const events: CameraEvent[] = [];
      for (let frame = 0; frame < 50; frame++) {
        await footage.read(Math.min(frame, 20), data);
        const { width, height } = footage;
        events.push(
          ...session.inspect({ width, height, timestamp: frame * 1e5, data: prepare(data) }),
        );
      }
      return events;
    };
    const once = await play((frame) => frame);
    expect(once.map(({ kind }) => kind)).toEqual(['frozen']);
    expect(await play((frame) => frame.slice())).toEqual(once);
  });

  it('forgets on reset', async () => {
    const session = openCameraEvents(footage);
    const data = new Uint8Array(bytesOf(footage).frame);
    await footage.read(0, data);
    const { width, height } = footage;
    for (let frame = 0; frame < 60; frame++) {
      session.inspect({ width, height, timestamp: frame * 1e5, data });
    }
    expect(session.active()).toHaveLength(1);
    session.reset();
    expect(session.active()).toEqual([]);
    session.inspect({ width, height, timestamp: 0, data });
    expect(session.active()).toEqual([]);
  });
});
