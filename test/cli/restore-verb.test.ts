/** `relens restore` from arguments to exit code, with a restorer that only pretends. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, of, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Restore, RestoreOptions, RestoreReport } from '../../pipelines/restore.js';
import { restoreVerb } from '../../src/cli/restore-verb.js';
import { runCommand } from '../../src/cli/run.js';
import { RelensError } from '../../src/errors.js';

let folder: string;
let input: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relens-cli-'));
  input = join(folder, 'a.mp4');
  writeFileSync(input, '');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const found = (share: number, frames: number) => ({
  ...{ share, frames, route: { actions: ['recover' as const], why: '' } },
  done: { original: 0, denoised: 0, recovered: 1, synthesised: 0 },
});

const report: RestoreReport = {
  input: 'a.mp4',
  output: 'b.mp4',
  frames: 12,
  width: 640,
  height: 360,
  damage: { 'drop-out': found(0.0084, 3), 'lost-block': found(0, 0) },
  noise: { mean: 12.34, overTime: [], byRegion: [] },
  provenance: { original: 0.018, denoised: 0.97, recovered: 0.012, synthesised: 0 },
  cuts: [],
  inference: {
    device: 'cpu',
    model: 'm',
    modelSha256: '0',
    framesWithNetwork: 12,
    tilesTotal: 1,
    tilesRun: 1,
  },
  stages: {},
  events: [
    { kind: 'covered', start: 3, raised: 4, end: 9.5, confidence: 0.9, reason: 'no edge is left' },
  ],
  wallMs: 1000,
  framesPerSecond: 12,
  lost: ['3 of 15 frames could not be decoded'],
  conversions: [],
  versions: {},
};

interface Run {
  code: number;
  stdout: string;
  stderr: string;
  given: RestoreOptions[];
}

async function relens(
  args: string[],
  restore: Restore = () => of(report),
  env: NodeJS.ProcessEnv = {},
  signal = new AbortController().signal,
): Promise<Run> {
  const run: Run = { code: -1, stdout: '', stderr: '', given: [] };
  const spy: Restore = (options, ...rest) => {
    run.given.push(options);
    return restore(options, ...rest);
  };
  const world = {
    stdout: { write: (text: string) => void (run.stdout += text) },
    stderr: { write: (text: string) => void (run.stderr += text) },
    env,
    signal,
  };
  run.code = await lastValueFrom(runCommand(args, world, [restoreVerb(spy)]));
  return run;
}

const out = () => join(folder, 'b.mp4');

describe('what the pipeline is told', () => {
  it('is the default config when nothing else is said', async () => {
    const { given } = await relens(['restore', input, '--output', out()]);
    expect(given[0]).toMatchObject({
      input,
      output: out(),
      device: 'auto',
      threads: 0,
      strength: 1,
      lossless: false,
      deinterlace: 'auto',
      synthesis: true,
    });
    expect(given[0]).not.toHaveProperty('codec');
    expect(given[0]).not.toHaveProperty('ffmpeg');
  });

  it('is every option of the command', async () => {
    const line =
      '--mask m.png --model small --device cpu --threads 2 --strength 0.5 --codec libx265 --crf 20 ' +
      '--start 1:30 --end 95.5 --fps 12.5 --deinterlace off --no-synthesis --ffmpeg /x/ffmpeg';
    const { given } = await relens(['restore', input, '--output', out(), ...line.split(' ')]);
    expect(given[0]).toMatchObject({
      mask: 'm.png',
      model: 'small',
      device: 'cpu',
      threads: 2,
      strength: 0.5,
      codec: 'libx265',
      crf: 20,
      start: 90,
      end: 95.5,
      frameRate: 12.5,
      deinterlace: 'off',
      synthesis: false,
      ffmpeg: '/x/ffmpeg',
    });
  });

  it('is the config file, under --set, under the options', async () => {
    const config = join(folder, 'my.yaml');
    writeFileSync(config, 'repair: { strength: 0.1, synthesis: false }\ninference: { threads: 1 }');
    const args = ['--config', config, '--set', 'repair.strength=0.2', '--threads', '3'];
    const { given } = await relens(['restore', input, '--output', out(), ...args]);
    expect(given[0]).toMatchObject({ strength: 0.2, synthesis: false, threads: 3 });
  });
});

describe('what is used wrongly', () => {
  it.each([
    [['restore', 'a.mp4'], /\[USAGE\] required option '--output <path>'/],
    [['restore', '--output', 'b.mp4'], /\[USAGE\] missing required argument 'input'/],
    [['restore', 'a', '--output', 'b', '--mode', 'x'], /unknown option '--mode'.*Did you mean/],
    [['restor'], /\[USAGE\] unknown command 'restor'.*Did you mean restore/],
    [[], /\[USAGE\] expected a verb/],
    [['restore', 'a', '--output', 'b', '--start', 'soon'], /clock time such as 1:30/],
    [['restore', 'a', '--output', 'b', '--start', '5', '--end', '5'], /must be after --start/],
    [['restore', 'a', '--output', 'b', '--lossless', '--crf', '1'], /leave out --codec and --crf/],
    [
      ['restore', 'a', '--output', 'b', '--strength', 'much'],
      /\[CONFIG\] "repair.strength" must be a number from 0 to 1, got "much" \(in --strength\)/,
    ],
  ])('%j ends with 2 and one line', async (args, message) => {
    const { code, stderr, stdout } = await relens(args);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('what comes out', () => {
  it('is the result on stdout and nothing on stderr', async () => {
    const { code, stdout, stderr } = await relens(['restore', input, '--output', out()]);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      out(),
      '  12 frames of 640x360, 12.0 a second, m on cpu',
      '  found     noise of 12.3 grey levels, drop-out 0.84 % in 3 frames',
      '  repaired  denoised 97.0 %, recovered 1.20 %, synthesised 0.0 %, untouched 1.80 %',
      '  camera    The camera was covered from 3.0 s to 9.5 s: no edge is left.',
      '  lost      3 of 15 frames could not be decoded',
      '',
    ]);
  });

  it('is exit code 1 and one line for each file that failed', async () => {
    writeFileSync(join(folder, 'c.mp4'), '');
    const restore: Restore = (options) =>
      options.input === input
        ? throwError(() => new RelensError('INPUT_NOT_VIDEO', 'expected a video, got text'))
        : of(report);
    const { code, stdout, stderr } = await relens(
      ['restore', folder, '--output', join(folder, 'out')],
      restore,
    );
    expect(code).toBe(1);
    expect(stderr).toBe(`relens: error: ${input}: [INPUT_NOT_VIDEO] expected a video, got text\n`);
    expect(stdout).toContain('1 restored, 1 failed\n');
  });

  it('names a file that failed once', async () => {
    const restore: Restore = () =>
      throwError(() => new RelensError('INPUT_NOT_VIDEO', `${input} is empty`));
    const { stderr } = await relens(['restore', input, '--output', out()], restore);
    expect(stderr).toBe(`relens: error: [INPUT_NOT_VIDEO] ${input} is empty\n`);
  });

  it('is a report file for all inputs when asked', async () => {
    const path = join(folder, 'deep', 'report.json');
    await relens(['restore', input, '--output', out(), '--report', path]);
    const document = JSON.parse(readFileSync(path, 'utf8'));
    expect(document).toMatchObject({
      format: 'relens-restore-report/1',
      files: [{ input, output: out(), ok: true, report }],
    });
  });

  it('is one clear line when the report cannot be written', async () => {
    const { code, stderr, given } = await relens([
      ...['restore', input, '--output', out()],
      ...['--report', join(input, 'report.json')],
    ]);
    expect(stderr).toMatch(/^relens: \[OUTPUT_WRITE\] the report .* cannot be written/);
    expect(code).toBe(1);
    // Known before any work is done.
    expect(given).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it('is exit code 130 when the user stops it', async () => {
    const controller = new AbortController();
    const restore: Restore = () => {
      controller.abort();
      return throwError(() => new Error('pipe closed'));
    };
    const args = ['restore', input, '--output', out()];
    const { code, stderr } = await relens(args, restore, {}, controller.signal);
    expect(code).toBe(130);
    expect(stderr).toBe('relens: [ABORTED] stopped\n');
  });

  it('hides the stack of what nobody expected until it is asked for', async () => {
    const restore: Restore = () => throwError(() => new RelensError('MODEL', 'no model "m"'));
    const args = ['restore', input, '--output', out()];
    const hidden = await relens(args, restore);
    expect(hidden.stderr).toBe('relens: [MODEL] no model "m"\n');
    expect(hidden.code).toBe(1);
    const shown = await relens(args, restore, { RELENS_DEBUG: '1' });
    expect(shown.stderr).toContain('restore-verb.test.ts');
  });
});

it('gives help and version on stdout', async () => {
  const help = await relens(['restore', '--help']);
  expect(help.code).toBe(0);
  expect(help.stdout).toContain('--no-synthesis');
  const version = await relens(['--version']);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
