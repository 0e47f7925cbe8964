/** What goes wrong, through the built command: one clear line, the right exit code, nothing lost. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { campusPath } from '../../fixtures/index.js';
import type { RestoreReport } from '../../pipelines/restore.js';
import { make, pictures, probed, scratchFolder, times } from '../ffmpeg/clips.js';
import { relens, restoredIn, start } from './relens.js';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const out = (...names: string[]) => at('out', ...names);
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '5'];

const whole = at('whole.mp4');
make(...pictures('160x120', 4), ...X264, '-movflags', '+faststart', whole);
make('-i', whole, '-c', 'copy', at('whole.ts'));

/** The first part of a file, up to the middle of the key frame nearest to its 3rd second. */
function cut(from: string, to: string): void {
  const entries = ['packet=pts_time,size,pos,flags', '-select_streams', 'v:0'] as const;
  const key = probed(from, ...entries)
    .map((line) => line.split(','))
    .filter(([, , , flags]) => flags?.startsWith('K'))
    .sort(([a], [b]) => Math.abs(Number(a) - 3) - Math.abs(Number(b) - 3))[0]!;
  const end = Number(key[2]) + Number(key[1]) / 2;
  writeFileSync(to, readFileSync(from).subarray(0, end));
}

beforeEach(() => {
  mkdirSync(out(), { recursive: true });
});
const left = () => restoredIn(out());

function readReport(path: string) {
  const { files } = JSON.parse(readFileSync(path, 'utf8')) as {
    files: { ok: boolean; report?: RestoreReport }[];
  };
  return files;
}

/** The command fails with one line, and writes nothing. */
async function refused(args: readonly string[], code: number, line: RegExp): Promise<void> {
  const before = left();
  const ended = await relens(['restore', ...args]);
  expect(ended.stderr).toMatch(line);
  expect(ended.stderr.trimEnd()).not.toContain('\n');
  expect(ended.stderr).not.toContain('unexpected');
  expect([ended.code, ended.stdout]).toEqual([code, '']);
  expect(left()).toEqual(before);
}

describe('a recording that was cut off', () => {
  it.each([
    ['mp4', /^\d+ of 40 frames could not be decoded; the pictures end at .*4\.00 s/],
    // A transport stream does not say how long it was to be: only the broken frame is known.
    ['ts', /^\d+ decoding errors?, the first: /],
  ])('is restored as far as it goes (%s)', async (kind, words) => {
    const [input, output, report] = [at(`cut.${kind}`), out(`cut.${kind}`), out(`${kind}.json`)];
    cut(at(`whole.${kind}`), input);
    const args = ['restore', input, '--output', output, '--report', report];
    const { code, stdout, stderr } = await relens(args);
    expect([code, stderr]).toEqual([0, '']);
    const [file] = readReport(report);
    const lost = file?.report?.lost.join('; ') ?? '';
    expect(lost).toMatch(words);
    expect(stdout).toContain(`  lost      ${lost}\n`);
    const frames = times(input).length;
    expect(frames).toBeGreaterThan(5);
    expect(file?.report?.frames).toBe(frames);
    expect(times(output)).toHaveLength(frames);
  });
});

describe('an input', () => {
  writeFileSync(at('garbage.mp4'), Buffer.from('x1%ä'.repeat(999)));
  writeFileSync(at('empty.mkv'), '');
  mkdirSync(at('papers'));
  writeFileSync(at('papers', 'note.txt'), 'Camera 4\n');

  it.each([
    ['that is garbage', 'garbage.mp4', /^relens: error: \[INPUT_NOT_VIDEO\] .*garbage\.mp4.*$/m],
    ['that is empty', 'empty.mkv', /^relens: error: \[INPUT_NOT_VIDEO\] .*empty\.mkv is empty/],
    ['that is missing', 'no.mp4', /^relens: \[INPUT_NOT_FOUND\] ".*no\.mp4": no such file/],
    ['without videos', 'papers', /^relens: \[INPUT_NOT_FOUND\] ".*papers": no videos or images/],
  ])('%s is refused', (_what, name, line) =>
    refused([at(name), '--output', out('a.mp4')], 1, line),
  );

  it('that fails does not keep the others from being restored', async () => {
    const mixed = at('mixed');
    mkdirSync(mixed);
    copyFileSync(whole, join(mixed, 'c.mp4'));
    copyFileSync(at('garbage.mp4'), join(mixed, 'b.mp4'));
    const report = at('mixed.json');
    const args = ['restore', mixed, '--output', at('mixed-out'), '--report', report];
    const { code, stdout, stderr } = await relens(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^relens: error: \[INPUT_NOT_VIDEO\] [^\n]*b\.mp4[^\n]*\n$/);
    expect(stdout).toContain('1 restored, 1 failed\n');
    expect(restoredIn(at('mixed-out'))).toEqual(['c.mp4']);
    expect(readReport(report)).toMatchObject([
      { ok: false, error: { code: 'INPUT_NOT_VIDEO' } },
      { ok: true, report: { frames: 40, lost: [] } },
    ]);
  });

  it('is never the output', async () => {
    const before = readFileSync(whole);
    await refused(
      [whole, '--output', join(folder, '.', 'whole.mp4')],
      1,
      /^relens: \[OUTPUT_EXISTS\] .* would overwrite the input /,
    );
    expect(readFileSync(whole).equals(before)).toBe(true);
  });
});

