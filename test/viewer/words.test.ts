/** What is wrong is said in words: what, why, since when, and what happens next. */
import { expect, it } from 'vitest';
import type { CameraState } from '../../src/frame/wire-format.js';
import { duration, lastPicture, percent, troubleOf } from '../../src/viewer/words.js';

const now = 1_000_000;
const state = (more: Partial<CameraState>): CameraState => ({
  ...{
    name: 'door',
    address: 'rtsp://door/',
    status: 'live',
    since: 0,
    attempts: 0,
    view: [],
    colour: {},
  },
  ...{ width: 320, height: 180, fps: 25, codec: 'h264', ...more },
});
const of = (more: Partial<CameraState>, shownAt: number | undefined = now - 40) =>
  troubleOf({ state: state(more), retryAt: undefined, shownAt, openedAt: 0, now });

it('is silent while pictures come, also from a camera of one picture a second', () => {
  expect(of({})).toBeUndefined();
  expect(of({ fps: 1 }, now - 2500)).toBeUndefined();
});

it('tells a standing picture by this page’s own clock', () => {
  expect(of({}, now - 2100)?.what).toBe('No picture arrives here');
  expect(of({}, now - 1900)).toBeUndefined();
});

it('gives the reason as a sentence, and when it is tried again', () => {
  const trouble = of({
    status: 'failed',
    reason: 'no such host',
    nextAttemptMs: now + 4200,
    attempts: 3,
  });
  expect(trouble).toEqual({
    what: 'The camera cannot be reached',
    why: 'No such host. Trying again in 5 s (3 tries so far).',
    bad: true,
  });
  expect(of({ status: 'unauthorised' })?.what).toBe('The camera refuses the login');
  expect(of({ status: 'connecting' })?.bad).toBe(false);
});

it('puts the link before the camera, and a camera that is gone into words', () => {
  const lost = { shownAt: now, openedAt: 0, now };
  expect(troubleOf({ state: state({}), retryAt: 1, ...lost })?.what).toBe(
    'No connection to Relens',
  );
  expect(troubleOf({ state: state({}), retryAt: 0, ...lost })?.bad).toBe(false);
  expect(troubleOf({ state: undefined, retryAt: undefined, ...lost })?.what).toContain('removed');
});

it('says how old the last picture is', () => {
  expect(lastPicture(undefined, now)).toBe('No picture yet');
  expect(lastPicture(now - 12_000, now)).toMatch(/^Last picture \d\d:\d\d:\d\d, 12 s ago$/);
  expect([duration(99), duration(120), duration(7200)]).toEqual(['99 s', '2 min', '2 h']);
});

it('never rounds a share to nothing', () => {
  expect([0, 0.0004, 0.083, 0.5].map(percent)).toEqual(['0.0 %', '< 0.1 %', '8.3 %', '50 %']);
});
