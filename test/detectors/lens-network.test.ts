/** What lies on the lens is believed steadily, and no longer than it is there. */
import { describe, expect, it } from 'vitest';
import { lensNetwork } from '../../src/detectors/lens-network.js';
import type { RunNetwork } from '../../src/detectors/network.js';
import { clip, HEIGHT, INFO, WIDTH } from './scene.js';

const COLUMNS = WIDTH / 2;
const ROWS = HEIGHT / 2;

/** Scores of dirt, one answer after the other: sure in the middle of a spot, `rim` around it. */
function answering(rims: readonly number[], sure: readonly boolean[]) {
  let [asked, widest] = [-1, 0];
  return (feeds: Parameters<RunNetwork>[0]) => {
    // The model is given the picture enlarged, and then once more in half that size.
    const [, , rows = 0, columns = 0] = feeds['count']?.dims ?? [];
    widest = Math.max(widest, columns);
    if (columns === widest) asked++;
    const rim = rims[asked % rims.length] ?? 0;
    const isThere = sure[Math.min(asked, sure.length - 1)] === true;
    const data = new Uint8Array(3 * columns * rows);
    const fill = (value: number, from: number, to: number) => {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const x = ((column + 0.5) * COLUMNS) / columns;
          const y = ((row + 0.5) * ROWS) / rows;
          const isIn = Math.min(x, y) > from && Math.max(x, y) < to;
          if (isIn) data[row * columns + column] = value;
        }
      }
    };
    if (isThere) fill(rim, 10, 22);
    if (isThere) fill(250, 11, 21);
    return Promise.resolve({
      results: { scores: { data, dims: [1, 3, rows, columns] } },
      feeds: {},
    });
  };
}

/** Cells of dirt after each frame. */
async function believed(
  run: ReturnType<typeof answering>,
  frames: number,
  sigma = 0,
): Promise<number[]> {
  const session = lensNetwork.open(INFO, run);
  const counts: number[] = [];
  for (const frame of clip(frames, sigma)) {
    const [dirt] = await session.inspect(frame, []);
    counts.push(dirt?.score.filter((score) => score >= 128).length ?? 0);
  }
  return counts;
}

describe('the detector of what lies on the lens', () => {
  it('does not flicker where the network is in doubt', async () => {
    const counts = await believed(answering([160, 135], [true]), 100);
    // First asked after four frames that were taken in, every second one is.
    expect(new Set(counts.slice(6))).toEqual(new Set([144]));
  });

  it('marks no doubt that was never more than one', async () => {
    const counts = await believed(answering([135], [true]), 20);
    expect(counts.at(-1)).toBe(100);
  });

  it('believes nothing before the noise is averaged away', async () => {
    const counts = await believed(answering([160], [true]), 40, 9);
    // 9 / sqrt(16) grey levels are left of the noise when sixteen frames were taken in.
    expect(counts.findIndex((count) => count > 0)).toBe(30);
  });

  it('lets go of what was cleaned away', async () => {
    const counts = await believed(answering([160], [true, false]), 20);
    expect(Math.max(...counts)).toBe(144);
    expect(counts.at(-1)).toBe(0);
  });

  it('forms the first belief of an archive on all that is known to follow, and keeps it until there is more', async () => {
    const asked: (number | undefined)[] = [];
    const answer = answering([160], [true]);
    const session = lensNetwork.open(INFO, (feeds) => {
      asked.push(feeds['count']?.data[0]);
      return answer(feeds);
    });
    const frames = clip(70);
    for (const [index, frame] of frames.entries()) {
      await session.inspect(frame, frames.slice(index + 1, index + 17));
    }
    expect(asked).toEqual([17, 17, 32, 32]);
  });

  it('takes no burnt out sky for dirt', async () => {
    const session = lensNetwork.open(INFO, answering([160], [true]));
    const bright = clip(8).map((frame) => ({ ...frame, data: frame.data.slice().fill(235) }));
    for (const frame of bright) {
      const [dirt] = await session.inspect(frame, []);
      expect(dirt?.score.some((score) => score > 0)).toBe(false);
    }
  });
});
