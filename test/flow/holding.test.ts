/** holding: what was taken is given back once, at the right moment, however the work ends. */
import { finalize, lastValueFrom, NEVER, of, throwError, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { holding } from '../../src/flow/holding.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A stream that notes what happens, in order. */
function held(events: string[], work: Observable<string>): Observable<string> {
  return holding(
    () => Promise.resolve('it'),
    (it) => {
      events.push(`got ${it}`);
      return work.pipe(finalize(() => events.push('work over')));
    },
    (it) => events.push(`gave ${it} back`),
  );
}
const WHOLE = ['got it', 'work over', 'gave it back'];

describe('holding', () => {
  it('takes nothing before somebody subscribes', async () => {
    const events: string[] = [];
    const stream = held(events, of('done'));
    await turn();
    expect(events).toEqual([]);
    expect(await lastValueFrom(stream)).toBe('done');
    expect(events).toEqual(WHOLE);
  });

  it('gives back when the work fails', async () => {
    const events: string[] = [];
    const failing = held(
      events,
      throwError(() => new Error('no')),
    );
    await expect(lastValueFrom(failing)).rejects.toThrow('no');
    expect(events).toEqual(WHOLE);
  });

  it('gives back after the work when it is broken off', async () => {
    const events: string[] = [];
    const running = held(events, NEVER).subscribe();
    await turn();
    running.unsubscribe();
    expect(events).toEqual(WHOLE);
  });

  it('gives back at once what arrives when nobody waits any more', async () => {
    const events: string[] = [];
    held(events, of('done')).subscribe().unsubscribe();
    await turn();
    expect(events).toEqual(['gave it back']);
  });

  it('has nothing to give back when taking fails', async () => {
    const given: unknown[] = [];
    const refused = holding(
      () => Promise.reject(new Error('busy')),
      () => of(1),
      (it) => given.push(it),
    );
    await expect(lastValueFrom(refused)).rejects.toThrow('busy');
    expect(given).toEqual([]);
  });
});
