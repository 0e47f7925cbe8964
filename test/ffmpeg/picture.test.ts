import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cropPicture, evenSize, padPicture, rawBytes } from '../../src/ffmpeg/picture.js';
import { frameBytes, planesOf } from '../../src/frame/frame.js';

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 17 }),
  height: fc.integer({ min: 1, max: 17 }),
});

describe('a raw picture', () => {
  it('comes back whole after padding and cropping', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const raw = Uint8Array.from({ length: rawBytes(size) }, (_, at) => (at * 13) & 255);
        const frame = new Uint8Array(frameBytes(evenSize(size)));
        padPicture(raw, size, frame);
        const back = new Uint8Array(raw.length);
        cropPicture(frame, size, back);
        expect(back).toEqual(raw);
      }),
    );
  });

  it('is padded by its own edge', () => {
    const frame = new Uint8Array(24);
    padPicture(
      Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 22, 23, 30, 31, 32, 33]),
      { width: 3, height: 3 },
      frame,
    );
    const { y, u, v } = planesOf({ width: 4, height: 4 }, frame);
    expect([...y]).toEqual([1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 7, 8, 9, 9]);
    expect([...u, ...v]).toEqual([20, 21, 22, 23, 30, 31, 32, 33]);
  });
});
