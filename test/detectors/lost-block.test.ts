/** What a lost macroblock looks like, and what does not. */
import { describe, expect, it } from 'vitest';
import { lostBlock } from '../../src/detectors/lost-block.js';
import { cellOf, clip, compare, INFO, WIDTH } from './scene.js';

/** From frame 3 to 8 the third row of blocks is grey from its second block on. */
function lose(data: Uint8Array, seq: number): void {
  if (seq < 3 || seq > 8) return;
  for (let y = 32; y < 48; y++) data.fill(200, y * WIDTH + 16, y * WIDTH + 160);
}

const truth = new Set<number>();
for (let y = 32; y < 48; y++) for (let x = 16; x < 160; x++) truth.add(cellOf(x, y));

describe('the lost block detector', () => {
  it('holds a torn slice from its loss until it is sent anew', () => {
    const session = lostBlock.open(INFO);
    clip(12, 2, lose).forEach((frame, seq) => {
      const { recall, falseShare } = compare(session.inspect(frame).score, truth);
      expect(recall).toBe(seq >= 3 && seq <= 8 ? 1 : 0);
      // The border that is soiled with it: one cell.
      expect(falseShare).toBeLessThan(0.04);
    });
  });

  it.each([0, 25])('is silent on a scene in which someone walks, under noise of %d', (sigma) => {
    const session = lostBlock.open(INFO);
    for (const frame of clip(20, sigma)) {
      expect(session.inspect(frame).score.every((score) => score === 0)).toBe(true);
    }
  });

  it('does not call a cut lost blocks', () => {
    const session = lostBlock.open(INFO);
    for (const frame of clip(3)) session.inspect(frame);
    const other = clip(1).map((f) => ({ ...f, data: f.data.map((value) => 255 - value) }));
    expect(session.inspect(other[0]!).score.every((score) => score === 0)).toBe(true);
  });

  it('forgets on reset', () => {
    const session = lostBlock.open(INFO);
    for (const frame of clip(5, 0, lose)) session.inspect(frame);
    session.reset();
    expect(session.inspect(clip(1)[0]!).score.every((score) => score === 0)).toBe(true);
  });
});
