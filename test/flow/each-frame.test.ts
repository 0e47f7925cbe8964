import { lastValueFrom, NEVER, of, Subject, throwError, toArray, concat } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { eachFrame } from '../../src/flow/each-frame.js';
import type { Frame } from '../../src/frame/frame.js';
import { FramePool } from '../../src/frame/frame-pool.js';

const pool = () => new FramePool({ width: 2, height: 2 }, 8);

function frames(from: FramePool, count: number): Frame[] {
  return Array.from({ length: count }, (_, seq) => {
    const slot = from.tryAcquire();
    if (slot === undefined) throw new Error('the pool is too small');
    return slot.publish({ lane: 'test', seq, timestamp: seq, discontinuity: false });
  });
}

/** Work that stands still until it is told to go on. */
function gate() {
  const waiting: (() => void)[] = [];
  const seen: number[] = [];
  const work = (frame: Frame) => {
    seen.push(frame.seq);
    return new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { work, seen, open: () => waiting.shift()?.() };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('eachFrame', () => {
  it('works on one frame at a time, in order, and closes each after its work', async () => {
    const slots = pool();
    const { work, seen, open } = gate();
    const done = lastValueFrom(of(...frames(slots, 3)).pipe(eachFrame(work), toArray()));
    await settled();
    expect(seen).toEqual([0]);
    expect(slots.inUse).toBe(3);
    open();
    await settled();
    expect(seen).toEqual([0, 1]);
    expect(slots.inUse).toBe(2);
    open();
    await settled();
    open();
    expect(await done).toEqual([1, 2, 3]);
    expect(slots.inUse).toBe(0);
  });

  it('closes the frames that wait when it is unsubscribed, the one at work when that is done', async () => {
    const slots = pool();
    const { work, open } = gate();
    const source$ = new Subject<Frame>();
    const subscription = source$.pipe(eachFrame(work)).subscribe();
    frames(slots, 3).forEach((frame) => source$.next(frame));
    subscription.unsubscribe();
    expect(source$.observed).toBe(false);
    expect(slots.inUse).toBe(1);
    open();
    await settled();
    expect(slots.inUse).toBe(0);
  });

  it('unsubscribes from the source when the work fails', async () => {
    const slots = pool();
    const failing = () => Promise.reject(new Error('no room'));
    const source$ = concat(of(...frames(slots, 3)), NEVER);
    await expect(lastValueFrom(source$.pipe(eachFrame(failing)))).rejects.toThrow('no room');
    expect(slots.inUse).toBe(0);
  });

  it("passes the source's error on, and closes what waits", async () => {
    const slots = pool();
    const { work, open } = gate();
    const broken$ = concat(
      of(...frames(slots, 2)),
      throwError(() => new Error('cut')),
    );
    await expect(lastValueFrom(broken$.pipe(eachFrame(work)))).rejects.toThrow('cut');
    open();
    await settled();
    expect(slots.inUse).toBe(0);
  });

  it('completes an empty stream', async () => {
    expect(
      await lastValueFrom(
        of().pipe(
          eachFrame(() => Promise.resolve()),
          toArray(),
        ),
      ),
    ).toEqual([]);
  });
});
