/** The part that was restored worst, found in made-up planes, and the picture of it. */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { BT601 } from '../../src/evaluation/colour.js';
import { RawWriter } from '../../src/evaluation/raw-file.js';
import { hardestPart, paintHardParts } from '../../src/evaluation/report/hard-parts.js';
import { PROVENANCE } from '../../src/frame/provenance.js';
import { temporaryFolder } from './clips.js';

const [width, height, frames] = [320, 160, 4];
const grid = { columns: width / 2, rows: height / 2 };

async function write(path: string, records: readonly Uint8Array[]): Promise<string> {
  const writer = await RawWriter.create(path);
  for (const record of records) await writer.write(record);
  await writer.close();
  return path;
}

/** Grey frames; in the third a square of 16 samples at `left, top` is white. */
function versions(left: number, top: number) {
  return Array.from({ length: frames }, (_, index) => {
    const data = new Uint8Array((width * height * 3) / 2).fill(128);
    if (index === 2) {
      for (let row = top; row < top + 16; row++) {
        data.fill(235, row * width + left, row * width + left + 16);
      }
    }
    return data;
  });
}

async function scene(kind: number) {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  const plain = versions(0, 0).map(() => versions(0, 0)[0]!);
  const cells = Array.from({ length: frames }, () =>
    new Uint8Array(grid.columns * grid.rows).fill(kind),
  );
  const path = await write(at('clean'), plain);
  const clean = { path, width, height, frames, rate: [10, 1] as const, colour: BT601 };
  return {
    clean,
    picture: at('parts.jpg'),
    sources: {
      damaged: await write(at('damaged'), plain),
      restored: await write(at('restored'), versions(200, 80)),
      provenance: await write(at('provenance'), cells),
    },
  };
}

it('shows the place where what was changed is farthest from the truth', async () => {
  const { clean, sources, picture } = await scene(PROVENANCE.recovered);
  const part = await hardestPart('holes', clean, sources);
  const [damaged, restored, original, provenance] = part!.tiles;
  const brightest = (tile: Uint8Array) => Math.max(...tile);
  expect(brightest(restored!)).toBe(255);
  expect(brightest(damaged!)).toBe(brightest(original!));
  expect(restored!.filter((value) => value === 255)).toHaveLength(3 * 16 * 16);
  // The green of what was recovered.
  expect(provenance![1]).toBeGreaterThan(provenance![0]! + 50);

  await paintHardParts([part!, part!], picture);
  expect(await sharp(picture).metadata()).toMatchObject({
    format: 'jpeg',
    width: 972,
    height: 324,
  });
});

it('has nothing to show where nothing was changed', async () => {
  const { clean, sources } = await scene(PROVENANCE.original);
  expect(await hardestPart('clean', clean, sources)).toBeUndefined();
});
