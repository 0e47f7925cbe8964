/** What a dead pixel is, and what merely looks like one. */
import { describe, expect, it } from 'vitest';
import { deadPixel } from '../../src/detectors/dead-pixel.js';
import type { Frame } from '../../src/frame/frame.js';
import { cellOf, clip, compare, HEIGHT, INFO, random, WIDTH } from './scene.js';

/** Stuck spots on a jittered grid: single pixels or whole cells, dead, hot or in between. */
function stuck(kind: 'pixel' | 'cell', values: readonly number[]) {
  const uniform = random(7);
  const spots: { x: number; y: number; value: number }[] = [];
  for (let y = 8; y < HEIGHT - 8; y += 16) {
    for (let x = 8; x < WIDTH - 8; x += 24) {
      const value = values[spots.length % values.length]!;
      spots.push({
        x: (x + Math.floor(uniform() * 8)) & ~1,
        y: (y + Math.floor(uniform() * 6)) & ~1,
        value,
      });
    }
  }
  const size = kind === 'cell' ? 2 : 1;
  return {
    truth: new Set(spots.map(({ x, y }) => cellOf(x, y))),
    damage: (data: Uint8Array): void => {
      for (const { x, y, value } of spots) {
        for (let v = y; v < y + size; v++) data.fill(value, v * WIDTH + x, v * WIDTH + x + size);
      }
    },
  };
}

function beliefAfter(frames: readonly Frame[]): Uint8Array {
  const session = deadPixel.open(INFO);
  for (const frame of frames) session.inspect(frame);
  return session.current!().score;
}

describe('the dead pixel detector', () => {
  it.each(['pixel', 'cell'] as const)(
    'finds every stuck %s under noise, and nothing else',
    (kind) => {
      const { truth, damage } = stuck(kind, [0, 255]);
      for (const sigma of [4, 25]) {
        const { recall, iou } = compare(beliefAfter(clip(16, sigma, damage)), truth);
        expect(recall).toBeGreaterThan(0.95);
        expect(iou).toBeGreaterThan(0.9);
      }
    },
  );

  it('finds values close to the picture once the noise gives them away', () => {
    const { truth, damage } = stuck('cell', [90, 110, 130, 150]);
    const { recall, iou } = compare(beliefAfter(clip(16, 4, damage)), truth);
    expect(recall).toBeGreaterThan(0.95);
    expect(iou).toBeGreaterThan(0.9);
  });

  it('believes a strong spot from the first frame on', () => {
    const { truth, damage } = stuck('cell', [0, 255]);
    const [first] = clip(1, 4, damage);
    const { recall, falseShare } = compare(deadPixel.open(INFO).inspect(first!).score, truth);
    expect(recall).toBeGreaterThan(0.6);
    expect(falseShare).toBeLessThan(0.002);
  });

  it.each([0, 4, 25])('leaves an undamaged scene alone under noise of %d', (sigma) => {
    expect(compare(beliefAfter(clip(24, sigma)), new Set()).falseShare).toBeLessThan(0.002);
  });

  it('leaves a distant lamp alone, which is drawn out over a few samples', () => {
    const lamp = [
      [0, 30, 70, 60, 10],
      [10, 120, 170, 160, 60],
      [5, 90, 175, 140, 50],
      [0, 20, 80, 60, 0],
    ];
    const drawn = (data: Uint8Array) => {
      lamp.forEach((row, v) => {
        row.forEach((light, u) => {
          const i = (60 + v) * WIDTH + 150 + u;
          data[i] = Math.min(255, data[i]! + light);
        });
      });
    };
    expect([...beliefAfter(clip(16, 0, drawn))].filter((s) => s >= 128)).toHaveLength(0);
  });

  it('leaves letters and soft lamps alone', () => {
    const letters = ['#.#.###', '#.#..#.', '###..#.', '#.#..#.', '#.#.###', '.......', '#.#.#.#'];
    const drawn = (data: Uint8Array) => {
      for (let n = 0; n < 8; n++) {
        letters.forEach((line, v) =>
          line.split('').forEach((mark, u) => {
            if (mark === '#') data[(10 + v) * WIDTH + 20 + n * 9 + u] = 235;
          }),
        );
      }
      for (let v = -4; v <= 4; v++) {
        for (let u = -4; u <= 4; u++) {
          const i = (60 + v) * WIDTH + 150 + u;
          data[i] = Math.min(235, data[i]! + 120 * Math.exp(-(u * u + v * v) / 5));
        }
      }
    };
    expect([...beliefAfter(clip(16, 0, drawn))].filter((s) => s >= 128)).toHaveLength(0);
  });

  it('names the stuck samples of a cell, so that the others can be kept', () => {
    const spots = (data: Uint8Array) => {
      data[31 * WIDTH + 60] = 255;
      data[40 * WIDTH + 81] = 255;
    };
    const score = beliefAfter(clip(16, 4, spots));
    expect([score[cellOf(60, 31)], score[cellOf(81, 40)]]).toEqual([240 + 4, 240 + 2]);
  });

  it('withdraws what the mean over time does not support', () => {
    const spot = (data: Uint8Array, seq: number) => {
      if (seq === 0) for (const i of [0, 1, WIDTH, WIDTH + 1]) data[30 * WIDTH + 60 + i] = 255;
    };
    const frames = clip(16, 0, spot);
    const session = deadPixel.open(INFO);
    expect(session.inspect(frames[0]!).score[cellOf(60, 30)]).toBe(255);
    for (const frame of frames.slice(1)) session.inspect(frame);
    expect(session.current!().score[cellOf(60, 30)]).toBe(0);
  });

  it('forgets on reset, but what it has handed out stays as it was', () => {
    const { damage } = stuck('cell', [0, 255]);
    const session = deadPixel.open(INFO);
    for (const frame of clip(16, 4, damage)) session.inspect(frame);
    const told = session.current!().score;
    const before = told.slice();
    session.reset();
    expect(session.current!().score.every((score) => score === 0)).toBe(true);
    expect(before.some((score) => score > 0)).toBe(true);
    expect(told).toEqual(before);
  });
});
