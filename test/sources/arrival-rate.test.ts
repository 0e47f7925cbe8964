/** How long a silence is too long: quick cameras are missed soon, slow ones are not called stalled. */
import { expect, it } from 'vitest';
import { ArrivalRate } from '../../src/sources/arrival-rate.js';

function after(intervals: readonly number[]): ArrivalRate {
  const rate = new ArrivalRate();
  let at = 0;
  rate.push(at);
  for (const interval of intervals) rate.push((at += interval));
  return rate;
}

const steady = (interval: number, count = 30) => Array.from({ length: count }, () => interval);

it('misses a quick camera before two seconds are over, grace included', () => {
  expect(after(steady(40)).limitMs).toBeLessThan(1900);
  expect(after(steady(40)).fps).toBeCloseTo(25);
});

it('gives a slow camera three of its own intervals', () => {
  expect(after(steady(2000)).limitMs).toBe(6000);
});

it('does not become lax for one hiccup', () => {
  expect(after([...steady(40, 20), 1700, ...steady(40, 5)]).limitMs).toBeLessThan(1900);
});

it('waits longer each time for a camera whose rate it never learned', () => {
  const rate = after([]);
  const first = rate.limitMs;
  rate.stalled();
  expect(rate.limitMs).toBe(2 * first);
  for (let n = 0; n < 10; n++) rate.stalled();
  expect(rate.limitMs).toBe(60_000);
});

it('takes no silence between two connections for an interval', () => {
  const rate = after(steady(40, 5));
  rate.begin();
  rate.push(1e6);
  expect(rate.fps).toBeCloseTo(25);
});
