/** Inspecting real footage that goes black half way, with a hole that a person marked. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campusPath } from '../../fixtures/index.js';
import { inspect, type InspectOptions } from '../../pipelines/inspect.js';
import { runCommand } from '../../src/cli/run.js';
import { VERBS } from '../../src/cli/verbs.js';
import { runFfmpeg } from '../../src/evaluation/ffmpeg-job.js';
import type { Inspected } from '../../src/evidence/inspect-page.js';
import { drawPage } from '../../src/evidence/draw-page.js';
import { findFfmpeg } from '../../src/ffmpeg/find.js';
import { planes, times } from '../ffmpeg/clips.js';

const [width, height] = [256, 192];
const { signal } = new AbortController();
let folder: string;
let inspected: Inspected;

const at = (name: string) => join(folder, name);
const options = (change: Partial<InspectOptions>): InspectOptions => ({
  input: at('in.mkv'),
  device: 'cpu',
  threads: 1,
  deinterlace: 'off',
  ...change,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relens-inspect-'));
  const ffmpeg = await findFfmpeg();
  const filter = `scale=${width}:${height},drawbox=t=fill:color=black:enable='gte(n,25)'`;
  const args = ['-i', campusPath, '-vf', filter, '-frames:v', '45', '-c:v', 'ffv1', at('in.mkv')];
  await runFfmpeg(ffmpeg, args, 'make the clip', signal);
  const hole = Buffer.alloc(width * height);
  for (let y = 100; y < 120; y++) hole.fill(255, y * width + 40, y * width + 80);
  await sharp(hole, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(at('hole.png'));
  const job = options({ mask: at('hole.png'), maskOutput: at('mask.mkv') });
  inspected = await lastValueFrom(inspect(job, signal));
});

afterAll(() => rm(folder, { recursive: true }));

describe('inspect', () => {
  it('tells the event with its start, how sure it is and why, and says so in words first', () => {
    const { events, summary } = inspected.report;
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: 'black', start: 2.5 });
    expect(events[0]!.confidence).toBeGreaterThan(0.5);
    expect(summary[0]).toMatch(/^The camera was black from 2\.5 s to the end: .*darker/);
  });

  it('writes the mask as a lossless grey video at the times of the pictures', () => {
    expect(times(at('mask.mkv'))).toEqual(times(at('in.mkv')));
    const grey = planes(at('mask.mkv'));
    const bytes = (width * height * 3) / 2;
    expect(grey).toHaveLength(45 * bytes);
    for (const frame of [0, 20, 44]) {
      expect(grey[frame * bytes + 110 * width + 60]).toBe(255);
      expect(grey[frame * bytes + 90 * width + 60]).toBe(0);
      expect(new Set(grey.subarray(frame * bytes, frame * bytes + width * height))).toEqual(
        new Set([0, 255]),
      );
    }
  });

  it('gives figures of the picture, the noise by brightness and what happens over time', () => {
    const { report } = inspected;
    expect(report.frames).toBe(45);
    expect(report.overTime).toHaveLength(5);
    expect(report.quality['brightness']).toBeGreaterThan(16);
    expect(report.quality['edgeSharpness']).toBeGreaterThan(0.4);
    for (const { brightness, sigma } of report.noise.byBrightness) {
      expect(brightness).toBeLessThan(256);
      expect(sigma).toBeLessThan(6);
    }
    expect(report.maskFlicker).toBeLessThan(0.1);
  });

  it('writes a page that stands alone, a JSON file, snapshots and a page to draw on', async () => {
    let text = '';
    const world = {
      stdout: { write: (part: string) => void (text += part) },
      stderr: { write: () => undefined },
      env: {},
      signal,
    };
    const files = ['--html', at('page.html'), '--json', at('found.json')];
    const args = ['inspect', at('in.mkv'), ...files, '--snapshots', at('shots'), '--threads', '1'];
    expect(await lastValueFrom(runCommand(args, world, VERBS))).toBe(0);
    expect(text).toContain('The camera was black');
    const page = await readFile(at('page.html'), 'utf8');
    expect(page).toContain('The camera was black');
    expect(page).toContain('data:image/jpeg;base64,');
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
    const [report] = JSON.parse(await readFile(at('found.json'), 'utf8')) as [{ frames: number }];
    expect(report.frames).toBe(45);
    const shot = await sharp(at('shots/in-1.jpg')).metadata();
    expect([shot.width, shot.height]).toEqual([width, height]);
    expect(await readFile(at('shots/in-draw.html'), 'utf8')).toContain('masks:');
  });
});

it('the page to draw on escapes the name of the input', () => {
  expect(drawPage('<b>"&.mp4', Buffer.from(''))).toContain('&#60;b&#62;&#34;&#38;.mp4');
});
