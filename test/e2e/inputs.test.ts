/** Every kind of input through the built command: a folder in, a folder out, and each by itself. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RestoreReport } from '../../pipelines/restore.js';
import { openFile } from '../../src/sources/file.js';
import { ffmpeg, make, planes, probed, scratchFolder, takeAll, times } from '../ffmpeg/clips.js';
import { film, FRAMES, KINDS } from './input-kinds.js';
import { relens, restoredIn } from './relens.js';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const names = Object.keys(KINDS);

mkdirSync(at('in', 'stills'), { recursive: true });
make(...film(), at('in', 'stills', 'cam-%04d.png'));
for (const [name, kind] of Object.entries(KINDS)) kind.make(at('in', name));

interface Outcome {
  readonly input: string;
  readonly output: string;
  readonly ok: boolean;
  readonly report: RestoreReport;
}
const outcomes = { exact: [] as Outcome[], usual: [] as Outcome[] };

/** One process restores the whole folder; streams without timestamps and stills go at this rate. */
async function restoreAll(into: 'exact' | 'usual', ...options: string[]): Promise<void> {
  const report = at(`${into}.json`);
  const args = ['--fps', '10', '--threads', '1', '--report', report, ...options];
  const { code, stderr } = await relens(['restore', at('in'), '--output', at(into), ...args]);
  expect([code, stderr]).toEqual([0, '']);
  outcomes[into] = (JSON.parse(readFileSync(report, 'utf8')) as { files: Outcome[] }).files;
}

beforeAll(() => Promise.all([restoreAll('exact', '--lossless'), restoreAll('usual')]), 180_000);

function outcome(into: 'exact' | 'usual', input: string): Outcome {
  const found = outcomes[into].find((one) => one.input === at('in', input));
  if (found === undefined) throw new Error(`${input} was not restored`);
  return found;
}

/** Seconds from the first picture; of streams without timestamps, by the rate that was given. */
function clock(path: string): number[] {
  if (/\.(h264|hevc|mjpeg)$/.test(path)) return Array.from({ length: FRAMES }, (_, n) => n / 10);
  const seconds = times(path);
  return seconds.map((second) => second - (seconds[0] ?? 0));
}

/** Matroska counts whole milliseconds. */
function expectSameTimes(output: string, input: string): void {
  const [came, given] = [clock(output), clock(input)];
  expect(came).toHaveLength(given.length);
  const late = came.map((seconds, n) => Math.abs(seconds - (given[n] ?? NaN)));
  expect(Math.max(...late)).toBeLessThan(0.00101);
}

const colours = (path: string) =>
  ['color_range', 'color_space', 'color_primaries', 'color_transfer'].map(
    (tag) => probed(path, `stream=${tag}`, '-select_streams', 'v:0')[0],
  );

/** Share of the samples; all of them where the lengths differ. */
function differing(one: Buffer, other: Buffer): number {
  if (one.length !== other.length) return 1;
  return one.reduce((count, sample, at) => count + Number(sample !== other[at]), 0) / one.length;
}

/** What comes through the door: the frames as the pipeline sees them. */
async function doorPlanes(path: string): Promise<Buffer> {
  const source = await openFile({ path, ffmpeg, deinterlace: 'auto', frameRate: 10 });
  return Buffer.concat((await takeAll(source)).map(({ data }) => data));
}

