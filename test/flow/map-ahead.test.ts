/** mapAhead: order kept, overlap bounded, errors and ends passed on. */
import { firstValueFrom, from, Subject, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { mapAhead } from '../../src/flow/map-ahead.js';

function deferred() {
  let resolve: (value: string) => void = () => undefined;
  const promise = new Promise<string>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('mapAhead', () => {
  it('emits in the order of the source, whatever settles first', async () => {
    const work = [deferred(), deferred(), deferred()];
    const result = firstValueFrom(
      from([0, 1, 2]).pipe(
        mapAhead((n) => work[n]?.promise ?? Promise.reject(new Error('more than three'))),
        toArray(),
      ),
    );
    work[1]?.resolve('second');
    work[0]?.resolve('first');
    work[2]?.resolve('third');
    expect(await result).toEqual(['first', 'second', 'third']);
  });

  it('begins no more than two at a time', async () => {
    const work = [deferred(), deferred(), deferred()];
    const begun: number[] = [];
    const result = firstValueFrom(
      from([0, 1, 2]).pipe(
        mapAhead((n) => {
          begun.push(n);
          return work[n]?.promise ?? Promise.reject(new Error('more than three'));
        }),
        toArray(),
      ),
    );
    expect(begun).toEqual([0, 1]);
    work[0]?.resolve('a');
    await turn();
    expect(begun).toEqual([0, 1, 2]);
    work[1]?.resolve('b');
    work[2]?.resolve('c');
    await result;
  });

  it('passes on the error of a promise and of the source', async () => {
    const failing = from([1]).pipe(mapAhead(() => Promise.reject(new Error('no'))));
    await expect(firstValueFrom(failing)).rejects.toThrow('no');
    const source = new Subject<number>();
    const result = firstValueFrom(source.pipe(mapAhead((n) => Promise.resolve(n))));
    source.error(new Error('source'));
    await expect(result).rejects.toThrow('source');
  });

  it('completes an empty source', async () => {
    expect(
      await firstValueFrom(
        from([]).pipe(
          mapAhead(() => Promise.resolve(1)),
          toArray(),
        ),
      ),
    ).toEqual([]);
  });
});
