/** Files that come into a folder, with a clock and a restorer that only pretend. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { lastValueFrom, map, of, Subject, take, throwError, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFolder, type WatchOptions } from '../../pipelines/watch.js';
import type { Restore, RestoreReport } from '../../pipelines/restore.js';
import { RelensError } from '../../src/errors.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relens-watch-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const done: Restore = ({ input }) => of({ input } as RestoreReport);

/** Watches; `steps` are done one after another, each before a look at a later time. */
async function watched(
  steps: readonly (() => void)[],
  outcomes: number,
  restore: Restore = done,
  more: Partial<WatchOptions> = {},
): Promise<string[]> {
  let now = 0;
  let step = 0;
  const again = () => {
    const tick = new Subject<void>();
    // After everything of this look has been dealt with.
    setImmediate(() => {
      steps[step++]?.();
      now += 1000;
      tick.next();
    });
    return tick;
  };
  const options: WatchOptions = {
    ...{ folder, output: at('out'), settleMs: 3000, model: 'm', device: 'cpu', threads: 1 },
    ...{ strength: 1, lossless: false, deinterlace: 'auto', synthesis: true },
    ...more,
  };
  const { signal } = new AbortController();
  const words$ = watchFolder(options, signal, restore, { now: () => now, again }).pipe(
    map((one) => {
      const state = 'error' in one ? 'failed' : 'done';
      return `${basename(one.input)} ${state} at ${now / 1000}`;
    }),
  );
  return lastValueFrom(words$.pipe(take(outcomes), toArray()));
}

describe('a watched folder', () => {
  it('has its files restored once they have not changed for a while', async () => {
    writeFileSync(at('a.mp4'), 'a');
    const steps = [
      () => undefined,
      () => appendFileSync(at('a.mp4'), 'more'),
      () => writeFileSync(at('b.mp4'), 'b'),
    ];
    expect(await watched(steps, 2)).toEqual(['a.mp4 done at 5', 'b.mp4 done at 6']);
  });

  it('has each file restored once, and again when it has become another', async () => {
    writeFileSync(at('a.mp4'), 'a');
    const later = Array.from({ length: 8 }, () => () => undefined);
    const steps = [...later, () => writeFileSync(at('a.mp4'), 'another')];
    expect(await watched(steps, 2)).toEqual(['a.mp4 done at 3', 'a.mp4 done at 12']);
  });

  it('goes on after a file that fails, and tries it again when it has changed', async () => {
    writeFileSync(at('a.mp4'), 'a');
    writeFileSync(at('b.mp4'), 'b');
    const restore: Restore = (options, signal) =>
      options.input.endsWith('a.mp4')
        ? throwError(() => new RelensError('INPUT_NOT_VIDEO', 'no'))
        : done(options, signal);
    const steps = [
      ...Array.from({ length: 5 }, () => () => undefined),
      () => appendFileSync(at('a.mp4'), '!'),
    ];
    expect(await watched(steps, 3, restore)).toEqual([
      'a.mp4 failed at 3',
      'b.mp4 done at 3',
      'a.mp4 failed at 9',
    ]);
  });

  it('does not take its own output, provenance tracks, empty files or half-named ones', async () => {
    mkdirSync(at('out'));
    for (const name of ['out/x.mp4', 'y.mp4.relens-cells.mkv', '.z.mp4', 'w.mp4.part']) {
      writeFileSync(at(name), 'x');
    }
    writeFileSync(at('empty.mp4'), '');
    writeFileSync(at('a.mp4'), 'a');
    const steps = [
      ...Array.from({ length: 9 }, () => () => undefined),
      () => writeFileSync(at('b.mp4'), 'b'),
    ];
    expect(await watched(steps, 2)).toEqual(['a.mp4 done at 3', 'b.mp4 done at 13']);
  });

  it('ends with what would fail for every file', async () => {
    writeFileSync(at('a.mp4'), 'a');
    const restore: Restore = () => throwError(() => new RelensError('DISK_FULL', 'full'));
    await expect(watched([], 1, restore)).rejects.toMatchObject({ code: 'DISK_FULL' });
  });

  it('that is not there is an error at once', async () => {
    await expect(watched([], 1, done, { folder: at('no') })).rejects.toMatchObject({
      code: 'INPUT_NOT_FOUND',
    });
  });
});