describe.each(names)('%s', (name) => {
  const kind = KINDS[name]!;
  const input = at('in', name);

  it.each(['exact', 'usual'] as const)('keeps its frames, times and size (%s)', (into) => {
    const { report, output, ok } = outcome(into, name);
    expect(ok).toBe(true);
    expect(report.lost).toEqual([]);
    expect(report.frames).toBe(kind.frames ?? FRAMES);
    expectSameTimes(output, input);
    const [size] = probed(output, 'stream=width,height', '-select_streams', 'v:0');
    expect(size).toBe(kind.size ?? '96,64');
    // A transport stream begins where its muxer likes.
    if (!output.endsWith('.ts')) expect(times(output)[0]).toBeLessThan(0.03);
    const aspect = (path: string) => probed(path, 'stream=sample_aspect_ratio')[0] ?? 'N/A';
    if (name === 'wide.mp4') expect(aspect(output)).toBe('16:11');
  });

  it('says what its conversion cost', () => {
    const { conversions } = outcome('usual', name).report;
    const picture = conversions.filter(
      (one) => !/^(sound|subtitle) track|^libx264 holds/.test(one),
    );
    expect(picture).toEqual(kind.conversions ?? []);
  });

  it('has the colour tags of its original', () => {
    for (const into of ['exact', 'usual'] as const) {
      const [range, ...rest] = colours(input);
      const out = colours(outcome(into, name).output);
      expect(out.slice(1)).toEqual(rest);
      // Formats that imply full range may leave it unsaid; where nobody says, limited is meant, and
      // some versions of ffmpeg say so.
      const meant = name.startsWith('grey') ? 'pc' : range;
      if (meant === 'unknown') expect(['unknown', 'tv']).toContain(out[0]);
      else expect(out[0]).toBe(meant);
    }
  });

  it('is bit-exact where nothing was repaired', async () => {
    const { output, report } = outcome('exact', name);
    const made = await doorPlanes(output);
    if (kind.damaged === true) {
      expect(report.provenance.denoised).toBeGreaterThan(0.5);
      expect(report.inference.framesWithNetwork).toBe(FRAMES);
      expect(made.equals(await doorPlanes(input))).toBe(false);
      return;
    }
    const repaired = 1 - report.provenance.original;
    expect(repaired).toBeLessThanOrEqual(kind.mistaken ?? 0);
    expect(differing(made, await doorPlanes(input))).toBeLessThanOrEqual(repaired);
    if (kind.plain === true) {
      expect(differing(planes(output), planes(input))).toBeLessThanOrEqual(repaired);
    }
  });
});

describe('what comes with the pictures', () => {
  const codecs = (path: string) => probed(path, 'stream=codec_type,codec_name').sort();
  const chapters = (path: string) => probed(path, 'chapter=start_time,end_time:chapter_tags=title');
  const title = (path: string) => probed(path, 'format_tags=title');
  const packets = (path: string) => probed(path, 'packet=size', '-select_streams', 'a:0');

  it.each(['phone.mp4', 'archive.mkv'])('%s: sound, words, chapters and title', (name) => {
    const { output } = outcome('usual', name);
    expect(codecs(output)).toEqual(codecs(at('in', name)));
    expect(chapters(output)).toEqual(chapters(at('in', name)));
    expect(title(output)).toEqual(['North gate']);
    expect(packets(output)).toEqual(packets(at('in', name)));
  });

  it.each(['sound.avi', 'stream.ts'])('%s: sound', (name) => {
    for (const into of ['usual', 'exact'] as const) {
      const { output } = outcome(into, name);
      // Once for each, though a transport stream lists them in its program as well.
      expect(new Set(probed(output, 'stream=codec_type'))).toEqual(new Set(['audio', 'video']));
      expect(packets(output)).toEqual(packets(at('in', name)));
    }
  });
});

describe('images', () => {
  const stills = join('in', 'stills');
  /** The decoded planes at the door, of a film or of images. */
  const expectStills = async (output: string) => {
    expect(clock(output).map((seconds) => Number(seconds.toFixed(3)))).toEqual(
      Array.from({ length: FRAMES }, (_, n) => n / 10),
    );
    expect((await doorPlanes(output)).equals(await doorPlanes(at(stills)))).toBe(true);
  };

  it('in a folder of their own are one film', async () => {
    const { report, output } = outcome('exact', 'stills');
    expect(output).toBe(at('exact', 'stills.mkv'));
    expect(report.frames).toBe(FRAMES);
    await expectStills(output);
  });

  it('by a pattern become a film, or images again', async () => {
    const pattern = at(stills, 'cam-%04d.png');
    const restore = (output: string, ...options: string[]) =>
      relens(['restore', pattern, '--fps', '10', '--output', output, ...options]);
    const [film, images] = await Promise.all([
      restore(at('pattern.mkv'), '--lossless'),
      restore(at('images', '%04d.png')),
    ]);
    expect([film.code, film.stderr, images.code, images.stderr]).toEqual([0, '', 0, '']);
    await expectStills(at('pattern.mkv'));
    expect(readdirSync(at('images'))).toHaveLength(FRAMES);
    expect(probed(at('images', '0012.png'), 'stream=width,height')).toEqual(['96,64']);
  });
});

it('takes a glob that no shell has expanded, and skips what does not match', async () => {
  const args = ['restore', at('in', 'variable-*.m*'), '--output', at('glob')];
  const { code, stdout, stderr } = await relens(args);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('2 restored, 0 failed');
  expect(restoredIn(at('glob')).sort()).toEqual(['variable-1.mp4', 'variable-2.mkv']);
  for (const name of restoredIn(at('glob'))) expectSameTimes(at('glob', name), at('in', name));
});
