/** What tape damage is, and what merely moves. */
import { describe, expect, it } from 'vitest';
import { dropOut } from '../../src/detectors/drop-out.js';
import type { Frame } from '../../src/frame/frame.js';
import { cellOf, clip, compare, HEIGHT, INFO, random, WIDTH } from './scene.js';

interface Bar {
  readonly seq: number;
  readonly top: number;
  readonly rows: number;
  readonly left: number;
  readonly right: number;
  /** A grey level, or noise. */
  readonly fill: number | 'noise';
}

const BARS: readonly Bar[] = [
  { seq: 2, top: 20, rows: 1, left: 0, right: WIDTH, fill: 235 },
  { seq: 3, top: 41, rows: 3, left: 30, right: 150, fill: 20 },
  { seq: 4, top: 70, rows: 6, left: 60, right: WIDTH, fill: 'noise' },
  { seq: 5, top: 100, rows: 4, left: 10, right: 120, fill: 230 },
];

function streaks(data: Uint8Array, seq: number): void {
  const uniform = random(seq);
  for (const bar of BARS.filter((b) => b.seq === seq)) {
    for (let y = bar.top; y < bar.top + bar.rows; y++) {
      for (let x = bar.left; x < bar.right; x++) {
        data[y * WIDTH + x] = bar.fill === 'noise' ? Math.floor(uniform() * 256) : bar.fill;
      }
    }
  }
}

function truthOf(seq: number): Set<number> {
  const cells = new Set<number>();
  for (const bar of BARS.filter((b) => b.seq === seq)) {
    for (let y = bar.top; y < bar.top + bar.rows; y++) {
      for (let x = bar.left; x < bar.right; x++) cells.add(cellOf(x, y));
    }
  }
  return cells;
}

/** Columns of a bright scratch, two samples wide and slightly slanted, that wanders to the right. */
const scratchAt = (seq: number, y: number) => Math.round(60 + seq * 1.5 + (y / HEIGHT) * 4);

function scratch(data: Uint8Array, seq: number): void {
  for (let y = 0; y < HEIGHT; y++)
    data.fill(235, y * WIDTH + scratchAt(seq, y), y * WIDTH + scratchAt(seq, y) + 2);
}

function scratchTruth(seq: number): Set<number> {
  const cells = new Set<number>();
  for (let y = 0; y < HEIGHT; y++) {
    cells.add(cellOf(scratchAt(seq, y), y)).add(cellOf(scratchAt(seq, y) + 1, y));
  }
  return cells;
}

function maps(frames: readonly Frame[], lookAhead = true): Uint8Array[] {
  const session = dropOut.open(INFO);
  return frames.map((f, i) => session.inspect(f, lookAhead ? frames[i + 1] : undefined).score);
}

describe('the drop-out detector', () => {
  it.each([0, 12])('finds streaks of one frame, row by row, under noise of %d', (sigma) => {
    const found = maps(clip(8, sigma, streaks));
    for (const { seq } of BARS) {
      const { recall, iou, falseShare } = compare(found[seq]!, truthOf(seq));
      expect(recall).toBeGreaterThan(0.95);
      expect(iou).toBeGreaterThan(0.85);
      expect(falseShare).toBeLessThan(0.005);
    }
  });

  it('does not blame the frames before and after a streak', () => {
    const found = maps(clip(8, 0, streaks));
    for (const seq of [0, 1, 6, 7]) expect(found[seq]!.every((score) => score === 0)).toBe(true);
  });

  it('finds streaks without looking ahead', () => {
    const found = maps(clip(8, 0, streaks), false);
    for (const { seq } of BARS)
      expect(compare(found[seq]!, truthOf(seq)).recall).toBeGreaterThan(0.9);
  });

  it.each([0, 12, 25])('follows a wandering scratch under noise of %d', (sigma) => {
    const found = maps(clip(14, sigma, scratch));
    for (let seq = 4; seq < 14; seq++) {
      const { recall, falseShare } = compare(found[seq]!, scratchTruth(seq));
      expect(recall).toBeGreaterThan(0.85);
      expect(falseShare).toBeLessThan(0.012);
    }
  });

  it('knows a slow scratch afterwards, from the first frame on', () => {
    const slow = (data: Uint8Array, seq: number) => {
      const x = 80 + Math.round(seq * 0.15);
      for (let y = 0; y < HEIGHT * 0.8; y++) data.fill(225, y * WIDTH + x, y * WIDTH + x + 2);
    };
    const session = dropOut.open(INFO);
    const frames = clip(18, 0, slow);
    frames.forEach((f, i) => session.inspect(f, frames[i + 1]));
    for (const seq of [0, 1, 5, 17]) {
      const truth = new Set<number>();
      for (let y = 0; y < HEIGHT * 0.8; y++) {
        const x = 80 + Math.round(seq * 0.15);
        truth.add(cellOf(x, y)).add(cellOf(x + 1, y));
      }
      const { recall, falseShare } = compare(session.revised!(seq)!.score, truth);
      expect(recall).toBeGreaterThan(0.95);
      expect(falseShare).toBeLessThan(0.005);
    }
    session.reset();
    expect(session.revised!(0)).toBeUndefined();
  });

  it('leaves a pole that stands alone, even when the camera sways by a sample', () => {
    const pole = (data: Uint8Array, seq: number) => {
      for (let y = 20; y < 120; y++)
        data.fill(30, y * WIDTH + 140 + (seq % 2), y * WIDTH + 143 + (seq % 2));
    };
    for (const map of maps(clip(16, 0, pole))) expect(map.every((score) => score === 0)).toBe(true);
  });

  it.each([0, 25])('leaves what moves and what flashes alone under noise of %d', (sigma) => {
    const lamp = (data: Uint8Array, seq: number) => {
      if (seq % 3 === 0)
        for (let y = 20; y < 32; y++) data.fill(230, y * WIDTH + 100, y * WIDTH + 114);
    };
    for (const map of maps(clip(12, sigma, lamp))) {
      expect(compare(map, new Set()).falseShare).toBeLessThan(0.002);
    }
  });

  it('lets go of a scratch that ends, though a post stands where it was seen last', () => {
    const post = (data: Uint8Array) => {
      for (let y = 48; y < 88; y++) data.fill(235, y * WIDTH + 82, y * WIDTH + 84);
    };
    const frames = clip(40, 2, (data, seq) => {
      post(data);
      if (seq >= 4 && seq < 15) scratch(data, seq);
    });
    const session = dropOut.open(INFO);
    const maps = frames.map((one, seq) => session.inspect(one, frames[seq + 1]));
    const known = maps.map((map, seq) => session.revised?.(seq) ?? map);
    expect(compare(known[12]!.score, scratchTruth(12)).recall).toBeGreaterThan(0.9);
    for (const { score } of known.slice(16)) {
      expect(score.filter((value) => value >= 128)).toHaveLength(0);
    }
  });

  it('forgets on reset: a new scene is not damage', () => {
    const session = dropOut.open(INFO);
    for (const f of clip(4)) session.inspect(f);
    session.reset();
    const inverted = clip(3).map((f) => ({ ...f, data: f.data.map((value) => 255 - value) }));
    inverted.forEach((f, i) => {
      expect(session.inspect(f, inverted[i + 1]).score.every((score) => score === 0)).toBe(true);
    });
  });
});
