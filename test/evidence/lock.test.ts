/** Two jobs never work on one output, and a job that is dead keeps nobody out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../src/evidence/lock.js';
import { scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
let output: string;
let count = 0;
const lockOf = (path: string) => join(dirname(path), `.${basename(path)}.relens-lock`);
const holder = (change: object) =>
  JSON.stringify({ host: hostname(), pid: process.pid, born: '', mark: 'another', ...change });
const left = () => readdirSync(folder).filter((name) => name.includes(basename(output)));

beforeEach(() => {
  output = join(folder, `out-${count++}.mkv`);
});

/** The number of a process that has just ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

describe('a lock', () => {
  it('keeps a second job out with one line, and lets it in afterwards', async () => {
    const lock = await takeLock(output);
    const refused = await takeLock(output).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'OUTPUT_BUSY' });
    expect(String(refused)).toContain(`is being written by another job (process ${process.pid})`);
    lock.release();
    expect(left()).toEqual([]);
    (await takeLock(output)).release();
  });

  it('has one winner of many that come at once, also over a dead one', async () => {
    const dead = holder({ pid: await deadProcess() });
    const kinds = [
      {},
      { lock: dead },
      { lock: 'half-wri' },
      // Somebody was killed while replacing it.
      { lock: dead, guard: holder({ pid: await deadProcess() }) },
    ];
    for (const { lock, guard } of Array.from({ length: 10 }, () => kinds).flat()) {
      if (lock !== undefined) writeFileSync(lockOf(output), lock);
      if (guard !== undefined) writeFileSync(`${lockOf(output)}-over`, guard);
      const all = await Promise.allSettled(Array.from({ length: 12 }, () => takeLock(output)));
      const won = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(won).toHaveLength(1);
      for (const one of all) {
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'OUTPUT_BUSY' });
      }
      won[0]?.release();
      expect(left()).toEqual([]);
    }
  });

  it.each([
    ['of a process that is gone', async () => holder({ pid: await deadProcess() })],
    ['that a crash left empty', () => ''],
    ['that a crash left half-written', () => holder({}).slice(0, 20)],
  ])('%s is worth nothing', async (_what, text) => {
    writeFileSync(lockOf(output), await text());
    (await takeLock(output)).release();
    expect(left()).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'of an earlier process of the same number is worth nothing (knows its start by /proc)',
    async () => {
      writeFileSync(lockOf(output), holder({ born: 'another boot 1' }));
      (await takeLock(output)).release();
    },
  );

  it('of another machine holds as long as it is touched', async () => {
    writeFileSync(lockOf(output), holder({ host: 'elsewhere' }));
    let beats = 0;
    const beat = setInterval(() => {
      utimesSync(lockOf(output), new Date(), new Date(1e12 + 1000 * beats++));
    }, 5);
    const refused = await takeLock(output, 20).catch((error: unknown) => error);
    clearInterval(beat);
    expect(String(refused)).toMatch(/another job \(process \d+ on elsewhere\)/);
    (await takeLock(output, 20)).release();
  });

  it('is not released by whom it was taken from', async () => {
    const lock = await takeLock(output);
    writeFileSync(lockOf(output), holder({}));
    lock.release();
    expect(existsSync(lockOf(output))).toBe(true);
    expect(readFileSync(lockOf(output), 'utf8')).toContain('another');
  });
});
