/** A job that is killed, stopped or paused ends with exactly what an undisturbed one gives. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { make, scratchFolder } from '../ffmpeg/clips.js';
import { random } from '../detectors/scene.js';
import { happenings } from './happenings.js';
import { relens, start } from './relens.js';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const FRAMES = 200;
const input = at('tape.mp4');

/** A disk of its own, and how much of it is left at first: for some parts, not for all. */
const [DISK_KIB, ROOM_KIB] = [16_000, 1800];
mkdirSync(at('disk'));
const tmpfs = ['-t', 'tmpfs', '-o', `size=${DISK_KIB}k`, 'tmpfs', at('disk')];
// Needs the right to mount, as in test/sinks/full-disk.test.ts.
const mounted = spawnSync('mount', tmpfs).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [at('disk')]);
});

/** Noise, a stuck pixel, a patch that is hidden from the 4th second on, and an object that moves. */
function makeTape(): void {
  const scene =
    `testsrc2=s=160x120:d=${FRAMES / 25}:r=25,noise=alls=14:allf=t:all_seed=9,` +
    "drawbox=x=40:y=40:w=2:h=2:color=white:t=fill,drawbox=x=80:y=60:w=20:h=14:t=fill:enable='gt(t,4)'";
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', '-pix_fmt', 'yuv420p'];
  make('-f', 'lavfi', '-i', scene, ...x264, input);
  const mask =
    "color=black:s=160x120:r=25,drawbox=x=80:y=60:w=20:h=14:color=white:t=fill:enable='gt(t,4)'";
  make('-f', 'lavfi', '-i', mask, '-frames:v', String(FRAMES), '-c:v', 'ffv1', at('mask.mkv'));
}

const args = (output: string) => [
  ...['restore', input, '--output', output, '--mask', at('mask.mkv')],
  ...['--set', 'output.partFrames=16', '--threads', '1', '--quiet'],
];

/** All that must be alike: the files byte for byte, and the manifest but for when and how fast. */
function result(output: string) {
  const { run, ...manifest } = JSON.parse(readFileSync(`${output}.relens.json`, 'utf8')) as {
    run: { resumedAtFrame: number };
  };
  const read = (name: string) => readFileSync(name).toString('latin1');
  return {
    run,
    manifest,
    files: [output, `${output}.relens-frames.tsv`, `${output}.relens-cells.mkv`].map(read),
  };
}

function expectAlike(output: string): void {
  const [broken, whole] = [result(output), result(at('whole', 'out.mkv'))];
  expect(broken.manifest).toEqual(whole.manifest);
  for (const [index, file] of broken.files.entries()) {
    expect(file === whole.files[index]).toBe(true);
  }
}

describe('a job', { timeout: 240_000 }, () => {
  beforeAll(async () => {
    makeTape();
    mkdirSync(at('whole'));
    expect((await relens(args(at('whole', 'out.mkv')))).code).toBe(0);
  });

  it.each([[1]])(
    'that is killed ten times at random moments gives the same (seed %i)',
    async (seed) => {
      const target = at(`killed-${seed}`);
      mkdirSync(target);
      const output = join(target, 'out.mkv');
      const next = random(seed);
      let kills = 0;
      for (let runs = 0; kills < 10 && runs < 30; runs++) {
        const { child, ended } = start(args(output));
        await happenings(output, 1 + Math.floor(next() * 40), ended);
        if (child.exitCode !== null) break;
        child.kill('SIGKILL');
        await ended;
        kills++;
      }
      expect(kills).toBe(10);
      expect((await relens(args(output))).code).toBe(0);
      expectAlike(output);
      expect(readdirSync(target).filter((name) => name.startsWith('.'))).toEqual([]);
    },
    240_000,
  );

  it('that is stopped says what is kept, goes on, and is not done a second time', async () => {
    const target = at('stopped');
    mkdirSync(target);
    const output = join(target, 'out.mkv');
    const loud = args(output).filter((arg) => arg !== '--quiet');
    const { child, ended } = start(loud);
    await happenings(output, 70, ended);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /out\.mkv: \d+ frames are finished; the same command goes on from there/,
    );
    expect(readdirSync(target)).toEqual(['.out.mkv.relens-job']);
    expect((await relens(loud)).stdout).not.toContain('already done');
    expectAlike(output);
    expect(result(output).run.resumedAtFrame).toBeGreaterThan(0);
    const again = await relens(loud);
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toContain('already done by an earlier run');
  });

  it('keeps a second one off its output, which is told so in one line', async () => {
    const target = at('twice');
    mkdirSync(target);
    const output = join(target, 'out.mkv');
    const { ended } = start(args(output));
    await happenings(output, 1, ended);
    const second = await relens(args(output));
    expect(second.stderr).toMatch(
      /^relens: error: \S*tape\.mp4: \[OUTPUT_BUSY\] "\S+out\.mkv" is being written by another job \(process \d+\)[^\n]*\n$/,
    );
    expect(second.code).toBe(1);
    expect((await ended).code).toBe(0);
    expectAlike(output);
    expect(readdirSync(target).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.runIf(mounted)(
    'that fills the disk says how to go on, and does when there is room',
    async () => {
      const output = at('disk', 'out.mkv');
      const filler = at('disk', 'filler');
      writeFileSync(filler, Buffer.alloc(DISK_KIB * 1024 - ROOM_KIB * 1024));
      const { code, stderr } = await relens(args(output));
      expect(stderr).toMatch(
        /^relens: \[DISK_FULL\] \S+out\.mkv: the disk is full: make room, then give the same command again: \d+ frames are finished\n$/,
      );
      expect(code).toBe(1);
      rmSync(filler);
      expect((await relens(args(output))).code).toBe(0);
      expectAlike(output);
      expect(result(output).run.resumedAtFrame).toBeGreaterThan(0);
    },
  );

  it.runIf(process.platform === 'linux')(
    'that is paused and continued ends alike (looks at its state in /proc)',
    async () => {
      const target = at('paused');
      mkdirSync(target);
      const output = join(target, 'out.mkv');
      const { child, ended } = start(args(output));
      await happenings(output, 10, ended);
      // What Ctrl-Z sends is ignored where no shell waits; this one never is.
      child.kill('SIGSTOP');
      const state = () => readFileSync(`/proc/${child.pid!}/stat`, 'utf8').split(') ')[1]?.[0];
      await vi.waitFor(() => expect(state()).toBe('T'));
      child.kill('SIGCONT');
      expect((await ended).code).toBe(0);
      expectAlike(output);
    },
  );
});
