/** A dirty lens is told after a while, once, and so is a clean one; what comes and goes is not. */
import { describe, expect, it } from 'vitest';
import { DAZZLED, DirtyLens, LIGHT_IN_LENS } from '../../../src/detectors/events/dirty-lens.js';
import type { DamageKind } from '../../../src/frame/damage-map.js';

const CELLS = 1000;
const rule = { share: 0.02, seconds: 2 };

/** Ten frames a second; what they raised or ended, by frame. */
interface Circumstances {
  readonly kind?: DamageKind;
  /** Frames that come after a break. */
  readonly breaks?: readonly number[];
  readonly except?: Uint8Array;
}

function watch(
  covered: (frame: number) => number,
  frames: number,
  { kind = 'dirt', breaks = [], except = new Uint8Array(CELLS) }: Circumstances = {},
) {
  const lens = new DirtyLens(rule);
  return Array.from({ length: frames }, (_, frame) => {
    const score = new Uint8Array(CELLS).fill(200, 0, covered(frame));
    const when = { timestamp: frame * 1e5, discontinuity: breaks.includes(frame) };
    const event = lens.inspect([{ kind, columns: 50, rows: 20, score }], when, [except]);
    return event === undefined ? [] : [{ frame, ...event }];
  }).flat();
}

describe('a dirty lens', () => {
  it('is told when it has been so for long, and that it is clean when that lasts', () => {
    const told = watch((frame) => (frame >= 5 && frame < 60 ? 31 : 0), 100);
    expect(told).toMatchObject([
      { frame: 25, kind: 'lens-dirty', start: 5e5, raised: 25e5 },
      { frame: 80, kind: 'lens-dirty', start: 5e5, end: 60e5 },
    ]);
    expect(told[0]!.reason).toContain('3.1 %');
    expect(told[0]!.end).toBeUndefined();
    expect(told[0]!.confidence).toBeCloseTo(200 / 255);
  });

  it('is not told of a little dirt, of what comes and goes, or of broken pixels', () => {
    expect(watch(() => 19, 100)).toEqual([]);
    expect(watch((frame) => (frame % 15 < 10 ? 40 : 0), 100)).toEqual([]);
    expect(watch(() => 40, 100, { kind: 'dead-pixel' })).toEqual([]);
    expect(watch(() => 40, 100, { kind: 'drop' })).toHaveLength(1);
  });

  it('does not count what a person has pointed at', () => {
    expect(watch(() => 40, 100, { except: new Uint8Array(CELLS).fill(1, 0, 30) })).toEqual([]);
  });

  it('neither ends nor begins again at the border', () => {
    expect(watch((frame) => (frame < 30 || frame % 2 === 0 ? 25 : 12), 200)).toHaveLength(1);
  });

  it('counts no time over a break, after which nothing is known at first', () => {
    const told = watch((frame) => (frame < 30 || frame > 45 ? 40 : 0), 100, { breaks: [40] });
    expect(told).toHaveLength(1);
    const late = watch((frame) => (frame < 10 ? 0 : 40), 45, { breaks: [20] });
    expect(late.map(({ frame }) => frame)).toEqual([40]);
  });
});

describe('light that shines into the lens', () => {
  it('is an event of its own when it lasts, and dirt is none of it', () => {
    const seen = (kind: DamageKind) => {
      const lens = new DirtyLens(DAZZLED, LIGHT_IN_LENS);
      const score = new Uint8Array(CELLS).fill(200, 0, 30);
      return Array.from({ length: 30 }, (_, frame) =>
        lens.inspect([{ kind, columns: 50, rows: 20, score }], {
          timestamp: frame * 1e5,
          discontinuity: false,
        }),
      ).filter((event) => event !== undefined);
    };
    expect(seen('dirt')).toEqual([]);
    expect(seen('glare')).toMatchObject([{ kind: 'dazzled', start: 0, raised: 2e6 }]);
    expect(seen('glare')[0]!.reason).toContain('3.0 %');
  });
});
