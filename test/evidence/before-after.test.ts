/** The before/after picture: where it looks, and what it writes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { densestWindow, paintBeforeAfter } from '../../src/evidence/before-after.js';
import { labelSvg } from '../../src/frame/pixel-font.js';

it('enlarges the part where the most cells are damaged', () => {
  const grid = { columns: 64, rows: 48 };
  const mask = new Uint8Array(64 * 48);
  mask[3 * 64 + 3] = 255;
  for (let column = 40; column < 50; column++) mask[30 * 64 + column] = 255;
  const { left, top, width, height } = densestWindow(grid, mask);
  expect([width, height]).toEqual([32, 16]);
  expect(left).toBeLessThanOrEqual(80);
  expect(left + width).toBeGreaterThanOrEqual(100);
  expect(top).toBeLessThanOrEqual(60);
  expect(top + height).toBeGreaterThan(60);
});

it('shows the versions side by side, whole and enlarged', async () => {
  const size = { width: 64, height: 48 };
  const flat = (red: number, green: number) => {
    const rgb = new Uint8ClampedArray(3 * 64 * 48);
    return rgb.fill(red, 0, 64 * 48).fill(green, 64 * 48, 2 * 64 * 48);
  };
  const versions = [
    { label: 'a', rgb: flat(200, 0) },
    { label: 'b', rgb: flat(0, 150) },
  ];
  const folder = mkdtempSync(join(tmpdir(), 'relens-picture-'));
  try {
    const file = join(folder, 'a.png');
    await paintBeforeAfter(size, versions, new Uint8Array(32 * 24), file);
    const { data, info } = await sharp(file)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([132, 48 + 4 + 32]);
    const at = (x: number, y: number) => [
      ...data.subarray(3 * (y * 132 + x), 3 * (y * 132 + x) + 3),
    ];
    expect(at(60, 44)).toEqual([200, 0, 0]);
    expect(at(130, 44)).toEqual([0, 150, 0]);
    expect(at(60, 80)).toEqual([200, 0, 0]);
    expect(at(66, 20)).toEqual([0, 0, 0]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('writes labels without any font', () => {
  const svg = labelSvg('I', 1).toString();
  expect(svg).toContain('width="7" height="9"');
  // The letter I has 3 + 5 + 3 dots.
  expect(svg.match(/M\d+ \d+h1v1h-1z/g)).toHaveLength(11);
});
