/** What every detector owes the pipeline. */
import { describe, expect, it } from 'vitest';
import { DAMAGE_KINDS } from '../../src/frame/damage-map.js';
import { DETECTORS } from '../../src/detectors/index.js';
import { clip, INFO } from './scene.js';

describe.each(DETECTORS)('the $kind detector', (detector) => {
  it('has a known kind and gives a map of the chroma grid', () => {
    expect(DAMAGE_KINDS).toContain(detector.kind);
    const frames = clip(3, 3);
    const session = detector.open(INFO);
    frames.forEach((frame, i) => {
      const map = session.inspect(frame, frames[i + 1]);
      expect(map).toMatchObject({ kind: detector.kind, columns: 96, rows: 64 });
      expect(map.score).toHaveLength(96 * 64);
    });
  });

  it('neither changes nor keeps the frames it is lent', () => {
    const frames = clip(4, 3);
    const copies = frames.map((frame) => frame.data.slice());
    const whole = detector.open(INFO);
    const expected = frames.map((frame, i) => whole.inspect(frame, frames[i + 1]).score);
    frames.forEach((frame, i) => expect(frame.data).toEqual(copies[i]));

    const slot = new Uint8Array(copies[0]!.length);
    const reused = detector.open(INFO);
    frames.forEach((frame, i) => {
      slot.set(copies[i]!);
      expect(reused.inspect({ ...frame, data: slot }, frames[i + 1]).score).toEqual(expected[i]);
    });
  });

  it('sessions do not know of each other', () => {
    const one = detector.open(INFO);
    for (const frame of clip(4, 30)) one.inspect(frame);
    const fresh = clip(2).map((frame) => detector.open(INFO).inspect(frame).score);
    const other = clip(2).map((frame) => detector.open(INFO).inspect(frame).score);
    expect(fresh).toEqual(other);
  });

  it('works in pictures that are not a multiple of anything', () => {
    const info = { ...INFO, width: 70, height: 42 };
    const session = detector.open(info);
    const [lent] = clip(1);
    const data = new Uint8Array((70 * 42 * 3) / 2).fill(90);
    const map = session.inspect({ ...lent!, width: 70, height: 42, data });
    expect(map.score).toHaveLength(35 * 21);
  });
});
