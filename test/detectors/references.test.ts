/** Which pictures a frame is compared with. */
import { describe, expect, it } from 'vitest';
import { chooseReferences, PastPictures } from '../../src/detectors/references.js';
import type { Frame } from '../../src/frame/frame.js';
import { frame } from './scene.js';

/** A picture of its own number. */
const numbered = (seq: number): Frame => frame(new Uint8Array(6).fill(seq), seq);
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

function chosen(seq: number, ahead: number, first = 0): (number | undefined)[] | undefined {
  const past = new PastPictures();
  for (const one of range(first, seq)) past.add(numbered(one));
  const following = range(seq + 1, seq + 1 + ahead).map(numbered);
  return chooseReferences(numbered(seq), past, following)?.map((data) => data[0]);
}

describe('the references of a frame', () => {
  it('lie on both sides in the middle of an archive', () => {
    expect(chosen(40, 16)).toEqual([39, 41, 32, 48, 24, 56]);
  });

  it('lie ahead at its beginning and behind at its end', () => {
    expect(chosen(0, 16)).toEqual([1, 2, 8, 16, 4, 12]);
    expect(chosen(40, 0)).toEqual([39, 38, 32, 24, 36, 28]);
  });

  it('are repeated where a lane has no more, and absent where it has none', () => {
    expect(chosen(1, 0)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(chosen(0, 0)).toBeUndefined();
  });

  it('are found again after the past was put down and taken up', () => {
    const past = new PastPictures();
    for (const one of range(0, 40)) past.add(numbered(one));
    const other = new PastPictures();
    other.load(structuredClone(past.save()));
    expect(chooseReferences(numbered(40), other, [])).toEqual(
      chooseReferences(numbered(40), past, []),
    );
  });

  it('are copies: a slot that is filled anew does not change the past', () => {
    const past = new PastPictures();
    const slot = new Uint8Array(6).fill(7);
    past.add(frame(slot, 0));
    slot.fill(9);
    expect(past.find(1, 1)?.[0]).toBe(7);
  });
});
