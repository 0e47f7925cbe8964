/** endWhenQuiet: silence ends a stream, values and ends pass. */
import { TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import { endWhenQuiet, GRACE_MS } from '../../src/flow/end-when-quiet.js';

const WAIT_MS = 10;
const QUIET_MS = WAIT_MS + GRACE_MS;

function marbles(
  run: (
    helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0],
    scheduler: TestScheduler,
  ) => void,
) {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => run(helpers, scheduler));
}

it('says so when nothing came for the time it was told, and lets go of the source', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
    const source = cold(`   a 20ms b 200ms c`);
    const expected = `      a 20ms b ${QUIET_MS - 1}ms (q|)`;
    const subscription = `  ^ 20ms - ${QUIET_MS - 1}ms !`;
    const result = source.pipe(
      endWhenQuiet(
        () => WAIT_MS,
        () => 'q',
        scheduler,
      ),
    );
    expectObservable(result).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(subscription);
  });
});

it('watches before the first value too', () => {
  marbles(({ cold, expectObservable }, scheduler) => {
    const result = cold('200ms a').pipe(
      endWhenQuiet(
        () => WAIT_MS,
        () => 'q',
        scheduler,
      ),
    );
    expectObservable(result).toBe(`${QUIET_MS}ms (q|)`);
  });
});

it('asks how long to wait after each value', () => {
  marbles(({ cold, expectObservable }, scheduler) => {
    const waits = [100, WAIT_MS];
    const result = cold('a 99ms b|').pipe(
      endWhenQuiet(
        () => waits.pop() ?? 100,
        () => 'q',
        scheduler,
      ),
    );
    expectObservable(result).toBe('a 99ms b|');
  });
});

it('ends with its source, at once', () => {
  marbles(({ cold, expectObservable }, scheduler) => {
    const quiet = () => 'q';
    expectObservable(cold('a--|').pipe(endWhenQuiet(() => WAIT_MS, quiet, scheduler))).toBe('a--|');
    expectObservable(cold('a--#').pipe(endWhenQuiet(() => WAIT_MS, quiet, scheduler))).toBe('a--#');
  });
});
