/** Gaps are filled from their border, and nothing else is touched. */
import { describe, expect, it } from 'vitest';
import { fillUnseen } from '../../src/detectors/fill-unseen.js';

describe('filling what was never seen', () => {
  it('goes on with what is around, ring by ring, and changes nothing that is known', () => {
    const values = Uint8Array.from({ length: 7 * 6 }, (_, i) => (i % 7 < 2 ? 40 : 80));
    const gap = new Set([16, 17, 18, 23, 24, 25, 30, 31, 32]);
    const before = values.slice();
    for (const i of gap) values[i] = 0;
    fillUnseen(values, 7, (i) => !gap.has(i));
    for (const [i, value] of values.entries()) {
      if (gap.has(i)) {
        expect(value).toBeGreaterThanOrEqual(40);
        expect(value).toBeLessThanOrEqual(80);
      } else expect(value).toBe(before[i]);
    }
    expect(values[16]).toBeLessThan(values[18]!);
  });

  it('does not look round the end of a row', () => {
    const values = Uint8Array.from([10, 10, 0, 90, 90, 90]);
    fillUnseen(values, 3, (i) => i !== 2);
    expect(values[2]).toBe(Math.round((10 + 90 + 90) / 3));
  });

  it('leaves a picture of which nothing is known as it is', () => {
    const values = new Uint8Array(12).fill(7);
    fillUnseen(values, 4, () => false);
    expect([...values]).toEqual(Array.from({ length: 12 }, () => 7));
  });
});
