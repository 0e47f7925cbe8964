/** A watched folder through the built command: real files that come in their own time. */
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { make, pictures, scratchFolder, times } from '../ffmpeg/clips.js';
import { relens, restoredIn, start, type Running } from './relens.js';

const folder = scratchFolder();
const [inbox, out] = [join(folder, 'inbox'), join(folder, 'out')];
const FRAMES = 10;
const SETTLE_S = 1;
const clip = join(folder, 'clip.mp4');

/** Brings a file in, a piece at a time; resolves when it is whole. */
function copySlowly(from: string, to: string, pieces: number, everyMs: number): Promise<void> {
  const bytes = readFileSync(from);
  const step = Math.ceil(bytes.length / pieces);
  let at = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      appendFileSync(to, bytes.subarray(at, (at += step)));
      if (at < bytes.length) return;
      clearInterval(timer);
      resolve();
    }, everyMs);
  });
}

/** Resolves when all of these have been said, on stdout or stderr; rejects when the command ends first. */
function says({ child, ended }: Running, ...words: readonly RegExp[]): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      text += chunk.toString();
      if (words.every((word) => word.test(text))) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    void ended.then(() => reject(new Error(`it ended with: ${text}`)));
  });
}

const running: Running[] = [];
afterEach(() => {
  for (const { child } of running) child.kill('SIGKILL');
});

function watch(): Running {
  const args = ['--watch', inbox, '--output', out, '--settle', String(SETTLE_S)];
  const one = start(['restore', ...args]);
  running.push(one);
  return one;
}

/** What is said of a restored file: its name, and lines about it. */
const done = (name: string, words = `${FRAMES} frames`) =>
  new RegExp(`${name}\\.mp4\\n( {2}.*\\n)* {2}${words}`);

it(
  'restores what is complete, waits for what is not, tells what fails, and does nothing twice',
  { timeout: 240_000 },
  async () => {
    mkdirSync(inbox);
    make(...pictures('96x64', FRAMES / 10), '-c:v', 'libx264', '-pix_fmt', 'yuv420p', clip);
    copyFileSync(clip, join(inbox, 'whole.mp4'));
    writeFileSync(join(inbox, 'broken.mp4'), 'a disk that was pulled out too early');

    const first = watch();
    const said = says(first, done('whole'), done('slow'), /error: .*broken\.mp4/, done('late'));
    // Three times as long as a file needs to rest until it is taken.
    await copySlowly(clip, join(inbox, 'slow.mp4'), 12, (SETTLE_S * 1000) / 4);
    copyFileSync(clip, join(inbox, 'late.mp4'));
    await said;
    first.child.kill('SIGINT');
    const stopped = await first.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr.match(/slow\.mp4|whole\.mp4|late\.mp4/g)).toBeNull();
    expect(stopped.stderr).toMatch(/^relens: error: \[INPUT_NOT_VIDEO\] \S*broken\.mp4/m);
    expect(restoredIn(out).sort()).toEqual(['late.mp4', 'slow.mp4', 'whole.mp4']);
    for (const name of restoredIn(out)) {
      expect(times(join(out, name))).toHaveLength(FRAMES);
      expect((await relens(['verify', join(out, `${name}.relens.json`)])).code).toBe(0);
    }

    const again = watch();
    await says(again, ...['whole', 'slow', 'late'].map((name) => done(name, 'already done')));
    again.child.kill('SIGINT');
    expect((await again.ended).code).toBe(130);
  },
);
