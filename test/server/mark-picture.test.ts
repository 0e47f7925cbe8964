/** What is written over pictures for viewers that are shown nothing else. */
import { describe, expect, it } from 'vitest';
import { frameBytes } from '../../src/frame/frame.js';
import type { CameraState } from '../../src/frame/live-seams.js';
import { eachDot } from '../../src/frame/pixel-font.js';
import { labelView, markPicture } from '../../src/server/mark-picture.js';

const size = { width: 384, height: 216 };
const DOT = 2;
const state: CameraState = {
  ...{ name: 'door', address: '', status: 'stalled', since: 0, attempts: 1, view: [] },
  ...{ width: 384, height: 216, fps: 25, codec: 'h264', colour: {} },
  ...{
    reason: 'no picture for 1.6 s: the camera hangs, or its cable was pulled',
    lastPictureMs: 0,
  },
};
const plain = () => new Uint8Array(frameBytes(size)).fill(120);

/** Whether the words stand in that line, dot by dot, white on black. */
function reads(planes: Uint8Array, line: number, text: string): boolean {
  const white = new Set<string>();
  eachDot(text, (column, row) => white.add(`${column},${row}`));
  for (let row = 0; row < 9; row++) {
    for (let column = 0; column <= text.length * 6; column++) {
      const luma = planes[(line * 9 + row) * DOT * size.width + column * DOT];
      if (luma !== (white.has(`${column},${row}`) ? 235 : 16)) return false;
    }
  }
  return true;
}

describe('the last picture of a camera that is gone', () => {
  it('says since when and why, in lines that fit', () => {
    const marked = markPicture(size, plain(), state);
    const time = new Date(0).toTimeString().slice(0, 8);
    expect(reads(marked, 0, `no picture since ${time}`)).toBe(true);
    expect(reads(marked, 1, 'no picture for 1.6 s: the')).toBe(true);
    expect(reads(marked, 2, 'camera hangs, or its cable was')).toBe(true);
    expect(reads(marked, 3, 'pulled')).toBe(true);
    expect(reads(marked, 3, 'pushed')).toBe(false);
  });

  it('is made for any size, and where there was none', () => {
    for (const small of [
      { width: 2, height: 2 },
      { width: 64, height: 8 },
      { width: 1920, height: 1080 },
    ]) {
      const { lastPictureMs: _, ...never } = state;
      expect(markPicture(small, undefined, never)).toHaveLength(frameBytes(small));
    }
  });
});

describe('a live picture', () => {
  it('says what is wrong with its view, and nothing where nothing is', () => {
    const planes = plain();
    labelView(size, planes, state);
    expect(planes).toEqual(plain());
    labelView(size, planes, { ...state, view: [{ kind: 'frozen', since: 0, text: 'the same' }] });
    expect(reads(planes, 0, `frozen since ${new Date(0).toTimeString().slice(0, 8)}`)).toBe(true);
    // Below the words the picture is as it was.
    expect(planes[100 * size.width]).toBe(120);
  });
});