describe('an option', () => {
  writeFileSync(at('words.txt'), 'white = repair\n');

  it.each([
    ['an unknown codec', 'a.mp4', ['--codec', 'h267'], 1, /\[CODEC_MISSING\] no h267 that works/],
    ['an unknown ending', 'a.xyz', [], 2, /\[USAGE\] .*a\.xyz: the extension tells the container/],
    [
      'no Matroska',
      'a.mp4',
      ['--lossless'],
      2,
      /\[USAGE\] .*a\.mp4: --lossless .* write to .*a\.mkv/,
    ],
    [
      'an unknown key',
      'a.mp4',
      ['--set', 'repair.strenght=1'],
      2,
      /\[CONFIG\] "repair\.strenght": unknown key, did you mean "repair\.strength"\?/,
    ],
    ['no image', 'a.mp4', ['--mask', 'words.txt'], 1, /\[MASK\] mask: .*words\.txt cannot be read/],
    ['no mask', 'a.mp4', ['--mask', 'no.png'], 1, /\[MASK\] mask: .*no\.png: no such file/],
    ['a time too late', 'a.mp4', ['--start', '9'], 1, /no picture .* none in the part asked for/],
    ['an unknown model', 'a.mp4', ['--model', 'grand'], 1, /\[MODEL\] expected model "grand"/],
  ])('%s is refused', (_what, output, options, code, line) => {
    const named = options.map((value) => (/\.(txt|png)$/.test(value) ? at(value) : value));
    return refused([whole, '--output', out(output), ...named], code, line);
  });

  it('that would be refused for every input is refused once', () => {
    const args = [whole, at('whole.ts'), '--output', out(), '--mask', at('no.png')];
    return refused(args, 1, /^relens: \[MASK\] [^\n]*\n$/);
  });

  it('with a mask of another size scales it, and says so', async () => {
    const mask = at('mask.png');
    make('-f', 'lavfi', '-i', 'color=black:s=80x40', '-frames:v', '1', mask);
    const args = ['restore', whole, '--output', out('masked.mkv'), '--lossless', '--mask', mask];
    const { code, stdout } = await relens([...args, '--end', '0.5']);
    expect(code).toBe(0);
    expect(stdout).toContain('  converted mask scaled from 80x40 to 160x120\n');
  });
});

/** Mounts a file system of its own on a new folder; false where there is no right to. */
function mounted(path: string, options: string): boolean {
  mkdirSync(path);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  if (status === 0) afterAll(() => spawnSync('umount', [path]));
  return status === 0;
}

const locked = at('locked');
// Nothing but the file system stops root.
const readOnly = mounted(locked, 'ro');
if (!readOnly) chmodSync(locked, 0o555);
const isLocked = readOnly || process.getuid?.() !== 0;
const disk = at('disk');
const small = mounted(disk, 'size=200k');

describe('an output folder', () => {
  it('that is a file is refused', () =>
    refused([whole, '--output', join(whole, 'a.mp4')], 1, /\[OUTPUT_WRITE\] the folder .* cannot/));

  it.runIf(isLocked)('that may not be written to is refused', () =>
    refused(
      [whole, '--output', join(locked, 'a.mp4')],
      1,
      /\[OUTPUT_WRITE\] .*a\.mp4: its folder cannot be written to \((EROFS|EACCES)\): choose/,
    ),
  );

  // Needs the right to mount; elsewhere an encoder that says so stands in, in the sinks' tests.
  it.runIf(small)('on a disk that fills up is left empty', async () => {
    const noise = at('noise.mkv');
    const noisy = ['-vf', 'noise=alls=80:allf=t', '-c:v', 'ffv1', '-pix_fmt', 'yuv420p'];
    make(...pictures('160x120', 4), ...noisy, noise);
    const output = join(disk, 'full.mkv');
    const args = ['restore', noise, '--output', output, '--lossless', '--strength', '0'];
    const { code, stdout, stderr } = await relens(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`relens: [DISK_FULL] ${output}: the disk is full: make room\n`);
    expect(readdirSync(disk)).toEqual([]);
  });
});

describe.runIf(process.platform !== 'win32')('a job that is broken off (POSIX signals)', () => {
  /** Resolves when the output is being written, under its temporary name. */
  async function atWork(target: string, output: string) {
    mkdirSync(target);
    const watcher = watch(target);
    const written = new Promise<void>((begun) => {
      watcher.on('change', (_, name) => {
        if (String(name).endsWith('.relens-job')) begun();
      });
    });
    const running = start(['restore', campusPath, '--output', join(target, output)]);
    await Promise.race([written, running.ended]);
    watcher.close();
    return running;
  }

  it('by SIGTERM leaves nothing', async () => {
    const { child, ended } = await atWork(at('termed'), 'a.mp4');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 130, stdout: '', stderr: 'relens: [ABORTED] stopped\n' });
    expect(readdirSync(at('termed'))).toEqual([]);
  });

  it('by SIGKILL leaves nothing under the final name, and no older file is touched', async () => {
    const { child, ended } = await atWork(at('killed'), 'a.mp4');
    child.kill('SIGKILL');
    // Its ffmpeg holds the pipes of its output open until it, too, has ended.
    expect((await ended).code).toBe(null);
    const names = readdirSync(at('killed'));
    expect(names.filter((name) => !name.startsWith('.a.'))).toEqual([]);
    // The next run is not disturbed by what was left.
    const again = await relens([
      'restore',
      whole,
      '--end',
      '0.5',
      '--output',
      at('killed', 'a.mp4'),
    ]);
    expect(again.code).toBe(0);
    expect(probed(at('killed', 'a.mp4'), 'stream=codec_name')).toEqual(['h264']);
  });
});
