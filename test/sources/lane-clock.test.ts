/** The lane's clock only rises, and a jump of a camera's clock is none of ours. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nowMs } from '../../src/frame/live-seams.js';
import { LaneClock } from '../../src/sources/lane-clock.js';

it('rises from frame to frame, whatever comes', () => {
  const arrived = fc.record({
    receivedMs: fc.double({ min: nowMs() - 1e6, max: nowMs() + 1e6, noNaN: true }),
    streamUs: fc.integer({ min: -1e12, max: 1e12 }),
    first: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.boolean(), fc.array(arrived, { minLength: 2 }), (byArrival, frames) => {
      const clock = new LaneClock(byArrival);
      const stamps = frames.map((frame) => clock.stamp(frame));
      stamps.slice(1).forEach(({ timestamp, seq }, index) => {
        expect(timestamp).toBeGreaterThan(stamps[index]!.timestamp);
        expect(seq).toBe(stamps[index]!.seq + 1);
      });
    }),
  );
});

it('keeps the distances of a stream that is played, and closes up over its jumps', () => {
  const clock = new LaneClock(false);
  const at = (streamUs: number, first = false) =>
    clock.stamp({ receivedMs: nowMs(), streamUs, first });
  const first = at(7e9, true);
  const second = at(7e9 + 40_000);
  expect(second.timestamp - first.timestamp).toBe(40_000);
  expect(second.discontinuity).toBe(false);
  const jumped = at(11e9);
  expect(jumped.timestamp - second.timestamp).toBeLessThan(2e6);
});

it('calls a new connection, and a pause of more than two seconds, a break', () => {
  const clock = new LaneClock(true);
  const began = nowMs();
  const at = (ms: number, first = false) =>
    clock.stamp({ receivedMs: began + ms, streamUs: 0, first }).discontinuity;
  expect([at(10, true), at(50), at(2500), at(2540), at(2580, true)]).toEqual([
    true,
    false,
    true,
    false,
    true,
  ]);
});
