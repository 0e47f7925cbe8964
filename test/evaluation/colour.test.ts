/** The one conversion between yuv420p and RGB. */
import { describe, expect, it } from 'vitest';
import { BT601, BT709, colourOf, fromRgb, toRgb } from '../../src/evaluation/colour.js';

const size = { width: 2, height: 2 };
const convert = (y: number, u: number, v: number, colour = BT601) => {
  const rgb = new Uint8ClampedArray(12);
  toRgb(size, Uint8Array.of(y, y, y, y, u, v), colour, rgb);
  return [rgb[0], rgb[4], rgb[8]];
};

describe('toRgb', () => {
  it('turns limited-range black, white and grey into themselves', () => {
    expect(convert(16, 128, 128)).toEqual([0, 0, 0]);
    expect(convert(235, 128, 128)).toEqual([255, 255, 255]);
    expect(convert(126, 128, 128)).toEqual([128, 128, 128]);
  });

  it('turns the code values of pure red into red', () => {
    expect(convert(81, 90, 240)).toEqual([254, 0, 0]);
    expect(convert(63, 102, 240, BT709)).toEqual([255, 1, 0]);
  });

  it('takes matrix and range from the tags, BT.601 limited without them', () => {
    expect(colourOf({})).toEqual(BT601);
    expect(colourOf({ space: 'bt709' })).toEqual(BT709);
    expect(colourOf({ space: 'smpte170m', range: 'pc' }).fullRange).toBe(true);
    expect(convert(255, 128, 128, { ...BT601, fullRange: true })).toEqual([255, 255, 255]);
  });
});

describe('fromRgb', () => {
  it('brings every colour back to its code values, to one level', () => {
    const rgb = new Uint8ClampedArray(12);
    const back = new Uint8Array(6);
    for (const [y, u, v] of [
      [60, 118, 140],
      [120, 140, 110],
      [180, 128, 128],
    ] as const) {
      toRgb(size, Uint8Array.of(y, y, y, y, u, v), BT601, rgb);
      fromRgb(size, rgb, BT601, back);
      [y, y, y, y, u, v].forEach((value, i) =>
        expect(Math.abs((back[i] ?? 0) - value)).toBeLessThanOrEqual(1),
      );
    }
  });

  it('writes only masked cells when it is given a mask', () => {
    const back = new Uint8Array(6).fill(7);
    fromRgb(size, new Uint8ClampedArray(12).fill(128), BT601, back, Uint8Array.of(0));
    expect([...back]).toEqual([7, 7, 7, 7, 7, 7]);
  });
});
