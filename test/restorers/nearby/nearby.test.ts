/** Narrow damage is repaired from frames near in time, where they show the same; else across. */
import { describe, expect, it } from 'vitest';
import { planesOf } from '../../../src/frame/frame.js';
import { PROVENANCE } from '../../../src/frame/provenance.js';
import { Nearby, type Damaged } from '../../../src/restorers/nearby/nearby.js';
import { frame } from '../../detectors/scene.js';

const size = { width: 96, height: 64 };
const columns = size.width / 2;
const CELLS = columns * (size.height / 2);
const LINE = 40;

/** A textured wall; a textured board walks over it by `speed` samples a frame. */
function scene(seq: number, speed: number): Uint8Array {
  const data = new Uint8Array(size.width * size.height * 1.5).fill(128);
  const board = 26 + speed * seq;
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const on = y >= 20 && y < 44 && x >= board && x < board + 24;
      const wall = 100 + 30 * Math.sin(x / 2.1) * Math.cos(y / 2.7);
      const pattern = 150 + 50 * Math.sin((x - board) / 1.7 + 1) * Math.cos(y / 2.3);
      data[y * size.width + x] = Math.round(on ? pattern : wall);
    }
  }
  return data;
}

/** Frames, of which those in `lined` have an upright line three samples wide, found as two cells. */
function shoot(
  count: number,
  speed: number,
  lined: (seq: number) => number | undefined,
): Damaged[] {
  return Array.from({ length: count }, (_, seq): Damaged => {
    const data = scene(seq, speed);
    const mask = new Uint8Array(CELLS);
    const at = lined(seq);
    if (at !== undefined) {
      for (let y = 0; y < size.height; y++) {
        data.fill(220, y * size.width + at, y * size.width + at + 3);
        for (const x of [at, at + 2]) mask[(y >> 1) * columns + (x >> 1)] = 255;
      }
    }
    return { frame: { ...frame(data, seq), ...size, data }, mask, sigma: 0 };
  });
}

/** Puts the patches, and gives the mean absolute error of luma where the line was. */
function errorOf(frames: readonly Damaged[], seq: number, speed: number, at: number): number {
  const { y } = planesOf(size, frames[seq]!.frame.data);
  const truth = scene(seq, speed);
  let sum = 0;
  for (let row = 0; row < size.height; row++) {
    for (let x = at; x < at + 3; x++) {
      const here = row * size.width + x;
      sum += Math.abs(y[here]! - truth[here]!);
    }
  }
  return sum / (3 * size.height);
}

function repair(frames: readonly Damaged[], synthesis = true) {
  const patches = new Nearby(size, synthesis).patches(frames, []);
  const told = frames.map(({ frame: one, mask }, index) => {
    const patch = patches[index]!;
    patch.put(one);
    const provenance = new Uint8Array(CELLS);
    const doubt = { uncertainty: new Uint8Array(CELLS), seenFrom: new Int16Array(CELLS) };
    patch.tell({ provenance }, doubt);
    return { provenance, ...doubt, left: patch.without(mask) };
  });
  return told;
}

describe('a line over a picture', () => {
  it('is filled with what stood there in the frames beside', () => {
    const frames = shoot(5, 0, (seq) => (seq === 2 ? LINE : undefined));
    const told = repair(frames);
    expect(errorOf(frames, 2, 0, LINE)).toBe(0);
    const cells = told[2]!.provenance.filter((one) => one !== 0);
    expect(new Set(cells)).toEqual(new Set([PROVENANCE.recovered]));
    expect(told[2]!.left.every((one) => one === 0)).toBe(true);
    expect(new Set(told[2]!.seenFrom)).toEqual(new Set([0, 1]));
  });

  it('is filled with what moves there, from where it was a frame before or after', () => {
    const frames = shoot(6, 4, (seq) => (seq === 3 ? LINE : undefined));
    const before = errorOf(frames, 3, 4, LINE);
    repair(frames);
    expect(errorOf(frames, 3, 4, LINE)).toBeLessThan(before / 10);
  });

  it('that drifts is filled from the frames in which it was beside', () => {
    const frames = shoot(16, 0, (seq) => 30 + seq);
    repair(frames);
    for (const seq of [4, 8, 12]) expect(errorOf(frames, seq, 0, 30 + seq)).toBeLessThan(3);
  });

  it('is left alone where other frames show something else and nothing may be made up', () => {
    const frames = shoot(3, 0, (seq) => (seq === 1 ? LINE : undefined));
    for (const seq of [0, 2]) {
      const { data } = frames[seq]!.frame;
      for (let at = 0; at < size.width * size.height; at++) data[at] = (at * 7919) % 251;
    }
    const untouched = frames[1]!.frame.data.slice();
    const told = repair(frames, false);
    expect(frames[1]!.frame.data).toEqual(untouched);
    expect(told[1]!.left).toEqual(frames[1]!.mask);
  });

  it('is said to be made up where no other frame shows it', () => {
    const frames = shoot(3, 0, () => LINE);
    for (const { frame: one } of frames) {
      const { y } = planesOf(size, one.data);
      for (let at = 0; at < y.length; at++) {
        const x = at % size.width;
        if (x < LINE || x >= LINE + 3) y[at] = 90 + (x >> 4);
      }
    }
    const told = repair(frames);
    expect(new Set(told[1]!.provenance)).toEqual(new Set([0, PROVENANCE.synthesised]));
    const { y } = planesOf(size, frames[1]!.frame.data);
    expect(Math.abs(y[32 * size.width + LINE + 1]! - 92)).toBeLessThan(2);
  });

  it('is left to others where so much is hidden that nothing is seen around', () => {
    const frames = shoot(3, 0, () => undefined);
    for (let row = 8; row < 24; row++)
      frames[1]!.mask.fill(255, row * columns + 10, row * columns + 30);
    const told = repair(frames);
    expect(told[1]!.left[16 * columns + 20]).toBe(255);
    expect(told[1]!.provenance[16 * columns + 20]).toBe(0);
  });

  it('is left to others in cells that are excepted, and in which single samples are hidden', () => {
    const frames = shoot(3, 0, (seq) => (seq === 1 ? LINE : undefined));
    const [cell, stuck] = [10 * columns + LINE / 2, 12 * columns + LINE / 2];
    const except = new Uint8Array(CELLS);
    except[cell] = 255;
    frames[1]!.mask[stuck] = 241;
    const told = repair([frames[0]!, { ...frames[1]!, except }, frames[2]!]);
    expect(told[1]!.left[cell]).toBe(255);
    expect(told[1]!.left[stuck]).toBe(241);
    expect(told[1]!.left.filter((one) => one !== 0)).toHaveLength(2);
  });
});

it('knows the last frames of the block before, also when it was saved in between', () => {
  const shot = () => shoot(6, 0, (seq) => (seq >= 3 ? LINE : undefined));
  const [together, apart] = [shot(), shot()];
  new Nearby(size, true).patches(together.slice(0, 3), together.slice(3));
  const first = new Nearby(size, true);
  first.patches(apart.slice(0, 3), apart.slice(3));
  const second = new Nearby(size, true);
  second.load(structuredClone(first.save()));
  for (const [index, patch] of second.patches(apart.slice(3), []).entries()) {
    patch.put(apart[3 + index]!.frame);
  }
  for (const seq of [3, 4, 5]) expect(errorOf(apart, seq, 0, LINE)).toBe(0);
});
