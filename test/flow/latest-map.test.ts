/** latestMap: order kept, one in work, the overtaken let go, nothing left behind. */
import { firstValueFrom, from, Subject, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { latestMap } from '../../src/flow/latest-map.js';

/** Work that is finished by hand. */
function bench(atOnce = 1) {
  const open = new Map<number, (result: string) => void>();
  const begun: number[] = [];
  const gone: number[] = [];
  const readies = new Map<number, () => void>();
  const operator = latestMap<number, string>({
    work: (item, ready) => {
      begun.push(item);
      readies.set(item, ready);
      return new Promise((resolve) => open.set(item, resolve));
    },
    overtaken: (item) => (item % 2 === 0 ? `${item} passed` : (gone.push(item), undefined)),
    discard: (item) => gone.push(item),
    atOnce,
  });
  const finish = async (item: number) => {
    open.get(item)!(`${item} done`);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const ready = (item: number) => readies.get(item)!();
  return { operator, begun, gone, finish, ready };
}

describe('latestMap', () => {
  it('works on the newest of those that waited, and lets the others go in their order', async () => {
    const { operator, begun, gone, finish } = bench();
    const source = new Subject<number>();
    const results: string[] = [];
    source.pipe(operator).subscribe((result) => results.push(result));
    for (const item of [1, 2, 3, 4, 5]) source.next(item);
    expect(begun).toEqual([1]);
    await finish(1);
    expect(results).toEqual(['1 done', '2 passed', '4 passed']);
    expect(gone).toEqual([3]);
    expect(begun).toEqual([1, 5]);
    await finish(5);
    expect(results.at(-1)).toBe('5 done');
  });

  it('begins another one beside it when that is ready, and keeps the order', async () => {
    const { operator, begun, gone, finish, ready } = bench(2);
    const source = new Subject<number>();
    const results: string[] = [];
    source.pipe(operator).subscribe((result) => results.push(result));
    for (const item of [1, 2, 3, 4]) source.next(item);
    expect(begun).toEqual([1]);
    ready(1);
    expect(begun).toEqual([1, 4]);
    for (const item of [5, 6, 7]) source.next(item);
    ready(4);
    await finish(4);
    // It waits for the one before it, and holds its place.
    expect(results).toEqual([]);
    expect(begun).toEqual([1, 4]);
    await finish(1);
    expect(results).toEqual(['1 done', '2 passed', '4 done', '6 passed']);
    expect(gone).toEqual([3, 5]);
    expect(begun).toEqual([1, 4, 7]);
  });

  it('discards what waits behind one in work when it is left', async () => {
    const { operator, gone, finish, ready } = bench(2);
    const source = new Subject<number>();
    const subscription = source.pipe(operator).subscribe();
    for (const item of [1, 2, 3, 4]) source.next(item);
    ready(1);
    for (const item of [5, 6]) source.next(item);
    subscription.unsubscribe();
    expect(gone).toEqual([2, 3, 5, 6]);
    await finish(1);
    expect(gone).toEqual([2, 3, 5, 6]);
  });

  it('ends after the last result', async () => {
    const { operator, finish } = bench();
    const all = firstValueFrom(from([7]).pipe(operator, toArray()));
    await finish(7);
    expect(await all).toEqual(['7 done']);
  });

  it('discards what waits when it is left', () => {
    const { operator, gone } = bench();
    const source = new Subject<number>();
    const subscription = source.pipe(operator).subscribe();
    for (const item of [1, 2, 3]) source.next(item);
    subscription.unsubscribe();
    expect(gone).toEqual([2, 3]);
  });

  it('fails when the work fails', async () => {
    const failing = latestMap<number, string>({
      work: () => Promise.reject(new Error('broken')),
      overtaken: () => undefined,
      discard: () => undefined,
    });
    await expect(firstValueFrom(from([1]).pipe(failing))).rejects.toThrow('broken');
  });
});
