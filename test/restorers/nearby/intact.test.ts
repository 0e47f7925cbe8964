/** What is whole in a damaged cell is told from what is not; in the midst of damage nothing is. */
import { describe, expect, it } from 'vitest';
import { hiddenSamples } from '../../../src/restorers/nearby/intact.js';

const size = { width: 40, height: 40 };
const columns = size.width / 2;

/** A soft scene, with a line of 200 over the samples `[from, to)` of each row, or column. */
function lined(from: number, to: number, upright: boolean) {
  const luma = new Uint8Array(size.width * size.height);
  const mask = new Uint8Array(luma.length / 4);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const across = upright ? x : y;
      const hit = across >= from && across < to;
      luma[y * size.width + x] = hit ? 200 : 60 + x + Math.round(8 * Math.sin(y / 6));
      if (hit) mask[(y >> 1) * columns + (x >> 1)] = 255;
    }
  }
  return { luma, mask };
}

/** Which of the samples across are hidden in the middle of the line. */
const across = (hidden: Uint8Array, upright: boolean) =>
  Array.from({ length: size.width }, (_, k) => k).filter(
    (k) => hidden[upright ? 20 * size.width + k : k * size.width + 20] === 1,
  );

describe.each([
  { way: 'upright', upright: true },
  { way: 'level', upright: false },
])('a line that is $way', ({ upright }) => {
  it.each([
    { from: 11, to: 13 },
    { from: 12, to: 15 },
    { from: 13, to: 16 },
    { from: 16, to: 20 },
  ])('hides the samples from $from to $to, and no others', ({ from, to }) => {
    const { luma, mask } = lined(from, to, upright);
    const expected = Array.from({ length: to - from }, (_, k) => from + k);
    expect(across(hiddenSamples(size, luma, mask), upright)).toEqual(expected);
  });
});

it('hides all of what is damaged evenly', () => {
  const luma = new Uint8Array(size.width * size.height).fill(60);
  const mask = new Uint8Array(luma.length / 4);
  for (let row = 5; row < 10; row++) {
    for (let column = 5; column < 10; column++) {
      mask[row * columns + column] = 255;
      for (const [dy, dx] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        luma[(2 * row + dy) * size.width + 2 * column + dx] = 220;
      }
    }
  }
  const hidden = hiddenSamples(size, luma, mask);
  expect(hidden.reduce((sum, one) => sum + one, 0)).toBe(100);
});
