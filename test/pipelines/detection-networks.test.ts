/** The detectors that are networks, in their worker, on real footage of a camera they never saw. */
import { deserialize, serialize } from 'node:v8';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campusPath } from '../../fixtures/index.js';
import {
  openDetectionNetworks,
  type DetectionNetworks,
} from '../../pipelines/detection-networks.js';
import { bytesOf, decodeToRaw } from '../../src/evaluation/clip.js';
import { damageCaseNamed } from '../../src/evaluation/damage/index.js';
import { MaskScore } from '../../src/evaluation/metrics/mask-score.js';
import { Random } from '../../src/evaluation/random.js';
import { findFfmpeg } from '../../src/ffmpeg/find.js';
import { DAMAGE_KINDS } from '../../src/frame/damage-map.js';
import type { Frame } from '../../src/frame/frame.js';
import type { SourceInfo } from '../../src/frame/seams.js';
import { openFile } from '../../src/sources/file.js';
import { frame } from '../detectors/scene.js';
import { readRecords, temporaryFolder } from '../evaluation/clips.js';

const FRAMES = 24;
const AHEAD = 16;

let networks: DetectionNetworks;
beforeAll(async () => {
  networks = await openDetectionNetworks('cpu', 1);
});
afterAll(() => networks.close());

/** The bundled clip, 384x288 if not told otherwise, with seeded damage, and where it is damaged. */
async function damaged(
  name: string,
  maxWidth = 384,
  seed = name,
): Promise<{ frames: Frame[]; truth: Uint8Array[]; info: SourceInfo }> {
  const folder = await temporaryFolder();
  const spec = {
    path: campusPath,
    ffmpeg: await findFfmpeg(),
    deinterlace: 'off',
    maxWidth,
  } as const;
  const { signal } = new AbortController();
  const clip = await decodeToRaw(openFile, spec, FRAMES, join(folder, 'clean.yuv'), signal);
  const random = new Random(`test/${seed}`);
  const harm = damageCaseNamed(name).open({ ...clip, frameRate: 10, random });
  const truth: Uint8Array[] = [];
  const frames = (await readRecords(clip.path, bytesOf(clip).frame)).map((data, seq) => {
    const mask = new Uint8Array(bytesOf(clip).mask);
    harm(data, mask);
    truth.push(mask);
    return { ...frame(data, seq), width: clip.width, height: clip.height };
  });
  return {
    frames,
    truth,
    info: { lane: 'test', width: clip.width, height: clip.height, frameRate: 10 },
  };
}

async function found(
  { frames, truth, info }: Awaited<ReturnType<typeof damaged>>,
  model: string,
  ahead: number,
) {
  const one = networks.open(info).find(({ detector }) => detector.model === model);
  if (one === undefined) throw new Error(`no network ${model}`);
  const score = new MaskScore();
  for (const [seq, picture] of frames.entries()) {
    const maps = await one.session.inspect(picture, frames.slice(seq + 1, seq + 1 + ahead));
    const latest = one.session.current?.() ?? maps;
    const union = new Uint8Array(latest[0]?.score.length ?? 0);
    for (const map of latest) {
      for (let i = 0; i < union.length; i++) if (map.score[i]! >= 128) union[i] = 255;
    }
    score.add(union, truth[seq]);
  }
  return score.agreement();
}

describe('the damage network', () => {
  it('finds streaks and scratches, with and without looking ahead', async () => {
    const clip = await damaged('tape');
    const { recall, falseShare } = await found(clip, 'damage', AHEAD);
    expect(recall).toBeGreaterThan(0.85);
    expect(falseShare).toBeLessThan(0.006);
    const live = await found(clip, 'damage', 0);
    expect(live.recall).toBeGreaterThan(0.6);
    expect(live.falseShare).toBeLessThan(0.015);
  });

  it('leaves people who walk alone', async () => {
    const { falseShare } = await found(await damaged('clean'), 'damage', AHEAD);
    expect(falseShare).toBeLessThan(0.002);
  });
});

describe('the lens network', () => {
  it('finds dirt', async () => {
    const { recall, falseShare } = await found(await damaged('dirt'), 'lens', AHEAD);
    // Spots of the smallest size at this width are missed.
    expect(recall).toBeGreaterThan(0.25);
    expect(falseShare).toBeLessThan(0.01);
  });

  it('finds threads of cobwebs, and takes nothing else for them', async () => {
    const recalls: number[] = [];
    for (const web of ['one', 'two', 'three']) {
      const { recall, falseShare } = await found(await damaged('cobweb', 640, web), 'lens', AHEAD);
      expect(falseShare).toBeLessThan(0.01);
      recalls.push(recall ?? 0);
    }
    // Thin threads are missed.
    expect(Math.max(...recalls), String(recalls)).toBeGreaterThan(0.15);
  });

  it('does not call a lamp post, a parked van or a person who stands dirt', async () => {
    const { falseShare } = await found(await damaged('clean'), 'lens', AHEAD);
    expect(falseShare).toBeLessThan(0.0005);
  });
});

describe('each network', () => {
  it('gives a map of the chroma grid for each of its kinds, and changes no frame', async () => {
    const { frames, info } = await damaged('clean');
    for (const { detector, session } of networks.open(info)) {
      const copy = frames[0]!.data.slice();
      const maps = await session.inspect(frames[0]!, frames.slice(1, 4));
      expect(maps.map(({ kind }) => kind)).toEqual(detector.kinds);
      expect(frames[0]!.data).toEqual(copy);
      for (const { kind, columns, rows, score } of maps) {
        expect(DAMAGE_KINDS).toContain(kind);
        expect(score).toHaveLength(columns * rows);
      }
    }
  });

  it('goes on alike after its memory was put down and taken up again', async () => {
    const { frames, info } = await damaged('mixed');
    for (const [index, { session }] of networks.open(info).entries()) {
      for (const picture of frames.slice(0, 9)) await session.inspect(picture, []);
      const other = networks.open(info)[index]!.session;
      other.load(deserialize(serialize(session.save())));
      for (const picture of frames.slice(9, 18)) {
        expect(await other.inspect(picture, [])).toEqual(await session.inspect(picture, []));
      }
    }
  });
});
