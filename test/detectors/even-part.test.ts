/** What a chain follows beyond its line is cut off, by its brightness. */
import { expect, it } from 'vitest';
import type { Chain } from '../../src/detectors/chains.js';
import { evenPart } from '../../src/detectors/even-part.js';

const size = { width: 64, height: 160 };
const ROWS = 10;

/** A bright line of 220 at column 30, that begins at strip `first` and ends before `end`. */
function picture(first: number, end: number) {
  const luma = new Uint8Array(size.width * size.height).fill(80);
  for (let y = first * ROWS; y < end * ROWS; y++) luma[y * size.width + 30] = 220;
  return luma;
}

const columns = (count: number) => Array.from({ length: count }, () => 30);
const chain = (first: number, columns: number[]): Chain => ({
  bright: true,
  first,
  columns,
  strength: 30,
});

it('keeps a line of one brightness whole, also where it is hardly seen beside what is behind it', () => {
  const luma = picture(2, 14);
  for (let y = 20; y < 60; y++) luma.fill(210, y * size.width, y * size.width + 30);
  const whole = chain(2, columns(12));
  expect(evenPart(size, whole, luma, 0)).toBe(whole);
});

it('cuts off a branch at either end, and what is left begins where it did', () => {
  const luma = picture(5, 14);
  for (let y = 0; y < 5 * ROWS; y++) luma[y * size.width + 33] = 150;
  for (let y = 14 * ROWS; y < 16 * ROWS; y++) luma[y * size.width + 29] = 170;
  const found = chain(1, [33, 33, 33, 33, ...columns(9), 29, 29]);
  expect(evenPart(size, found, luma, 0)).toEqual(chain(5, columns(9)));
});

it('leaves a chain alone of which too little would be left', () => {
  const luma = picture(5, 8);
  const found = chain(3, columns(8));
  expect(evenPart(size, found, luma, 0)).toBe(found);
});

it('allows for the noise', () => {
  const luma = picture(5, 14);
  for (let y = 0; y < 5 * ROWS; y++) luma[y * size.width + 30] = 195;
  const found = chain(0, columns(14));
  expect(evenPart(size, found, luma, 0).first).toBe(5);
  expect(evenPart(size, found, luma, 20)).toBe(found);
});
