/** The measuring script: its tables from made-up runs, and a quick run of all of it. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { describeRuns } from '../../scripts/measure.mjs';
import { packageFile } from '../../src/config/package-root.js';

const run = (name: string, peakMiB: number) => ({
  name,
  wallMs: 2000,
  peakMiB,
  report: {
    frames: 10,
    noise: { mean: 12.34 },
    stages: { noise: 50, detect: 100, network: 500 },
    wallMs: 1000,
    inference: { device: 'cpu', model: 'm', modelSha256: '0', tilesTotal: 40, tilesRun: 10 },
    versions: {},
  },
});

it('tells rates, shares, milliseconds by stage and the ratio of the peaks', () => {
  const lines = describeRuns([run('a', 100)], [run('short', 100), run('long', 104)]);
  expect(lines).toContain('| a | 10 | 12.3 | 25 % | 5.0 | 10.0 | 20.0 |');
  expect(lines).toContain('|  | noise | detect | network | a frame | others |');
  expect(lines).toContain('| a | 5.0 | 10.0 | 50.0 | 100.0 | 15 % |');
  expect(lines).toContain('| long | 10 | 104 MiB | 5.0 |');
  expect(lines.at(-1)).toBe('Ratio of the longer to the shorter: 1.04');
});

it('runs the built command on clips that it makes itself', () => {
  const args = [packageFile('scripts', 'measure.mjs'), '--quick', '--threads', '1'];
  const { status, stdout: text } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(status).toBe(0);
  // Four films in each of the two tables of speeds.
  expect(text.match(/^\| \d+x\d+, (noise all over|a few spots) \|/gm)).toHaveLength(8);
  expect(text).toMatch(/^\| 320x192, noise all over \| 6 \| \d+\.\d \| 100 % \|/m);
  // The spots lie in one tile of six, and are painted on what is beside: the network may have no work.
  expect(text).toMatch(/^\| 320x192, a few spots \| 6 \| \d\.\d \| \d\d? % \|/m);
  expect(text).toMatch(/^\| 3 s of 96x64 \| 30 \| \d+ MiB \|/m);
  expect(text).toMatch(/^Ratio of the longer to the shorter: \d\.\d\d$/m);
});
