/** What the damage network is given: the same contrasts that it was trained on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CONTRAST_PLANES,
  ContrastLayout,
  keepVisible,
  type Pictures,
} from '../../src/detectors/contrasts.js';

const FOLDER = join(import.meta.dirname, '../inference/damage');
const COLUMNS = 48;
const ROWS = 32;
const SIZE = { width: 2 * COLUMNS, height: 2 * ROWS };

const stored = (name: string) => new Uint8Array(readFileSync(join(FOLDER, `${name}.bin`)));

function storedPictures(): Pictures {
  const luma = stored('luma');
  const chroma = stored('chroma');
  const count = COLUMNS * ROWS;
  return Array.from({ length: 7 }, (_, k) => {
    const picture = new Uint8Array(6 * count);
    picture.set(luma.subarray(4 * k * count, 4 * (k + 1) * count));
    picture.set(chroma.subarray(2 * k * count, 2 * (k + 1) * count), 4 * count);
    return picture;
  }) as unknown as Pictures;
}

describe('the contrasts', () => {
  it('are those of the training within one step of 255', () => {
    const wanted = stored('contrasts');
    const got = new Uint8Array(wanted.length);
    new ContrastLayout(SIZE, { width: COLUMNS, height: ROWS }).write(storedPictures(), got);
    const off = [...wanted].map((value, i) => Math.abs(value - (got[i] ?? 0)));
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
    // They are not flat: there is something to compare.
    expect(new Set(wanted).size).toBeGreaterThan(100);
  });

  it('keep of what was found only the cells in which something differs', () => {
    const flat = () => new Uint8Array(6 * COLUMNS * ROWS).fill(90);
    const pictures = Array.from({ length: 7 }, flat) as unknown as Pictures;
    // One sample of the cell at row 3, column 7; and a difference too small to see in another.
    pictures[0][7 * SIZE.width + 15] = 97;
    pictures[0][20 * SIZE.width + 40] = 95;
    const padded = { width: COLUMNS, height: ROWS };
    const contrasts = new Uint8Array(CONTRAST_PLANES * (COLUMNS / 2) * (ROWS / 2));
    new ContrastLayout(SIZE, padded).write(pictures, contrasts);
    const score = new Uint8Array(COLUMNS * ROWS).fill(200);
    keepVisible({ columns: COLUMNS, rows: ROWS }, score, contrasts, padded);
    expect([...score.keys()].filter((cell) => score[cell] !== 0)).toEqual([3 * COLUMNS + 7]);
  });

  it('repeat the last column and row where the network wants more than there is', () => {
    const pictures = storedPictures();
    const padded = { width: 64, height: 48 };
    const plane = (padded.width * padded.height) / 4;
    const got = new Uint8Array(CONTRAST_PLANES * plane);
    new ContrastLayout(SIZE, padded).write(pictures, got);
    const luma = pictures[0].subarray(0, SIZE.width * SIZE.height);
    const last = (row: number) => luma[row * SIZE.width + SIZE.width - 1];
    // The first plane is the luma of the frame, every fourth sample of every fourth row.
    expect([24, 31].map((column) => got[5 * 32 + column])).toEqual([last(20), last(20)]);
    expect(got[20 * 32]).toBe(luma[(SIZE.height - 1) * SIZE.width]);
  });
});
