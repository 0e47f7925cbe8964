/** Items with those that follow them. */
import { firstValueFrom, from, Subject, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { withAhead } from '../../src/flow/with-ahead.js';

it('gives every item once, in order, with what follows it', async () => {
  expect(await firstValueFrom(from([1, 2, 3, 4]).pipe(withAhead(2), toArray()))).toEqual([
    [1, [2, 3]],
    [2, [3, 4]],
    [3, [4]],
    [4, []],
  ]);
});

it('holds no more than it looks ahead', () => {
  const source = new Subject<number>();
  const seen: number[] = [];
  const given = source.pipe(withAhead(2)).subscribe(([item]) => seen.push(item));
  for (const item of [1, 2, 3]) source.next(item);
  expect(seen).toEqual([1]);
  given.unsubscribe();
});

it('with nothing to look ahead to, hands on at once', () => {
  const seen: unknown[] = [];
  const source = new Subject<number>();
  const given = source.pipe(withAhead(0)).subscribe((pair) => seen.push(pair));
  source.next(7);
  expect(seen).toEqual([[7, []]]);
  given.unsubscribe();
});
