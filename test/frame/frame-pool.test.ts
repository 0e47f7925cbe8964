import { describe, expect, it } from 'vitest';
import { FramePool, type FrameStamp } from '../../src/frame/frame-pool.js';

const size = { width: 4, height: 2 };
const stamp = (seq: number): FrameStamp => ({
  lane: 'test',
  seq,
  timestamp: seq * 40_000,
  discontinuity: false,
});

describe('a frame pool', () => {
  it('lends as many slots as it has, and the same memory again', async () => {
    const pool = new FramePool(size, 2);
    const [a, b] = [await pool.acquire(), await pool.acquire()];
    expect([a.data.length, b.data.length]).toEqual([12, 12]);
    expect(pool.tryAcquire()).toBeUndefined();
    const memory = a.data;
    a.release();
    expect((await pool.acquire()).data).toBe(memory);
    expect(pool.inUse).toBe(2);
  });

  it('gives a slot that becomes free to whoever waited longest', async () => {
    const pool = new FramePool(size, 1);
    const frame = (await pool.acquire()).publish(stamp(0));
    const order: string[] = [];
    const first = pool.acquire().then((slot) => (order.push('first'), slot.release()));
    const second = pool.acquire().then((slot) => (order.push('second'), slot.release()));
    frame.close();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(pool.inUse).toBe(0);
  });

  it('keeps a slot until every clone of its frame is closed', async () => {
    const pool = new FramePool(size, 1);
    const frame = (await pool.acquire()).publish(stamp(3));
    const clone = frame.clone();
    expect(clone).toMatchObject({ ...size, ...stamp(3) });
    expect(clone.data).toBe(frame.data);
    frame.close();
    expect(pool.inUse).toBe(1);
    clone.close();
    expect(pool.inUse).toBe(0);
  });

  it('tells a frame that is used after its close, and a slot that is used twice', async () => {
    const pool = new FramePool(size, 1);
    const slot = await pool.acquire();
    const frame = slot.publish(stamp(5));
    expect(() => slot.release()).toThrow('slot used twice');
    frame.close();
    expect(() => frame.close()).toThrow('frame 5 of test: close after close');
    expect(() => frame.clone()).toThrow('frame 5 of test: clone after close');
  });

  it('refuses those who wait, and those who come, once it is disposed', async () => {
    const pool = new FramePool(size, 1);
    const frame = (await pool.acquire()).publish(stamp(0));
    const waiting = pool.acquire();
    pool.dispose();
    await expect(waiting).rejects.toThrow('disposed');
    await expect(pool.acquire()).rejects.toThrow('disposed');
    expect(pool.tryAcquire()).toBeUndefined();
    frame.close();
    expect(pool.inUse).toBe(0);
  });
});
