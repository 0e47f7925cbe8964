/** Light that blinds is told with its veil; what is merely bright is not. Over real footage. */
import { beforeAll, describe, expect, it } from 'vitest';
import { glare } from '../../src/detectors/glare.js';
import type { RawClip } from '../../src/evaluation/clip.js';
import { readFootage } from './footage.js';
import { STYLES, write } from './osd/writing.js';
import { frame, normal } from './scene.js';

const FRAMES = 12;
let clip: RawClip;
let pictures: readonly Uint8Array[];

beforeAll(async () => {
  ({ clip, pictures } = await readFootage(FRAMES, 640));
});

type Change = (luma: Uint8Array, seq: number) => void;

/** Frames of the clip with a change, and what is told of each. */
function watch(change: Change, session = glare.open({ ...clip, lane: 'glare', frameRate: 10 })) {
  return pictures.map((picture, seq) => {
    const data = picture.slice();
    change(data.subarray(0, clip.width * clip.height), seq);
    return session.inspect({ ...frame(data, seq), width: clip.width, height: clip.height }).score;
  });
}

/** Light of `peak` times what clips, spread by the lens with the square of the distance. */
const lamp =
  (x: number, y: number, core: number): Change =>
  (luma) => {
    for (let i = 0; i < luma.length; i++) {
      const square = ((i % clip.width) - x) ** 2 + (Math.floor(i / clip.width) - y) ** 2;
      const added = 2 / (1 + square / core ** 2);
      const light = Math.max(0, (luma[i]! - 16) / 219) ** 2.2 + added;
      luma[i] = 16 + 219 * Math.min(1, light) ** (1 / 2.2);
    }
  };

const fill =
  (
    left: number,
    top: number,
    wide: number,
    high: number,
    value: (x: number, y: number) => number,
  ) =>
  (luma: Uint8Array) => {
    for (let y = top; y < top + high; y++) {
      for (let x = left; x < left + wide; x++) luma[y * clip.width + x] = value(x, y);
    }
  };

const told = (score: Uint8Array) => score.filter((value) => value >= 128).length;
const at = (score: Uint8Array, x: number, y: number) =>
  score[(y >> 1) * (clip.width >> 1) + (x >> 1)]!;
/** On the grass. */
const [X, Y] = [200, 380];

describe('a lamp that shines into the lens', () => {
  it('is told from the first frame on, with what it washes out around it, and surer within', () => {
    for (const score of watch(lamp(X, Y, 12))) {
      expect(at(score, X, Y)).toBeGreaterThan(200);
      for (const [dx, dy] of [
        [24, 0],
        [-24, 0],
        [0, 24],
        [0, -24],
      ] as const) {
        expect(at(score, X + dx, Y + dy)).toBeGreaterThanOrEqual(128);
      }
      expect(at(score, X + 130, Y)).toBe(0);
      // A tenth of the scale is added up to a distance of some five radii of what is clipped.
      const area = told(score) * 4;
      expect(area).toBeGreaterThan(Math.PI * 30 ** 2);
      expect(area).toBeLessThan(Math.PI * 90 ** 2);
    }
  });

  it('is told under noise', () => {
    const score = watch((luma, seq) => {
      lamp(X, Y, 12)(luma, seq);
      const next = normal(seq);
      for (let i = 0; i < luma.length; i++)
        luma[i] = Math.max(0, Math.min(255, luma[i]! + 12 * next()));
    }).at(-1)!;
    expect(at(score, X, Y)).toBeGreaterThan(200);
    expect(at(score, X + 20, Y)).toBeGreaterThanOrEqual(128);
  });

  it('is followed as it moves, and forgotten when it is gone', () => {
    const scores = watch((luma, seq) => {
      if (seq < 8) lamp(X + 6 * seq, Y, 12)(luma, seq);
    });
    for (let seq = 2; seq < 8; seq++) expect(at(scores[seq]!, X + 6 * seq, Y)).toBeGreaterThan(180);
    expect(told(scores[11]!)).toBe(0);
  });

  it('is known again by a session that goes on from another', () => {
    const whole = watch(lamp(X, Y, 12)).at(-1)!;
    const half = glare.open({ ...clip, lane: 'glare', frameRate: 10 });
    const other = glare.open({ ...clip, lane: 'glare', frameRate: 10 });
    const show = (seq: number) => {
      const data = pictures[seq]!.slice();
      lamp(X, Y, 12)(data.subarray(0, clip.width * clip.height), seq);
      return { ...frame(data, seq), width: clip.width, height: clip.height };
    };
    for (let seq = 0; seq < 5; seq++) half.inspect(show(seq));
    other.load?.(structuredClone(half.save?.()));
    let last = new Uint8Array();
    for (let seq = 5; seq < FRAMES; seq++) last = Uint8Array.from(other.inspect(show(seq)).score);
    expect(Buffer.from(last).equals(whole)).toBe(true);
  });
});

describe('what is merely bright', () => {
  const sky = fill(0, 0, 640, 140, () => 250);
  it.each<readonly [string, Change]>([
    ['the scene itself', () => undefined],
    ['a clipped sky', sky],
    ['a white van', fill(150, 340, 110, 60, () => 240)],
    [
      'a white wall in the sun',
      fill(60, 250, 260, 200, (x, y) => Math.min(255, 200 + 0.2 * x + 0.1 * (y % 9))),
    ],
    [
      'a sheet of paper on a grey table',
      (luma) => {
        fill(40, 240, 400, 220, () => 150)(luma);
        fill(160, 300, 90, 60, () => 238)(luma);
      },
    ],
    [
      'a shining ball, that is darker at its rim',
      fill(
        150,
        330,
        100,
        100,
        (x, y) =>
          40 + 200 * Math.sqrt(Math.max(0, 1 - ((x - 200) / 50) ** 2 - ((y - 380) / 50) ** 2)),
      ),
    ],
    [
      'white writing',
      (luma) => {
        for (const [index, style] of STYLES.entries())
          write(luma, clip, '11:59:38', 20, 300 + 40 * index, style);
      },
    ],
    [
      'a window that is out of focus',
      (luma) => {
        for (let i = 0; i < luma.length; i++) {
          const out = Math.max(
            Math.abs((i % clip.width) - X) - 40,
            Math.abs(Math.floor(i / clip.width) - Y) - 30,
          );
          const share = 1 / (1 + Math.exp(out / 2));
          luma[i] = luma[i]! * (1 - share) + 245 * share;
        }
      },
    ],
  ])('%s is not told', (_, change) => {
    for (const score of watch(change)) expect(told(score) / score.length).toBeLessThan(0.0005);
  });
});
