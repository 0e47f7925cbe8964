/** A journal says only what is true, whatever is left of its folder. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { serialize } from 'node:v8';
import { beforeEach, describe, expect, it } from 'vitest';
import { framesFinished, Journal, journalFolder } from '../../src/evidence/journal.js';
import { scratchFolder } from '../ffmpeg/clips.js';

const output = join(scratchFolder(), 'out.mkv');
const folder = journalFolder(output);
const identity = { input: 'a', strength: 1 };

async function part(journal: Journal, frames: number, state: unknown): Promise<string> {
  const path = journal.place('picture', journal.parts);
  writeFileSync(path, `part ${journal.parts}`);
  await journal.commit({ frames, files: [path], state: serialize(state) });
  return path;
}

beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  const journal = await Journal.open(output, identity);
  journal.begin();
  await part(journal, 16, { n: 1 });
  await part(journal, 16, { n: 2, memory: new Uint8Array([1, 2, 3]) });
});

describe('a journal', () => {
  it('goes on after the last part that was committed', async () => {
    const journal = await Journal.open(output, identity);
    expect([journal.parts, journal.frames]).toEqual([2, 32]);
    expect(journal.state).toEqual({ n: 2, memory: new Uint8Array([1, 2, 3]) });
    expect(journal.files('picture').map((path) => readFileSync(path, 'utf8'))).toEqual([
      'part 0',
      'part 1',
    ]);
    expect(await framesFinished(output)).toBe(32);
  });

  it('keeps one state only, and throws out what a killed run was writing', async () => {
    writeFileSync(join(folder, 'picture-000002-deadbeef.part'), 'half');
    writeFileSync(join(folder, 'journal.json.part'), '{"for');
    await Journal.open(output, identity);
    expect(readdirSync(folder).filter((name) => !/^picture-00000[01]-/.test(name))).toEqual([
      'journal.json',
      'state-000002.bin',
    ]);
  });

  it('gives each run names of its own', async () => {
    const [one, other] = [
      await Journal.open(output, identity),
      await Journal.open(output, identity),
    ];
    expect(basename(one.place('picture', 2))).not.toBe(basename(other.place('picture', 2)));
  });

  it.each([
    ['is of another job', () => undefined, { ...identity, strength: 0.5 }],
    ['is cut short', () => truncateSync(join(folder, 'journal.json'), 40), identity],
    ['is empty', () => writeFileSync(join(folder, 'journal.json'), ''), identity],
    ['is gone', () => rmSync(join(folder, 'journal.json')), identity],
    [
      'has a state that is cut short',
      () => truncateSync(join(folder, 'state-000002.bin'), 9),
      identity,
    ],
    ['has no state', () => rmSync(join(folder, 'state-000002.bin')), identity],
    ['lost a part', () => rmSync(join(folder, name())), identity],
    ['has a part that is cut short', () => truncateSync(join(folder, name()), 3), identity],
  ])('that %s begins anew', async (_what, spoil, wanted) => {
    spoil();
    const journal = await Journal.open(output, wanted);
    expect([journal.parts, journal.state]).toEqual([0, undefined]);
    expect(existsSync(folder)).toBe(false);
  });

  it('begins anew when told to', async () => {
    expect((await Journal.open(output, identity, true)).frames).toBe(0);
  });

  it('needs no state once all parts are there', async () => {
    const journal = await Journal.open(output, identity);
    const path = journal.place('picture', 2);
    writeFileSync(path, 'last');
    await journal.commit({ frames: 5, files: [path] });
    expect((await Journal.open(output, identity)).parts).toBe(0);
  });

  it('that ended only needs its output made', async () => {
    const journal = await Journal.open(output, identity);
    await journal.end({ lost: ['nothing'] });
    rmSync(join(folder, 'state-000002.bin'));
    const again = await Journal.open(output, identity);
    expect([again.frames, again.ending]).toEqual([32, { lost: ['nothing'] }]);
  });

  it('leaves nothing where nothing was finished', async () => {
    const journal = await Journal.open(output, identity, true);
    journal.begin();
    journal.leave();
    expect(existsSync(folder)).toBe(false);
    journal.begin();
    await part(journal, 1, {});
    journal.leave();
    expect(existsSync(folder)).toBe(true);
  });
});

function name(): string {
  return readdirSync(folder).find((one) => one.startsWith('picture-000001')) ?? '';
}
