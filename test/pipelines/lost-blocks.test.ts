/** A stream with packets missing, restored by the whole pipeline: found, and nearer to the truth. */
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { restore, type FrameDecision } from '../../pipelines/restore.js';
import { campusPath } from '../../fixtures/index.js';
import { decodeToRaw } from '../../src/evaluation/clip.js';
import { damageRaw } from '../../src/evaluation/damage-clip.js';
import { damageCaseNamed } from '../../src/evaluation/damage/index.js';
import { meanSquaredError } from '../../src/evaluation/metrics/psnr.js';
import { findFfmpeg } from '../../src/ffmpeg/find.js';
import { PROVENANCE } from '../../src/frame/provenance.js';
import { openFile } from '../../src/sources/file.js';
import { readRecords, temporaryFolder } from '../evaluation/clips.js';

const FRAMES = 24;
const { signal } = new AbortController();

it('lost blocks are marked, and what is put there is nearer to the truth than concealment', async () => {
  const ffmpeg = await findFfmpeg();
  const folder = await temporaryFolder();
  const spec = { path: campusPath, ffmpeg, deinterlace: 'off', maxWidth: 384 } as const;
  const clean = await decodeToRaw(openFile, spec, FRAMES, join(folder, 'clean.yuv'), signal);
  const made = await damageRaw(ffmpeg, damageCaseNamed('packetloss'), clean, 'b', folder, signal);
  const output = join(folder, 'out.mkv');
  const decisions: FrameDecision[] = [];
  const observe = (one: FrameDecision) => {
    const [mask, provenance] = [one.mask.slice(), one.provenance.slice()];
    decisions.push({ ...one, mask, provenance });
  };
  const settings = { model: 'lite', device: 'cpu', threads: 1, strength: 1 } as const;
  const kept = { lossless: true, deinterlace: 'off', synthesis: true } as const;
  const job = { input: made.file, output, ...settings, ...kept, observe };
  await lastValueFrom(restore(job, signal));

  const shape = { path: output, ffmpeg, deinterlace: 'off' } as const;
  const result = await decodeToRaw(openFile, shape, FRAMES, join(folder, 'out.yuv'), signal);
  const bytes = (clean.width * clean.height * 3) / 2;
  const [truth, concealed, restored] = await Promise.all(
    [clean.path, made.clip.path, result.path].map((path) => readRecords(path, bytes)),
  );
  const masks = await readRecords(made.mask!, (clean.width * clean.height) / 4);
  const errorOf = (frames: Uint8Array[]) =>
    frames.reduce((sum, frame, i) => sum + meanSquaredError(frame, truth![i]!), 0);
  expect(errorOf(restored!)).toBeLessThan(0.92 * errorOf(concealed!));

  let [both, marked, lost] = [0, 0, 0];
  for (const [seq, { mask, provenance }] of decisions.entries()) {
    for (const [cell, value] of mask.entries()) {
      const isMarked = value !== 0 && provenance[cell] === PROVENANCE.recovered;
      const isLost = masks[seq]![cell] !== 0;
      if (isMarked) marked++;
      if (isLost) lost++;
      if (isMarked && isLost) both++;
    }
  }
  expect(both / lost).toBeGreaterThan(0.5);
  expect(both / marked).toBeGreaterThan(0.5);
});
