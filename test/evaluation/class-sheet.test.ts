/** The sheet of all classes shows the part where most was found, plain and marked. */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { BT601 } from '../../src/evaluation/colour.js';
import { paintClassSheet } from '../../src/evaluation/report/class-sheet.js';
import { temporaryFolder } from './clips.js';

const [width, height] = [320, 240];

/** Grey, with a white square of 40 samples at `left, top` that is found. */
function picture(label: string, left: number, top: number) {
  const data = new Uint8Array((width * height * 3) / 2).fill(128);
  const found = new Uint8Array((width * height) / 4);
  for (let y = top; y < top + 40; y++) {
    data.fill(235, y * width + left, y * width + left + 40);
    const row = (y >> 1) * (width >> 1);
    found.fill(255, row + (left >> 1), row + ((left + 40) >> 1));
  }
  return { label, width, height, colour: BT601, data, found, zoom: 4 };
}

it('shows each class beside what was found of it, two in a row', async () => {
  const path = join(await temporaryFolder(), 'sheet.jpg');
  await paintClassSheet(
    [picture('dirt', 10, 20), picture('drop', 200, 150), picture('glare', 0, 0)],
    path,
  );
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  const [across, down] = [(info.width + 4) / 4, (info.height + 4) / 2];
  const at = (column: number, row: number, x: number, y: number) => {
    const [u, v] = [Math.round((column + x) * across), Math.round((row + y) * down)];
    return [...data.subarray(3 * (v * info.width + u), 3 * (v * info.width + u) + 3)] as [
      number,
      number,
      number,
    ];
  };
  // A quarter of the picture across: the square is half of it.
  for (const [column, row] of [
    [0, 0],
    [2, 0],
    [0, 1],
  ] as const) {
    const spots = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) =>
      [0.2, 0.4, 0.6, 0.8].map((y) => [x, y] as const),
    );
    const white = spots.map(([x, y]) => at(column, row, x, y));
    expect(white.filter(([, , blue]) => blue > 220).length).toBeGreaterThanOrEqual(5);
    const marked = spots.map(([x, y]) => at(column + 1, row, x, y));
    expect(marked.filter(([red, , blue]) => red > blue + 80).length).toBeGreaterThanOrEqual(5);
    expect(white.some(([red, , blue]) => red > blue + 80)).toBe(false);
  }
  expect(Math.max(...at(2, 1, 0.5, 0.5))).toBeLessThan(16);
});
