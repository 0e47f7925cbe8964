/** What the user names, and the files that become of it. */
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planJobs } from '../../pipelines/restore-inputs.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relens-inputs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const at = (...names: string[]) => join(folder, ...names);

function files(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), name);
  }
}

/** Jobs with the folder's own path taken off. */
async function jobs(inputs: string[], output: string, lossless = false): Promise<string[]> {
  const planned = await planJobs(
    inputs.map((name) => at(name)),
    output,
    lossless,
  );
  const short = (path: string) => path.slice(folder.length + 1).replaceAll('\\', '/');
  return planned.map((job) => `${short(job.input)} → ${short(job.output)}`);
}

describe('one input', () => {
  it('goes to the output as it is named', async () => {
    files('a.avi');
    expect(await jobs(['a.avi'], at('out.mp4'))).toEqual(['a.avi → out.mp4']);
  });

  it('goes into the output when that is a folder', async () => {
    files('a.mp4', 'out/old.txt');
    expect(await jobs(['a.mp4'], at('out'))).toEqual(['a.mp4 → out/a.mp4']);
    expect(await jobs(['a.mp4'], `${at('new')}/`)).toEqual(['a.mp4 → new/a.mp4']);
  });

  it('can be an image sequence, as a folder or as a pattern', async () => {
    files('frames/0001.png', 'frames/0002.png');
    expect(await jobs(['frames'], at('a.mp4'))).toEqual(['frames → a.mp4']);
    expect(await jobs(['frames/%04d.png'], at('a.mp4'))).toEqual(['frames/%04d.png → a.mp4']);
  });
});

describe('a folder', () => {
  it('keeps the relative names, and changes the ending where the container cannot hold the result', async () => {
    files('in/a.mp4', 'in/sub/b.avi', 'in/sub/c.h264', 'in/note.txt', 'in/.hidden.mp4');
    expect(await jobs(['in'], at('out'))).toEqual([
      'in/a.mp4 → out/a.mp4',
      'in/sub/b.avi → out/sub/b.mkv',
      'in/sub/c.h264 → out/sub/c.mkv',
    ]);
  });

  it('becomes Matroska throughout when lossless', async () => {
    files('in/a.mp4');
    expect(await jobs(['in'], at('out'), true)).toEqual(['in/a.mp4 → out/a.mkv']);
  });

  it('holds image sequences as folders of nothing but images', async () => {
    files('in/seq/1.png', 'in/seq/2.png', 'in/a.mp4', 'in/thumbnail.jpg');
    expect(await jobs(['in'], at('out'))).toEqual(['in/a.mp4 → out/a.mp4', 'in/seq → out/seq.mkv']);
  });

  it('leaves out what an earlier run wrote below it', async () => {
    files('in/a.mp4', 'in/restored/a.mp4');
    expect(await jobs(['in'], at('in', 'restored'))).toEqual(['in/a.mp4 → in/restored/a.mp4']);
  });
});

describe('several inputs', () => {
  it('are found by a glob that no shell has expanded', async () => {
    files('cam1.mp4', 'cam2.mp4', 'other.mp4');
    expect(await jobs(['cam*.mp4'], at('out'))).toEqual([
      'cam1.mp4 → out/cam1.mp4',
      'cam2.mp4 → out/cam2.mp4',
    ]);
  });

  it('take a name with brackets for a file when there is such a file', async () => {
    files('cam[1].mp4');
    expect(await jobs(['cam[1].mp4'], at('o.mp4'))).toEqual(['cam[1].mp4 → o.mp4']);
  });

  it('must not meet in one output', async () => {
    files('x/a.mp4', 'y/a.mp4');
    await expect(jobs(['x/a.mp4', 'y/a.mp4'], at('out'))).rejects.toThrow('would both be written');
  });

  it('must not be single images', async () => {
    files('1.png', '2.png');
    await expect(jobs(['1.png', '2.png'], at('out'))).rejects.toThrow('name their folder');
  });
});

describe('an input', () => {
  it('is never overwritten, under any of its names', async () => {
    files('a.mp4', 'b.mp4', 'seq/1.png');
    linkSync(at('a.mp4'), at('link.mp4'));
    await expect(jobs(['a.mp4'], at('a.mp4'))).rejects.toThrow('would overwrite the input');
    await expect(jobs(['a.mp4'], at('link.mp4'))).rejects.toThrow('would overwrite the input');
    await expect(jobs(['a.mp4', 'b.mp4'], folder)).rejects.toThrow('would overwrite the input');
    await expect(jobs(['seq'], at('seq', '%d.png'))).rejects.toThrow('would overwrite the input');
  });

  it('that is not there is named', async () => {
    files('in/note.txt');
    await expect(jobs(['nothing.mp4'], at('o.mp4'))).rejects.toThrow('no such file or folder');
    await expect(jobs(['no*.mp4'], at('o'))).rejects.toThrow('no file matches');
    await expect(jobs(['in'], at('o'))).rejects.toThrow('no videos or images');
  });
});
