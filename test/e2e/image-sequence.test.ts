/** Images in, images out: with a manifest, checked, tampered with, killed and taken up again. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { make, scratchFolder } from '../ffmpeg/clips.js';
import { happenings } from './happenings.js';
import { relens, start } from './relens.js';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const FRAMES = 96;

const args = (target: string, ...more: string[]) => [
  ...[
    'restore',
    at('shots'),
    '--output',
    join(target, 'out', '%04d.png'),
    '--mask',
    at('mask.png'),
  ],
  ...['--set', 'output.partFrames=16', '--threads', '1', ...more],
];
const manifestOf = (target: string) => join(target, 'out.relens.json');
const verify = (target: string, ...more: string[]) =>
  relens(['verify', manifestOf(target), ...more]);

beforeAll(async () => {
  mkdirSync(at('shots'));
  mkdirSync(at('whole'));
  const scene = `testsrc2=s=96x64:d=${FRAMES / 25}:r=25,noise=alls=14:allf=t:all_seed=9`;
  make('-f', 'lavfi', '-i', scene, at('shots', 'shot-%03d.png'));
  const hole = 'color=black:s=96x64:r=25,drawbox=x=40:y=20:w=20:h=16:color=white:t=fill';
  make('-f', 'lavfi', '-i', hole, '-frames:v', '1', at('mask.png'));
  const made = await relens(args(at('whole')));
  expect([made.code, made.stderr]).toEqual([0, '']);
});

/** The results elsewhere, where something is done to them. */
function tampered(change: (images: string) => void): string {
  const target = at(`bad-${readdirSync(folder).length}`);
  cpSync(at('whole'), target, { recursive: true });
  change(join(target, 'out'));
  return target;
}

/** All but `run`, which tells when and how fast. */
function manifest(target: string): Record<string, unknown> {
  const { run, ...rest } = JSON.parse(readFileSync(manifestOf(target), 'utf8')) as {
    run: Record<string, unknown>;
  };
  expect(run).toHaveProperty('resumedAtFrame');
  return rest;
}

describe('a sequence of images', { timeout: 240_000 }, () => {
  it('has a manifest that names every image, and is as recorded', async () => {
    expect(manifest(at('whole'))).toMatchObject({
      input: { name: '../shots', codec: 'png' },
      output: { name: 'out/%04d.png', images: true, encoder: 'png' },
      frames: { name: 'out.relens-frames.tsv', count: FRAMES },
    });
    const { code, stdout } = await verify(at('whole'));
    expect(stdout).toMatch(/^ok {6} output .*: as recorded$/m);
    expect(stdout).toMatch(/^nothing differs; 1 could not be checked$/m);
    expect(stdout).toMatch(/^unknown {2}signature {3}not signed/m);
    expect(code).toBe(0);
  });

  it('is restored again, bit for bit', async () => {
    const { code, stdout } = await verify(at('whole'), '--rerun');
    expect(stdout).toContain(`all ${FRAMES} frames restored again, bit for bit`);
    expect(code).toBe(0);
  });

  it.each<[string, (images: string) => void, RegExp]>([
    [
      'one flipped bit in an image',
      (images) => {
        const path = join(images, '0042.png');
        const bytes = readFileSync(path);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
      /the first frame that differs: 41$/m,
    ],
    ['an image that is gone', (images) => rmSync(join(images, '0007.png')), /differs: 6$/m],
    [
      'an image too many',
      (images) => cpSync(join(images, '0001.png'), join(images, '0097.png')),
      /there are more pictures than the 96 that were recorded$/m,
    ],
    [
      'two images that changed places',
      (images) => {
        cpSync(join(images, '0003.png'), join(images, 'x'));
        cpSync(join(images, '0009.png'), join(images, '0003.png'));
        cpSync(join(images, 'x'), join(images, '0009.png'));
      },
      /differs: 2$/m,
    ],
  ])('names %s', async (_what, change, words) => {
    const { code, stdout } = await verify(tampered(change));
    const differing = stdout.split('\n').filter((line) => line.startsWith('differs'));
    expect(differing).toHaveLength(1);
    expect(differing[0]).toMatch(/^differs {2}output /);
    expect(differing[0]).toMatch(words);
    expect(code).toBe(1);
  });

  it('that is killed goes on, and ends with the same images and the same manifest', async () => {
    const target = at('killed');
    mkdirSync(target);
    for (const count of [20, 30]) {
      const { child, ended } = start(args(target, '--quiet'));
      await happenings(join(target, 'out'), count, ended);
      child.kill('SIGKILL');
      await ended;
    }
    expect(readdirSync(join(target, 'out'))).toEqual([]);
    expect((await relens(args(target, '--quiet'))).code).toBe(0);
    expect(manifest(target)).toEqual(manifest(at('whole')));
    expect(readdirSync(target).sort()).toEqual(readdirSync(at('whole')).sort());
    for (const name of readdirSync(join(target, 'out'))) {
      const [one, other] = [join(target, 'out', name), at('whole', 'out', name)].map((path) =>
        readFileSync(path),
      );
      expect(one?.equals(other!)).toBe(true);
    }
    const again = await relens(args(target));
    expect(again.stdout).toContain('already done by an earlier run');
  });

  it('is not mixed with images that lie there already', async () => {
    const target = at('mixed');
    mkdirSync(join(target, 'out'), { recursive: true });
    writeFileSync(join(target, 'out', '0200.png'), 'of something else');
    const { code, stderr } = await relens(args(target, '--quiet'));
    expect(stderr).toMatch(
      /\[OUTPUT_EXISTS\] "\S+0200\.png" would be taken for one of the 96[^\n]*\n$/,
    );
    expect(code).toBe(1);
    rmSync(join(target, 'out', '0200.png'));
    expect((await relens(args(target, '--quiet'))).code).toBe(0);
    expect((await verify(target)).code).toBe(0);
  });
});
