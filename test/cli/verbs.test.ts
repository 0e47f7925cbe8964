/** The verbs that show, measure and list, with pipelines that only pretend. */
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { DemoOptions, DemoReport } from '../../pipelines/demo.js';
import type { EvaluateOptions } from '../../pipelines/evaluate.js';
import { demoVerb } from '../../src/cli/demo-verb.js';
import { evaluateVerb } from '../../src/cli/evaluate-verb.js';
import { runCommand } from '../../src/cli/run.js';
import type { Verb } from '../../src/cli/verb.js';
import { VERBS } from '../../src/cli/verbs.js';

async function relens(args: string[], ...verbs: readonly Verb[]) {
  const run = { code: -1, stdout: '', stderr: '' };
  const world = {
    stdout: { write: (text: string) => void (run.stdout += text) },
    stderr: { isTTY: true, write: (text: string) => void (run.stderr += text) },
    env: {},
    signal: new AbortController().signal,
  };
  run.code = await lastValueFrom(runCommand(args, world, verbs));
  return run;
}

describe('relens evaluate', () => {
  it('tells the bench what to measure, and prints its table', async () => {
    const given: EvaluateOptions[] = [];
    const verb = evaluateVerb((options) => {
      given.push(options);
      return of({ cases: [], clips: [], frames: 4, seconds: 1, versions: {} });
    });
    const args = '--clips dir --cases tape,awgn25 --frames 4 --no-anchors --json a.json';
    const { code, stdout } = await relens(['evaluate', ...args.split(' ')], verb);
    expect(code).toBe(0);
    expect(stdout).not.toBe('');
    expect(given[0]).toMatchObject({
      clips: 'dir',
      cases: ['tape', 'awgn25'],
      frames: 4,
      anchors: false,
      json: 'a.json',
      relens: { device: 'auto', strength: 1 },
    });
    expect(given[0]).not.toHaveProperty('html');
  });

  it('measures all cases on 100 frames when nothing else is said', async () => {
    const given: EvaluateOptions[] = [];
    const verb = evaluateVerb((options) => {
      given.push(options);
      return of({ cases: [], clips: [], frames: 100, seconds: 1, versions: {} });
    });
    await relens(['evaluate', '--clips', 'dir'], verb);
    expect(given[0]).toMatchObject({ cases: [], frames: 100, anchors: true });
  });
});

describe('relens demo', () => {
  const measures = { ssim: 0.9, outside: 1, edge: 1, flicker: 1 };
  const report = {
    damage: 'noise',
    report: {
      frames: 5,
      width: 64,
      height: 48,
      framesPerSecond: 9.96,
      damage: { 'drop-out': { share: 0.01, frames: 5 } },
      noise: { mean: 8, overTime: [] },
      provenance: { original: 0, denoised: 0.9, recovered: 0.1, synthesised: 0 },
      inference: { model: 'm', device: 'cpu' },
    },
    before: { ...measures, psnr: 20, inside: 10 },
    after: { ...measures, psnr: 30.5, inside: undefined },
    files: { damaged: 'a.mp4', restored: 'b.mp4', picture: 'c.png' },
  } as unknown as DemoReport;

  it('shows its stages on a terminal', async () => {
    const show = ({ onStage }: DemoOptions) => {
      onStage?.('restoring');
      return of(report);
    };
    const { stderr } = await relens(
      ['demo'],
      demoVerb(show, () => of()),
    );
    expect(stderr).toContain('restoring');
  });

  it('says what was found, repaired and gained, and where the files are', async () => {
    const given: DemoOptions[] = [];
    const show = (options: DemoOptions) => {
      given.push(options);
      options.onStage?.('restoring');
      options.onProgress?.({ frames: 1 });
      return of(report);
    };
    const verb = demoVerb(show, () => of());
    const { code, stdout, stderr } = await relens(['demo', '--frames', '5', '--quiet'], verb);
    expect(given[0]).toMatchObject({ output: 'out/demo', frames: 5 });
    expect(stdout).toContain('20.00 → 30.50 dB, gain 10.50 dB');
    expect(stdout).toContain('in the damage  not measured');
    for (const file of ['a.mp4', 'b.mp4', 'c.png']) expect(stdout).toContain(file);
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('relens', () => {
  it('lists every verb in its help', async () => {
    const { stdout } = await relens(['--help'], ...VERBS);
    for (const verb of ['restore', 'evaluate', 'doctor', 'demo']) {
      expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
    }
  });
});
