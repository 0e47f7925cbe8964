/** The uncertainty of the provenance track means what it says, on footage that did not shape it. */
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { campusPath } from '../../fixtures/index.js';
import { evaluate } from '../../pipelines/evaluate.js';
import { poolCalibration } from '../../src/evaluation/metrics/calibration.js';
import { calibrationText } from '../../src/evaluation/report/calibration-table.js';
import { expectedError } from '../../src/frame/uncertainty.js';
import { make, scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();

it('expects of denoised cells the error that they turn out to have, within a factor of two', async () => {
  const clip = join(folder, 'clip.mkv');
  const part = ['-vf', 'crop=192:128:300:200', '-frames:v', '24', '-pix_fmt', 'yuv420p'];
  make('-i', campusPath, ...part, '-c:v', 'ffv1', clip);
  const report = await lastValueFrom(
    evaluate(
      {
        ...{ clips: clip, cases: ['awgn10', 'awgn25', 'awgn50'], frames: 24, anchors: false },
        relens: {
          ...{ model: 'lite', device: 'cpu', threads: 1, strength: 1, lossless: true },
          ...{ deinterlace: 'auto', synthesis: true },
        },
      },
      new AbortController().signal,
    ),
  );
  const rows = poolCalibration(report.clips.map(({ tool }) => tool?.calibration ?? []));
  const denoised = rows.filter(({ provenance }) => provenance === 'denoised');
  const all = denoised.reduce((sum, { cells }) => sum + cells, 0);
  const many = denoised.filter(({ cells }) => cells > all / 200);
  expect(many.length).toBeGreaterThan(3);
  for (const { uncertainty, measured } of many) {
    const ratio = measured / (expectedError(uncertainty) ?? 0);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  }
  // Where it expects more there is more.
  const [least, most] = [many[0], many.at(-1)];
  expect(most!.measured).toBeGreaterThan(2 * least!.measured);
  expect(calibrationText(report.clips).join('\n')).toMatch(/^ {2}denoised +\d+\.\d\d +\d+\.\d\d/m);
});
