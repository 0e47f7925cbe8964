/** Proof that can fail: whatever is changed is named, and doing it again gives the same bits. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { make, probed, scratchFolder } from '../ffmpeg/clips.js';
import { relens } from './relens.js';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const FRAMES = 50;
const good = at('good');

beforeAll(async () => {
  mkdirSync(good);
  const scene = `testsrc2=s=160x120:d=${FRAMES / 10}:r=10,noise=alls=14:allf=t:all_seed=9`;
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', '-pix_fmt', 'yuv420p'];
  make('-f', 'lavfi', '-i', scene, ...x264, join(good, 'in.mp4'));
  const hole = 'color=black:s=160x120:r=10,drawbox=x=70:y=50:w=24:h=20:color=white:t=fill';
  make('-f', 'lavfi', '-i', hole, '-frames:v', '1', join(good, 'mask.png'));
  expect((await relens(['keygen', join(good, 'key')])).code).toBe(0);
  const args = ['--mask', join(good, 'mask.png'), '--sign', join(good, 'key'), '--threads', '1'];
  const made = await relens([
    ...['restore', join(good, 'in.mp4'), '--output', join(good, 'out.mp4'), ...args],
  ]);
  expect([made.code, made.stderr]).toEqual([0, '']);
});

const EVIDENCE = {
  manifest: 'out.mp4.relens.json',
  frames: 'out.mp4.relens-frames.tsv',
  track: 'out.mp4.relens-cells.mkv',
  signature: 'out.mp4.relens.sig',
};

/** The files somewhere else, one of them changed. */
function tampered(name: string, change: (bytes: Buffer) => Buffer): string {
  const copy = at(`bad-${readdirSync(folder).length}`);
  mkdirSync(copy);
  for (const file of readdirSync(good)) copyFileSync(join(good, file), join(copy, file));
  writeFileSync(join(copy, name), change(readFileSync(join(copy, name))));
  return copy;
}

const flip = (where: (bytes: Buffer) => number) => (bytes: Buffer) => {
  const offset = where(bytes);
  bytes[offset] = (bytes[offset] ?? 0) ^ 1;
  return bytes;
};

/** Where the bytes of a picture lie, and not those of its container. */
function middleOfPacket(name: string, index: number): number {
  const packet = probed(join(good, name), 'packet=pos,size')[index] ?? '';
  const [size = 0, position = 0] = packet.split(',').map(Number);
  return position + (size >> 1);
}

const verify = (where: string, ...options: string[]) =>
  relens(['verify', join(where, EVIDENCE.manifest), ...options]);

describe('verify', () => {
  it('finds what was not changed as it was recorded, wherever it lies now', async () => {
    const moved = tampered(EVIDENCE.manifest, (bytes) => bytes);
    const { code, stdout } = await verify(moved, '--key', join(good, 'key.pub'));
    expect(stdout).toMatch(/^ok {6} signature .*the key that was given$/m);
    expect(stdout).toMatch(
      new RegExp(`^ok {6} frames {5} ${FRAMES} frames, the chain is whole$`, 'm'),
    );
    expect(stdout.trimEnd().split('\n')).toHaveLength(7);
    expect(stdout).toMatch(/^all as recorded$/m);
    expect(code).toBe(0);
  });

  it.each([
    // The last bytes of mdat belong to the last pictures.
    [
      'the output',
      'out.mp4',
      flip((b) => b.lastIndexOf('moov') - 40),
      'output',
      /the first frame that differs: 4\d/,
    ],
    [
      'the output outside its pictures',
      'out.mp4',
      flip((b) => b.indexOf('isom')),
      'output',
      /no picture differs/,
    ],
    [
      'the provenance track',
      EVIDENCE.track,
      flip(() => middleOfPacket(EVIDENCE.track, 30)),
      'provenance',
      /the first frame that differs: 30$/,
    ],
    ['the original', 'in.mp4', flip((b) => b.length >> 1), 'original', /recorded was/],
    ['the mask', 'mask.png', flip((b) => b.length - 5), 'mask', /recorded was/],
    [
      'the signature',
      EVIDENCE.signature,
      flip(() => 9),
      'signature',
      /is not what the key .* signed/,
    ],
  ])('names one flipped bit in %s', async (_what, name, change, subject, words) => {
    const { code, stdout } = await verify(tampered(name, change));
    const differing = stdout.split('\n').filter((line) => line.startsWith('differs'));
    expect(differing).toHaveLength(1);
    expect(differing[0]).toMatch(new RegExp(`^differs {2}${subject} `));
    expect(differing[0]).toMatch(words);
    expect(stdout).toContain(`NOT as recorded: ${subject}\n`);
    expect(code).toBe(1);
  });

  it('names the frame whose line in the list was changed', async () => {
    const bad = tampered(
      EVIDENCE.frames,
      flip((b) => b.indexOf('\n17\t') + 60),
    );
    const { code, stdout } = await verify(bad);
    expect(stdout).toMatch(/^differs {2}frames .*the chain breaks at frame 17/m);
    expect(code).toBe(1);
  });

  it('names a changed manifest by its signature, and refuses one that is none', async () => {
    const bad = tampered(EVIDENCE.manifest, (bytes) =>
      Buffer.from(bytes.toString().replace('"strength": 1', '"strength": 0')),
    );
    const { code, stdout } = await verify(bad);
    expect(stdout).toMatch(/^differs {2}signature /m);
    expect(code).toBe(1);
    const broken = await verify(
      tampered(
        EVIDENCE.manifest,
        flip(() => 0),
      ),
    );
    expect(broken.stderr).toMatch(/\[MANIFEST\] .* is no JSON: it was changed/);
    expect(broken.code).toBe(1);
  });

  it('is not taken in by another key', async () => {
    await relens(['keygen', at('other')]);
    const { code, stdout } = await verify(good, '--key', at('other.pub'));
    expect(stdout).toMatch(/^differs {2}signature /m);
    expect(code).toBe(1);
  });

  it.each([['1'], ['2']])('does it again, bit for bit, with %s threads', async (threads) => {
    const { code, stdout } = await verify(good, '--rerun', '--threads', threads);
    expect(stdout).toContain(`all ${FRAMES} frames restored again, bit for bit\n`);
    expect(code).toBe(0);
  });

  it('says at which frame doing it again gives something else', async () => {
    // As if somebody had signed a list in which one frame is not what was restored.
    const bad = tampered(EVIDENCE.manifest, (bytes) =>
      Buffer.from(bytes.toString().replace('"synthesis": true', '"synthesis": false')),
    );
    const { code, stdout } = await verify(bad, '--rerun', '--threads', '1');
    expect(stdout).toMatch(
      /^differs {2}rerun {7}frame 0 differs: what was restored, its provenance$/m,
    );
    expect(code).toBe(1);
  });
});
