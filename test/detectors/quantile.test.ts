/** The value at a place of the order, found without sorting. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nthSmallest, numbersOf } from '../../src/detectors/quantile.js';

it('is what sorting would put there, whatever the values', () => {
  const some = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.float({ noNaN: true })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(some, fc.nat(), (values, any) => {
      const place = any % values.length;
      const sorted = Float32Array.from(values).sort();
      const given = Float32Array.from(values);
      expect(nthSmallest(given, place)).toBeCloseTo(sorted[place] ?? NaN, 6);
      expect([...given.sort()]).toEqual([...sorted]);
    }),
  );
});

it('leaves out what is no number', () => {
  expect([...numbersOf(Float32Array.of(3, NaN, 1, NaN))]).toEqual([3, 1]);
});
