/** One byte for how sure a cell is. */
import { describe, expect, it } from 'vitest';
import { expectedError, UNKNOWN, uncertaintyOf } from '../../src/frame/uncertainty.js';

describe('an uncertainty', () => {
  it('gives back the error that it was made of, to half a step', () => {
    for (let error = 0.4; error < 64; error *= 1.07) {
      const said = expectedError(uncertaintyOf(error)) ?? 0;
      expect(Math.abs(Math.log2(said / error))).toBeLessThanOrEqual(0.25 + 1e-9);
    }
  });

  it('stays within its codes', () => {
    expect([0, 1e-9, 1e9].map(uncertaintyOf)).toEqual([1, 1, 16]);
    expect([expectedError(0), expectedError(16)]).toEqual([0, 64]);
    expect(expectedError(UNKNOWN)).toBeUndefined();
  });
});
