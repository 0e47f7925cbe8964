/** The built command from end to end: real footage, real ffmpeg, real network. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campusPath } from '../../fixtures/index.js';
import { CLI, relens, start } from './relens.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relens-e2e-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const at = (...names: string[]) => join(folder, ...names);

function probe(file: string): { streams: { nb_read_frames: string; codec_name: string }[] } {
  const args = ['-v', 'error', '-count_frames', '-show_streams', '-of', 'json', file];
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })) as ReturnType<
    typeof probe
  >;
}

it('is executable', () => {
  expect(() => {
    accessSync(CLI, constants.X_OK);
  }).not.toThrow();
});

describe('the demo', () => {
  it('writes a restored file and a picture, and gains decibels', async () => {
    const { code, stdout, stderr } = await relens([
      'demo',
      '--frames',
      '6',
      '--output',
      at('demo'),
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const gain = (line: RegExp) => Number(line.exec(stdout)?.[1]);
    expect(gain(/^PSNR .* gain (\S+) dB/m)).toBeGreaterThan(3);
    expect(gain(/^ {2}in the damage .* gain (\S+) dB/m)).toBeGreaterThan(3);
    expect(readdirSync(at('demo')).sort()).toEqual([
      'before-after.png',
      'damaged.mp4',
      'restored.mp4',
    ]);
    expect(probe(at('demo', 'restored.mp4')).streams[0]?.nb_read_frames).toBe('6');
  });
});

describe('restore', () => {
  it('restores a file losslessly and reports on it', async () => {
    const report = at('report.json');
    const args = ['--end', '0.5', '--lossless', '--report', report];
    const { code, stdout } = await relens([
      'restore',
      campusPath,
      '--output',
      at('a.mkv'),
      ...args,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('5 frames of 768x576');
    expect(probe(at('a.mkv')).streams[0]).toMatchObject({
      codec_name: 'ffv1',
      nb_read_frames: '5',
    });
    const { files } = JSON.parse(readFileSync(report, 'utf8'));
    expect(files[0].report.inference.modelSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says in one line what is not a video, and ends with 1', async () => {
    const args = ['restore', join(import.meta.dirname, 'command.test.ts'), '--output', at('b.mp4')];
    const { code, stdout, stderr } = await relens(args);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trimEnd()).toMatch(/^relens: error: .*\[INPUT_NOT_VIDEO\] [^\n]*$/);
    expect(readdirSync(folder)).not.toContain('b.mp4');
  });

  it.runIf(process.platform !== 'win32')(
    'leaves nothing behind when it is interrupted (signals are POSIX)',
    async () => {
      const target = at('stopped');
      mkdirSync(target);
      const watcher = watch(target);
      const atWork = once(watcher, 'change');
      const { child, ended } = start(['restore', campusPath, '--output', join(target, 'c.mp4')]);
      await Promise.race([atWork, ended]);
      watcher.close();
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      expect(stderr).toBe('relens: [ABORTED] stopped\n');
      expect(code).toBe(130);
      expect(readdirSync(target)).toEqual([]);
    },
  );
});

it('closes quietly when nobody reads on', async () => {
  const child = spawn(process.execPath, [CLI, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = await once(child, 'close');
  expect([code, stderr]).toEqual([0, '']);
});
