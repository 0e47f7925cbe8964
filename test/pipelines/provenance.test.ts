/** The provenance track tells the truth about every cell, held against the planes before and after. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { restore, type FrameDecision, type RestoreOptions } from '../../pipelines/restore.js';
import { unpackCells } from '../../src/evidence/cells.js';
import { parseEntry, sha256 } from '../../src/evidence/frame-list.js';
import { evidenceFiles } from '../../src/evidence/names.js';
import { DRAWN, PROVENANCE } from '../../src/frame/provenance.js';
import { greyPictures } from '../../src/ffmpeg/grey-pictures.js';
import { ffmpeg, make, PASSTHROUGH, planes, scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const [width, height, frames] = [192, 128, 40];
const [columns, rows] = [width / 2, height / 2];
const bytes = (width * height * 3) / 2;
const FFV1 = ['-frames:v', String(frames), '-pix_fmt', 'yuv420p', '-c:v', 'ffv1'];

beforeAll(() => {
  const still = `mandelbrot=size=${width}x${height}:rate=10:end_pts=1:start_scale=0.3:end_scale=0.3`;
  make('-f', 'lavfi', '-i', `${still},noise=alls=25:allf=t:all_seed=3`, ...FFV1, at('in.mkv'));
  const early = "drawbox=x=130:y=20:w=30:h=24:color=white:t=fill:enable='lt(n,8)'";
  const always = 'drawbox=x=120:y=80:w=24:h=20:color=white:t=fill';
  const mask = `color=black:size=${width}x${height}:rate=10,format=gray,${early},${always}`;
  make('-f', 'lavfi', '-i', mask, ...FFV1, at('mask.mkv'));
});

const options = (change: Partial<RestoreOptions>): RestoreOptions => ({
  input: at('in.mkv'),
  output: at('out.mkv'),
  mask: at('mask.mkv'),
  model: 'lite',
  device: 'cpu',
  threads: 1,
  strength: 1,
  lossless: true,
  deinterlace: 'auto',
  synthesis: true,
  record: { partFrames: 16 },
  ...change,
});

/** Cells of a frame of which any of the six samples differs. */
function changedCells(before: Uint8Array, after: Uint8Array, frame: number): Set<number> {
  const changed = new Set<number>();
  for (let i = 0; i < bytes; i++) {
    if (before[frame * bytes + i] === after[frame * bytes + i]) continue;
    const luma = Math.floor(i / width / 2) * columns + ((i % width) >> 1);
    changed.add(i < width * height ? luma : i % (columns * rows));
  }
  return changed;
}

/** True when a cell within four of this one is not masked. */
function isSeenNear(mask: Uint8Array, cell: number): boolean {
  const [row, column] = [Math.floor(cell / columns), cell % columns];
  for (let y = Math.max(0, row - 4); y <= Math.min(rows - 1, row + 4); y++) {
    for (let x = Math.max(0, column - 4); x <= Math.min(columns - 1, column + 4); x++) {
      if (mask[y * columns + x] === 0) return true;
    }
  }
  return false;
}

async function restored(change: Partial<RestoreOptions>) {
  const masks: Uint8Array[] = [];
  const observe = ({ mask }: FrameDecision) => masks.push(mask.slice());
  const { signal } = new AbortController();
  const report = await lastValueFrom(
    restore(options({ ...change, observe: (d) => void observe(d) }), signal),
  );
  const files = evidenceFiles(at('out.mkv'));
  const track = [];
  const pictures = greyPictures(ffmpeg, files.cells, 4 * columns * rows, PASSTHROUGH);
  for await (const picture of pictures) track.push({ picture, ...unpackCells(picture) });
  const list = readFileSync(files.frames, 'utf8')
    .split('\n')
    .flatMap((line) => parseEntry(line) ?? []);
  return { report, masks, track, list, before: planes(at('in.mkv')), after: planes(at('out.mkv')) };
}

describe.each<[string, Partial<RestoreOptions>]>([
  ['as usual', {}],
  ['without synthesis', { synthesis: false }],
  ['without synthesis, hatched', { synthesis: false, unseen: 'hatch' }],
  ['with burnt-in outlines', { burnIn: true }],
  ['without denoising', { strength: 0 }],
])('a recording restored %s', (_how, change) => {
  it('has every changed cell marked, and every unmarked one bit for bit', async () => {
    const { report, masks, track, list, before, after } = await restored(change);
    expect([track.length, list.length, masks.length]).toEqual([frames, frames, frames]);
    const seen = new Map<number, number>();
    for (const [frame, { picture, provenance, uncertainty, seenFrom }] of track.entries()) {
      const own = (all: Buffer) => all.subarray(frame * bytes, (frame + 1) * bytes);
      const hashes = [own(before), own(after), picture].map(sha256);
      expect([list[frame]?.input, list[frame]?.output, list[frame]?.cells]).toEqual(hashes);
      const changed = changedCells(before, after, frame);
      let wrong = 0;
      for (const cell of changed) if (provenance[cell] === PROVENANCE.original) wrong++;
      for (const [cell, value] of provenance.entries()) {
        seen.set(value, (seen.get(value) ?? 0) + 1);
        const masked = masks[frame]?.[cell] !== 0;
        if (value === PROVENANCE.denoised && masked) wrong++;
        if ((value === PROVENANCE.recovered || value === PROVENANCE.synthesised) && !masked)
          wrong++;
        if ((value === PROVENANCE.original) !== (uncertainty[cell] === 0)) wrong++;
        const from = seenFrom[cell] ?? 0;
        // A cell is recovered from a frame that exists, in which it was not masked, or what moved
        // was seen up to four cells beside it.
        const then = masks[frame + from];
        if (value === PROVENANCE.recovered && !(then && isSeenNear(then, cell))) wrong++;
        if (value !== PROVENANCE.recovered && from !== 0) wrong++;
      }
      expect(wrong).toBe(0);
    }
    const has = (value: number) => (seen.get(value) ?? 0) > 0;
    expect(has(PROVENANCE.denoised)).toBe(change.strength !== 0);
    expect(has(PROVENANCE.recovered)).toBe(true);
    expect(has(PROVENANCE.synthesised)).toBe(change.synthesis !== false);
    expect(has(DRAWN)).toBe(change.burnIn === true || change.unseen === 'hatch');
    const all = Object.values(report.provenance).reduce((sum, share) => sum + share, 0);
    expect(all).toBeCloseTo(1, 9);
  });
});
