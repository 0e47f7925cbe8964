/** How what was found is drawn: what is repaired, and what is told and left alone. */
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { overlayOf, showMask } from '../../pipelines/inspect-pictures.js';
import { frame, HEIGHT, WIDTH } from '../detectors/scene.js';

const [columns, rows] = [WIDTH / 2, HEIGHT / 2];
const cells = (...set: number[]) => {
  const data = new Uint8Array(columns * rows);
  for (const cell of set) data[cell] = 255;
  return data;
};
const mask = { columns, rows, data: cells(0, 1), coverage: 2 / (columns * rows) };
const told = cells(1, 2);

it('the overlay is red where something is repaired, and yellow where it is left alone', async () => {
  const { data } = await sharp(await overlayOf(mask, told))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixel = (cell: number) => [...data.subarray(8 * cell, 8 * cell + 4)];
  expect(pixel(1)).toEqual(pixel(0));
  const [red = 0, green = 0] = pixel(0);
  expect(red).toBeGreaterThan(4 * green);
  const [yellowRed = 0, yellowGreen = 0] = pixel(2);
  expect(yellowGreen).toBeGreaterThan(yellowRed / 2);
  expect(pixel(3)[3]).toBe(0);
});

it('the mask video is white where something is repaired, and too dark for --mask where it is told', () => {
  const one = frame(new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(50), 0);
  showMask(one, mask, told);
  const [first = 0, second = 0, third = 0, fourth = 0] = [0, 2, 4, 6].map(
    (x) => one.data[WIDTH + x],
  );
  expect([first, second, fourth]).toEqual([255, 255, 0]);
  expect(third).toBeGreaterThan(0);
  expect(third).toBeLessThan(128);
});
