import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { firstParting } from '../../src/evidence/check-files.js';
import { checkChain, entryLine, sha256 } from '../../src/evidence/frame-list.js';
import { writeFrameList } from '../../src/evidence/write-frame-list.js';
import { scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const list = join(folder, 'list.tsv');
const hash = (what: string, seq: number) => sha256(`${what} ${seq}`);
const entry = (seq: number) => ({
  seq,
  timestamp: seq * 40_000,
  input: hash('in', seq),
  output: hash('out', seq),
  cells: hash('cells', seq),
});

// eslint asks for an await in an async generator; a list of hashes has none.
function hashes(count: number): AsyncGenerator<string, undefined> {
  return (async function* () {
    await Promise.resolve();
    for (let seq = 0; seq < count; seq++) yield hash('file', seq);
    return undefined;
  })();
}

beforeEach(async () => {
  const parts = [0, 1].map((part) => {
    const path = join(folder, `part-${part}`);
    const lines = Array.from({ length: 5 }, (_, i) => entryLine(entry(part * 5 + i)));
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  });
  await writeFrameList(list, parts, hashes(10));
});

describe('the list of frames', () => {
  it('is one chain over all parts', async () => {
    const checked = await checkChain(list);
    expect(checked).toEqual({
      frames: 10,
      chain: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(readFileSync(list, 'utf8')).toContain(`\n${entryLine(entry(7))}\t${hash('file', 7)}\t`);
  });

  it.each([
    ['a flipped byte', (text: string) => text.replace(hash('out', 6), hash('out', 66)), 6],
    ['a changed time', (text: string) => text.replace('\n4\t160000', '\n4\t160001'), 4],
    ['a line that was taken out', (text: string) => text.replace(/\n3\t.*/, ''), 3],
    ['a line that was put in', (text: string) => text.replace(/(\n3\t.*)/, '$1$1'), 4],
    ['text that is no line', (text: string) => text.replace(/\n2\t.*/, '\nhello'), 2],
  ])('breaks at the frame with %s', async (_what, change, frame) => {
    writeFileSync(list, change(readFileSync(list, 'utf8')));
    expect(await checkChain(list)).toMatchObject({ broken: frame });
  });

  it('ends otherwise when its end was cut off', async () => {
    const whole = await checkChain(list);
    writeFileSync(list, readFileSync(list, 'utf8').replace(/\n9\t.*\n/, '\n'));
    const cut = await checkChain(list);
    expect(cut).toMatchObject({ frames: 9 });
    expect(cut.chain).not.toBe(whole.chain);
  });

  it('tells the first frame of an output that is another', async () => {
    expect(await firstParting(list, 'file', hashes(10))).toBeUndefined();
    expect(await firstParting(list, 'file', hashes(8))).toEqual({ frame: 8, how: 'unreadable' });
    expect(await firstParting(list, 'file', hashes(11))).toEqual({ frame: 10, how: 'more' });
    expect(await firstParting(list, 'cells', hashes(10))).toEqual({ frame: 0, how: 'another' });
    async function* broken() {
      yield* hashes(4);
      throw new Error('cannot be read');
    }
    expect(await firstParting(list, 'file', broken())).toEqual({ frame: 4, how: 'unreadable' });
  });

  it('has a dash for frames that have nothing of their own in the output', async () => {
    await writeFrameList(list, [join(folder, 'part-0')], hashes(3));
    expect(readFileSync(list, 'utf8')).toMatch(/\n4\t.*\t-\t[0-9a-f]{64}\n$/);
    expect(await checkChain(list)).toMatchObject({ frames: 5 });
  });
});
