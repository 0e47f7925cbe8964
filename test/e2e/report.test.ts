/** The page that a manifest becomes, through the built command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { make, pictures, scratchFolder } from '../ffmpeg/clips.js';
import { relens } from './relens.js';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const MANIFEST = at('out.mp4.relens.json');

beforeAll(async () => {
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  make(...pictures('96x64', 1), ...x264, at('in.mp4'));
  const hole = 'color=black:s=96x64:r=10,drawbox=x=30:y=20:w=16:h=12:color=white:t=fill';
  make('-f', 'lavfi', '-i', hole, '-frames:v', '1', at('mask.png'));
  const args = ['--mask', at('mask.png'), '--threads', '1'];
  const made = await relens(['restore', at('in.mp4'), '--output', at('out.mp4'), ...args]);
  expect([made.code, made.stderr]).toEqual([0, '']);
});

describe('report', () => {
  it('writes one page that needs nothing else, with pictures', async () => {
    const { code, stdout, stderr } = await relens(['report', MANIFEST, '--html', at('page.html')]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/page\.html: [1-3] frames shown/);
    const page = readFileSync(at('page.html'), 'utf8');
    expect(page.match(/src="data:image\/jpeg;base64,/g)?.length).toBeGreaterThanOrEqual(3);
    expect(page).not.toMatch(/<script|src="(?!data:)|href=/);
    for (const words of ['What was done to in.mp4', 'synthesised', 'How to check and repeat it']) {
      expect(page).toContain(words);
    }
  });

  it('does without pictures where the original is gone, and says so', async () => {
    const args = ['--html', at('bare.html'), '--original', at('gone.mp4')];
    const { code, stderr } = await relens(['report', MANIFEST, ...args]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^relens: warning: No pictures: .*gone\.mp4/);
    expect(readFileSync(at('bare.html'), 'utf8')).toContain('No pictures: ');
  });
});
