/** The measuring of each class: a quick run on the bundled footage, and what it refuses. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { campusPath } from '../../fixtures/index.js';
import { packageFile } from '../../src/config/package-root.js';
import { temporaryFolder } from '../evaluation/clips.js';

const run = (...args: string[]) =>
  spawnSync(process.execPath, [packageFile('scripts', 'measure-classes.mjs'), ...args], {
    encoding: 'utf8',
  });

it('prints the figures of a class and of the noise, and paints the sheet', async () => {
  const sheet = join(await temporaryFolder(), 'sheet.jpg');
  const { status, stdout } = run(
    ...[campusPath, '--frames', '14', '--kinds', 'dead-pixel,noise', '--sheet', sheet],
  );
  expect(status).toBe(0);
  const [, precision, recall] =
    /^\| dead-pixel \| deadpx \| 1 \| ([\d.]+) \| ([\d.]+) \| [\d.]+ \| [\d.]+ \| – \|$/m.exec(
      stdout,
    ) ?? [];
  expect(Number(precision)).toBeGreaterThan(0.9);
  expect(Number(recall)).toBeGreaterThan(0.8);
  const errors = [...stdout.matchAll(/^\| (?:clean|awgn\d+(?:-planes)?) \| 1 \| ([\d.]+) \|/gm)];
  expect(errors).toHaveLength(5);
  for (const [, error] of errors) expect(Number(error)).toBeLessThan(3);
  expect((await sharp(sheet).metadata()).format).toBe('jpeg');
});

it.each([
  [[], 2, 'usage'],
  [[campusPath, '--kinds', 'snow'], 2, 'unknown kind "snow"; the kinds are dirt, '],
  [[campusPath, '--frames', 'few'], 2, 'at least 1, not "few"'],
  [[campusPath, '--sheet', 'x.png'], 2, 'expected a .jpg, got "x.png"'],
  [[campusPath, '--bogus'], 2, "Unknown option '--bogus'"],
  [['nowhere.mp4'], 1, 'nowhere.mp4'],
] as const)('refuses %j in one line', (args, code, words) => {
  const { status, stderr, stdout } = run(...args);
  expect(status).toBe(code);
  expect(stderr).toContain(words);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
});
