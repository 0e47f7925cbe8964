/** The script that holds detection against the network that repairs. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { row } from '../../scripts/measure-detection.mjs';
import { packageFile } from '../../src/config/package-root.js';

const run = (...options: string[]) =>
  spawnSync(process.execPath, [packageFile('scripts', 'measure-detection.mjs'), ...options], {
    encoding: 'utf8',
  });

it('tells shares of processor and of clock time', () => {
  expect(row('x', { cpu: 25, wall: 30 }, { cpu: 100, wall: 60 })).toBe(
    '| x | 25.0 | 100.0 | 25 % | 30.0 | 60.0 | 50 % |',
  );
});

it('measures both kinds of footage', () => {
  const { status, stdout, stderr } = run('--size', '128x96', '--frames', '4', '--threads', '1');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^\| 128x96, 1 threads \|/m);
  for (const name of ['noise all over', 'as recorded']) {
    expect(stdout).toMatch(new RegExp(`^\\| ${name} (\\| \\d+\\.\\d ){2}\\| \\d+ % `, 'm'));
  }
});

it('says what it expects of its options', () => {
  const { status, stderr } = run('--size', '641x2');
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^measure-detection: expected --size WIDTHxHEIGHT of even numbers.*got 641x2/,
  );
});
