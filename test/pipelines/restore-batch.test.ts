/** Many inputs, one after another, with a restorer that only pretends. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { defer, lastValueFrom, of, throwError, toArray } from 'rxjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { restoreBatch, type BatchOptions } from '../../pipelines/restore-batch.js';
import type { Restore, RestoreReport } from '../../pipelines/restore.js';
import { RelensError } from '../../src/errors.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relens-batch-'));
  for (const name of ['a.mp4', 'b.mp4', 'c.mp4']) writeFileSync(join(folder, name), name);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const options = (more: Partial<BatchOptions> = {}): BatchOptions => ({
  inputs: [folder],
  output: join(folder, 'out'),
  model: 'm',
  device: 'cpu',
  threads: 1,
  strength: 1,
  lossless: false,
  deinterlace: 'auto',
  synthesis: true,
  ...more,
});

const report = (input: string) => ({ input, frames: 3 }) as RestoreReport;

async function outcomes(restore: Restore, signal = new AbortController().signal, more = {}) {
  const all = await lastValueFrom(restoreBatch(options(more), signal, restore).pipe(toArray()));
  return all.map((one) => `${basename(one.input)} ${'report' in one ? 'done' : 'failed'}`);
}

it('goes on after a file that fails', async () => {
  const restore: Restore = ({ input }) =>
    input.endsWith('b.mp4')
      ? throwError(() => new RelensError('INPUT_NOT_VIDEO', 'no'))
      : of(report(input));
  expect(await outcomes(restore)).toEqual(['a.mp4 done', 'b.mp4 failed', 'c.mp4 done']);
});

it('restores one file at a time, each into a folder that is there', async () => {
  const began: string[] = [];
  const seen: string[] = [];
  const restore: Restore = ({ input, output }) =>
    defer(() => {
      expect(existsSync(dirname(output))).toBe(true);
      seen.push(basename(input));
      return of(report(input));
    });
  const onStart: BatchOptions['onStart'] = (job, index, count) => {
    began.push(`${basename(job.input)} ${index + 1}/${count}`);
    expect(seen).toHaveLength(index);
  };
  await outcomes(restore, undefined, { onStart });
  expect(began).toEqual(['a.mp4 1/3', 'b.mp4 2/3', 'c.mp4 3/3']);
});

it('stops for what would fail with every file', async () => {
  const restore: Restore = () => throwError(() => new RelensError('MODEL', 'no such model'));
  await expect(outcomes(restore)).rejects.toThrow('no such model');
});

it('starts no further file once it was told to stop', async () => {
  const controller = new AbortController();
  const seen: string[] = [];
  const restore: Restore = ({ input }) =>
    defer(() => {
      seen.push(input);
      controller.abort();
      return of(report(input));
    });
  await expect(outcomes(restore, controller.signal)).rejects.toMatchObject({ code: 'ABORTED' });
  expect(seen).toHaveLength(1);
});

it('does nothing before it is subscribed', () => {
  let calls = 0;
  restoreBatch(options(), new AbortController().signal, () => {
    calls++;
    return of();
  });
  expect(calls).toBe(0);
});
