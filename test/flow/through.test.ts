/** through: opened for each subscription, closed with it, whatever ends it. */
import { TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import { through } from '../../src/flow/through.js';

/** A passage that doubles what it is given, fails on `x`, and tells what becomes of it. */
function doubling() {
  const log: string[] = [];
  const operator = through<string, string>((emit, fail) => {
    log.push('open');
    return {
      write: (value) => {
        if (value === 'x') fail(new Error('broken'));
        else emit(value + value);
      },
      close: () => log.push('close'),
    };
  });
  return { operator, log };
}

it.each([
  ['ends', 'a-b-|', 'a-b-|'],
  ['fails', 'a-#', 'a-#'],
])('%s with its source, and closes', (_, source, expected) => {
  const { operator, log } = doubling();
  new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run((helpers) => {
    const result = helpers.cold(source).pipe(operator);
    helpers.expectObservable(result).toBe(expected, { a: 'aa', b: 'bb' });
  });
  expect(log).toEqual(['open', 'close']);
});

it('leaves its source when the passage fails', () => {
  const { operator, log } = doubling();
  new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run((helpers) => {
    const source = helpers.cold('a-x-b|');
    const result = source.pipe(operator);
    helpers.expectObservable(result).toBe('a-#', { a: 'aa' }, new Error('broken'));
    helpers.expectSubscriptions(source.subscriptions).toBe('^-!');
  });
  expect(log).toEqual(['open', 'close']);
});
