/** Every memory of a lane goes on, after it was written down and read again, as if nothing had been. */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { NO_NETWORKS } from '../../pipelines/detection-networks.js';
import { openInspection } from '../../pipelines/inspection.js';
import { DETECTORS, openCodedNoiseMeter, openNoiseMeter } from '../../src/detectors/index.js';
import type { Frame } from '../../src/frame/frame.js';
import { BackgroundMemory } from '../../src/memory/background-memory.js';
import { StageTimes } from '../../src/telemetry/stage-times.js';
import { cellOf, clip, HEIGHT, INFO, WIDTH } from '../detectors/scene.js';

/** A lamp that shines into the lens, with the veil around it. */
function shine(data: Uint8Array, peak: number): void {
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const square = ((i % WIDTH) - 150) ** 2 + (Math.floor(i / WIDTH) - 34) ** 2;
    const light = Math.max(0, ((data[i] ?? 0) - 16) / 219) ** 2.2 + peak / (1 + square / 36);
    data[i] = 16 + 219 * Math.min(1, light) ** (1 / 2.2);
  }
}

/**
 * Noise, a lamp, stuck pixels, a wandering scratch, streaks, and lost blocks: something for each
 * detector.
 */
const FRAMES = clip(30, 6, (data, seq) => {
  shine(data, 2 + (seq % 3));
  for (let n = 0; n < 12; n++) data[(9 + 8 * n) * WIDTH + 11 + 13 * n] = 255;
  for (let y = 0; y < 128; y++) data.fill(235, y * WIDTH + 60 + seq, y * WIDTH + 62 + seq);
  if (seq % 5 === 2) data.fill(250, 40 * WIDTH, 42 * WIDTH);
  if (seq >= 9) for (let y = 96; y < 112; y++) data.fill(200, y * WIDTH + 16, y * WIDTH + 160);
});
/** Where the lane is broken off. */
const BREAK = 13;

/** What a session says of the frames from BREAK on, gone through at once or with a break. */
function after<S extends { save?(): unknown; load?(state: unknown): void }>(
  open: () => S,
  ask: (session: S, frame: Frame, next: Frame | undefined) => unknown,
  broken: boolean,
): unknown[] {
  let session = open();
  const said: unknown[] = [];
  for (const [seq, frame] of FRAMES.entries()) {
    if (broken && seq === BREAK) {
      const state: unknown = deserialize(serialize(session.save?.()));
      session = open();
      expect('load' in session).toBe(true);
      session.load?.(state);
    }
    const answer = ask(session, frame, FRAMES[seq + 1]);
    if (seq >= BREAK) said.push(structuredClone(answer));
  }
  return said;
}

describe('a memory that was put down and taken up again', () => {
  it.each(DETECTORS)('of the $kind detector goes on alike', (detector) => {
    const run = (broken: boolean) =>
      after(
        () => detector.open(INFO),
        (session, frame, next) => [
          session.inspect(frame, next),
          session.current?.(),
          session.revised?.(Math.max(BREAK, frame.seq - 4)),
        ],
        broken,
      );
    const whole = run(false);
    expect(run(true)).toEqual(whole);
    const found = (whole as { score: Uint8Array }[][]).some((answers) =>
      answers[0]?.score.some((score) => score > 0),
    );
    expect(found).toBe(true);
  });

  it('of the noise meters goes on alike', () => {
    const noise = (broken: boolean) =>
      after(
        () => openNoiseMeter(INFO),
        (meter, frame, next) => meter.inspect(frame, next),
        broken,
      );
    expect(noise(true)).toEqual(noise(false));
    const coded = (broken: boolean) =>
      after(
        () => openCodedNoiseMeter(INFO),
        (meter, frame) => {
          meter.inspect(frame);
          return meter.of(frame.seq);
        },
        broken,
      );
    expect(coded(true)).toEqual(coded(false));
  });

  it('of what was seen goes on alike', () => {
    const mask = new Uint8Array((WIDTH / 2) * 64);
    mask[cellOf(80, 30)] = 255;
    const seen = (broken: boolean) =>
      after(
        () => {
          const memory = new BackgroundMemory(INFO);
          return { memory, save: () => memory.save(), load: memory.load.bind(memory) as never };
        },
        ({ memory }, frame) => {
          const forgot = memory.learn(frame, mask, 6);
          // Megabytes that are alike take seconds to be told so by toEqual.
          const seenNow = serialize([memory.recent, memory.background]);
          return [forgot, createHash('sha256').update(seenNow).digest('hex')];
        },
        broken,
      );
    expect(seen(true)).toEqual(seen(false));
  });

  it('of a whole inspection goes on alike, what its parts share with each other included', async () => {
    const open = () => openInspection(INFO, new StageTimes(), () => 1, NO_NETWORKS);
    const run = async (broken: boolean) => {
      let session = open();
      const masks: Uint8Array[] = [];
      for (const [seq, frame] of FRAMES.entries()) {
        if (broken && seq === BREAK) {
          const state: unknown = deserialize(serialize(session.save()));
          session = open();
          session.load(state);
        }
        const next = FRAMES[seq + 1];
        const inspected = await session.inspect(
          { frame },
          next === undefined ? [] : [{ frame: next }],
        );
        if (seq >= BREAK) masks.push(session.mask(inspected).data);
      }
      return masks;
    };
    expect(await run(true)).toEqual(await run(false));
  });
});
