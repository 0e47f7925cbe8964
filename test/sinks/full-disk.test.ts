import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { make, pictures, scratchFolder } from '../ffmpeg/clips.js';
import { copy } from './copying.js';

const folder = scratchFolder();
const disk = join(folder, 'disk');
mkdirSync(disk);
// Needs the right to mount; elsewhere the sinks' other tests stand in with an encoder that says so.
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
});

describe.runIf(mounted)('a disk that fills up', () => {
  it.each(['big.mkv', 'big.mp4', 'big.avi'])(
    'ends %s with one clear error and leaves it empty',
    async (name) => {
      const clip = join(folder, 'noise.mkv');
      make(
        ...pictures('320x240', 2, 25),
        '-vf',
        'noise=alls=80:allf=t',
        '-c:v',
        'ffv1',
        '-pix_fmt',
        'yuv420p',
        clip,
      );
      const path = join(disk, name);
      await expect(copy(clip, path)).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: `${path}: the disk is full: make room`,
      });
      expect(readdirSync(disk)).toEqual([]);
    },
  );
});
