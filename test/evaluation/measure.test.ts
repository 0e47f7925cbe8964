/** The measures of whole clips, against values worked out by hand. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BT601 } from '../../src/evaluation/colour.js';
import { PROVENANCE } from '../../src/frame/provenance.js';
import { DecisionLog, scoreDecisions } from '../../src/evaluation/decision-log.js';
import { measure } from '../../src/evaluation/measure.js';
import { psnrOf } from '../../src/evaluation/metrics/psnr.js';
import { temporaryFolder, writeRecords } from './clips.js';

const { signal } = new AbortController();
const SIZE = { width: 48, height: 32 };
const CELLS = 24 * 16;
const GREY = 126; // becomes RGB 128
const flat = (luma: number) => new Uint8Array((48 * 32 * 3) / 2).fill(128).fill(luma, 0, 48 * 32);

/** Luma of one cell. */
function withCell(data: Uint8Array, row: number, column: number, luma: number): Uint8Array {
  const copy = data.slice();
  for (const y of [2 * row, 2 * row + 1])
    copy.fill(luma, y * 48 + 2 * column, y * 48 + 2 * column + 2);
  return copy;
}

async function clipOf(name: string, frames: readonly Uint8Array[]) {
  const folder = await temporaryFolder();
  const path = await writeRecords(join(folder, name), frames);
  return { ...SIZE, path, frames: frames.length, rate: [25, 1], colour: BT601 } as const;
}

it('tells the damage, its surroundings and the rest apart', async () => {
  const clean = await clipOf('clean', [flat(GREY), flat(GREY)]);
  // One damaged cell, 255 in RGB (127 off); one cell three cells away, 11.6 in RGB off, rounded 12.
  const damaged = withCell(withCell(flat(GREY), 8, 12, 235), 8, 15, GREY + 10);
  const result = await clipOf('result', [damaged, flat(GREY)]);
  const truth = withMask(8 * 24 + 12);
  const mask = await clipOf('mask', [truth, truth]);
  const [measures] = await measure(clean, [result.path], mask.path, signal);
  const frameError = (127 ** 2 + 12 ** 2) / CELLS;
  expect(measures!.psnr).toBeCloseTo((psnrOf(frameError) + 100) / 2, 6);
  expect(measures!.inside).toBeCloseTo(psnrOf(127 ** 2 / 2), 6);
  expect(measures!.outside).toBeCloseTo(psnrOf(12 ** 2 / (2 * (CELLS - 1))), 6);
  expect(measures!.edge).toBeCloseTo(psnrOf(12 ** 2 / (2 * 80)), 6);
  // 480 luma levels of change between the frames: (109 + 10) * 4 samples of 1536.
  expect(measures!.flicker).toBeCloseTo((119 * 4) / 1536, 6);
  expect(measures!.flickerRatio).toBeCloseTo((119 * 4) / 1536 / 0.1, 6);
});

it('has no regions without a mask', async () => {
  const clean = await clipOf('clean', [flat(GREY)]);
  const [measures] = await measure(clean, [clean.path], undefined, signal);
  expect(measures).toMatchObject({ psnr: 100, inside: undefined, outside: undefined });
  expect(measures!.ssim).toBeCloseTo(1, 4);
});

it('holds the decisions against the truth', async () => {
  const clean = await clipOf('clean', [flat(GREY), flat(GREY)]);
  const noisy = flat(GREY).map((value, i) =>
    i < 48 * 32 ? value + (i % 2 === 0 ? 4 : -4) : value,
  );
  const damaged = await clipOf('damaged', [noisy, noisy]);
  const restored = await clipOf('restored', [noisy, withCell(noisy, 0, 0, 90)]);
  const truth = await clipOf('mask', [withMask(5), withMask(5)]);
  const folder = await temporaryFolder();
  const log = new DecisionLog(...paths(folder), clean);
  const provenance = new Uint8Array(CELLS);
  const uncertainty = new Uint8Array(CELLS);
  log.add({ mask: withMask(5), provenance, uncertainty, sigma: 3 });
  // One cell is called denoised, and is as it should be; one is called recovered, and is not.
  provenance[CELLS - 1] = PROVENANCE.denoised;
  provenance[1] = PROVENANCE.recovered;
  uncertainty.fill(7);
  log.add({ mask: withMask(6), provenance, uncertainty, sigma: 6 });
  log.close();
  const clips = { clean, damaged, restored: restored.path };
  const score = await scoreDecisions(log, clips, truth.path, true, signal);
  expect(score.mask).toMatchObject({ precision: 0.5, recall: 0.5, iou: 1 / 3 });
  expect(score.sigmaError).toBeCloseTo((1 + 2) / 2, 6);
  expect(score.damagedShare).toBeCloseTo(1 / CELLS, 6);
  expect(score.alteredOriginals).toBe(1);
  expect(score.calibration).toEqual([
    { provenance: 'denoised', uncertainty: 7, cells: 1, measured: 4 },
    { provenance: 'recovered', uncertainty: 7, cells: 1, measured: 4 },
  ]);
});

it('refuses a decision of another size', async () => {
  const folder = await temporaryFolder();
  const log = new DecisionLog(...paths(folder), SIZE);
  const cells = new Uint8Array(7);
  expect(() => log.add({ mask: cells, provenance: cells, uncertainty: cells, sigma: 0 })).toThrow(
    '384 cells expected, got 7',
  );
  log.close();
});

const paths = (folder: string) =>
  [join(folder, 'found'), join(folder, 'provenance'), join(folder, 'uncertainty')] as const;

function withMask(...cells: number[]): Uint8Array {
  const mask = new Uint8Array(CELLS);
  for (const cell of cells) mask[cell] = 255;
  return mask;
}
