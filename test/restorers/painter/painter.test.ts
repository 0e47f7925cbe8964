/** What was never seen: looked through where it is veiled, continued where it is not. */
import { describe, expect, it } from 'vitest';
import { frameBytes, planesOf } from '../../../src/frame/frame.js';
import { fillHarmonically } from '../../../src/restorers/painter/harmonic.js';
import { increasing } from '../../../src/restorers/painter/increasing.js';
import { Painter, type Sight } from '../../../src/restorers/painter/painter.js';
import { findPatches } from '../../../src/restorers/painter/patches.js';

const size = { width: 96, height: 80 };
const columns = 48;
const cells = columns * 40;
const [centreX, centreY, radius] = [50, 38, 16];
const DIRT = 30;

/** Grit on a slope: nothing that surroundings could tell. */
function scene(x: number, y: number): number {
  return 120 + 0.4 * x + (((x * 7919 + y * 104729) % 41) - 20);
}

/** The scene with a round spot on it, opaque to `1 - softness` radii; `softness` 0 = a hard edge. */
function spoiled(
  softness: number,
  moment = 0,
): { sight: Sight; truth: Uint8Array; veiled: Uint8Array } {
  const data = new Uint8Array(frameBytes(size)).fill(128);
  const truth = data.slice();
  const mask = new Uint8Array(cells);
  const veiled = new Uint8Array(cells);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const reach = Math.hypot(x - centreX, y - centreY) / radius;
      const t = softness === 0 ? (reach < 1 ? 1 : 0) : (1 - reach) / softness;
      const step = Math.min(1, Math.max(0, t));
      const opacity = step * step * (3 - 2 * step);
      const value = scene(x, y) + moment;
      truth[y * size.width + x] = value;
      data[y * size.width + x] = Math.round(value + opacity * (DIRT - value));
      const cell = (y >> 1) * columns + (x >> 1);
      if (opacity > 0.1) mask[cell] = 255;
      if (opacity > 0.1 && opacity < 0.4) veiled[cell] = 255;
    }
  }
  return { sight: { frame: { data }, mask }, truth, veiled };
}

const nothing = { planes: new Uint8Array(frameBytes(size)), count: new Uint8Array(cells) };

/** Root mean squared error of luma in the cells that are set. */
function errorOf(planes: Uint8Array, truth: Uint8Array, set: Uint8Array): number {
  const { y } = planesOf(size, planes);
  let [sum, count] = [0, 0];
  for (let at = 0; at < y.length; at++) {
    const cell = (Math.floor(at / size.width) >> 1) * columns + ((at % size.width) >> 1);
    if (set[cell] === 0) continue;
    sum += (y[at]! - truth[at]!) ** 2;
    count++;
  }
  return Math.sqrt(sum / count);
}

describe('filling', () => {
  it('continues a ramp exactly, also at the border, from a guess or from nothing', () => {
    for (const warm of [false, true]) {
      const plane = Float32Array.from({ length: 20 * 12 }, (_, at) => 10 + (at % 20));
      const hole: number[] = [];
      for (let row = 3; row < 9; row++) for (let x = 4; x < 14; x++) hole.push(row * 20 + x);
      for (const at of hole) plane[at] = warm ? 15 : 999;
      fillHarmonically(plane, 20, Int32Array.from(hole), warm);
      for (const at of hole) expect(plane[at]).toBeCloseTo(10 + (at % 20), 0);
    }
  });

  it('fills a picture of which nothing is known with grey', () => {
    const plane = new Float32Array(9);
    fillHarmonically(
      plane,
      3,
      Int32Array.from({ length: 9 }, (_, at) => at),
      false,
    );
    expect([...plane]).toEqual(Array.from({ length: 9 }, () => 128));
  });

  it('fits the increasing function that points allow', () => {
    const fit = increasing([
      { x: 0.1, y: 0, weight: 1 },
      { x: 0.5, y: 0.9, weight: 1 },
      { x: 0.6, y: 0.5, weight: 3 },
      { x: 1, y: 1, weight: 1 },
    ]);
    expect(fit(0.55)).toBeCloseTo(0.6, 2);
    expect(fit(0)).toBe(0);
    expect(fit(1.1)).toBe(1);
    expect(fit(0.3)).toBeGreaterThan(fit(0.2));
  });
});

describe('patches', () => {
  it('are told apart, with their middles', () => {
    const set = new Uint8Array(20 * 10);
    for (let row = 1; row < 6; row++) set.fill(1, row * 20 + 2, row * 20 + 7);
    set[9 * 20 + 19] = 1;
    const [large, small, ...more] = findPatches(set, 20, 10);
    expect(more).toEqual([]);
    expect(large).toMatchObject({ left: 2, right: 6, top: 1, bottom: 5 });
    expect(large?.core).toContain(3 * 20 + 4);
    expect(large?.core).not.toContain(1 * 20 + 2);
    expect(small?.cells).toEqual([199]);
  });

  it('are told apart where they only touch', () => {
    const set = new Uint8Array(40 * 20);
    for (let row = 1; row < 9; row++) set.fill(1, row * 40 + 2, row * 40 + 10);
    for (let row = 9; row < 17; row++) set.fill(1, row * 40 + 10, row * 40 + 18);
    const patches = findPatches(set, 40, 20);
    expect(patches.map(({ cells }) => cells.length)).toEqual([64, 64]);
  });
});

describe('the painter', () => {
  /** What becomes of the last of them. */
  function paintLast(sights: readonly Sight[], looksThrough = true) {
    const painter = new Painter(size);
    if (looksThrough) painter.study(sights);
    const painted = painter.paint(sights.at(-1)!, [nothing]);
    return { planes: painted!.memory.planes, cells: painted!.cells };
  }

  it('paints only hidden cells that no memory knows, and leaves the memory given alone', () => {
    const { sight } = spoiled(0.5);
    const painter = new Painter(size);
    painter.study([sight]);
    const known = { planes: nothing.planes.slice().fill(77), count: new Uint8Array(cells) };
    const inside = 19 * columns + 25;
    known.count[inside] = 3;
    const painted = painter.paint(sight, [nothing, known]);
    expect(painted?.cells[inside]).toBe(0);
    const wrong = painted?.cells.findIndex((value, k) => value !== 0 && sight.mask[k] === 0);
    expect(wrong).toBe(-1);
    expect(painted?.memory.count[inside + 1]).toBe(1);
    expect(nothing.count.every((value) => value === 0)).toBe(true);
    known.count.fill(1);
    expect(painter.paint(sight, [nothing, known])).toBeUndefined();
  });

  it('sees through the soft edge of dirt, with less than six tenths of the error of continuing', () => {
    const spots = [0, 1, 2].map((moment) => spoiled(0.7, moment));
    const { truth, veiled } = spots.at(-1)!;
    const sights = spots.map(({ sight }) => sight);
    const continued = paintLast(sights, false);
    const painted = paintLast(sights);
    const rough = errorOf(continued.planes, truth, veiled);
    expect(errorOf(painted.planes, truth, veiled)).toBeLessThan(0.6 * rough);
  });

  it('does not see through what has a hard edge', () => {
    const { sight, truth } = spoiled(0);
    const continued = paintLast([sight, sight], false);
    const painted = paintLast([sight, sight]);
    const rough = errorOf(continued.planes, truth, continued.cells);
    expect(errorOf(painted.planes, truth, painted.cells)).toBeLessThan(1.1 * rough);
  });

  it('leaves nothing of a spot that has the grey of what is round about, but for its texture', () => {
    const data = new Uint8Array(frameBytes(size)).fill(128);
    const mask = new Uint8Array(cells);
    for (let y = 0; y < size.height; y++) data.fill(134, y * size.width, (y + 1) * size.width);
    const truth = data.slice();
    for (let row = 12; row < 26; row++) {
      mask.fill(255, row * columns + 18, row * columns + 32);
      for (const y of [2 * row, 2 * row + 1]) {
        data.fill(128, y * size.width + 36, y * size.width + 64);
      }
    }
    const sight = { frame: { data }, mask };
    const painted = paintLast([sight, sight]);
    expect(errorOf(painted.planes, truth, painted.cells)).toBeLessThan(2);
  });

  it('does not bring back what was masked though it is no dirt', () => {
    const { truth } = spoiled(0);
    const { sight } = spoiled(0.5);
    const shown = { frame: { data: truth }, mask: sight.mask };
    const painted = paintLast([shown, shown]);
    const continued = paintLast([shown, shown], false);
    expect(errorOf(painted.planes, truth, sight.mask)).toBeGreaterThan(8);
    expect(errorOf(painted.planes, continued.planes, sight.mask)).toBeLessThan(6);
  });

  it('only continues across what is thin', () => {
    const { sight } = spoiled(0.5);
    const mask = new Uint8Array(cells);
    for (let row = 0; row < 40; row++) mask.fill(255, row * columns + 24, row * columns + 26);
    const thin = { ...sight, mask };
    expect(paintLast([thin, thin])).toEqual(paintLast([thin, thin], false));
  });

  it('gives the same picture for the same block, whatever it painted before', () => {
    const block = [0, 1].map((moment) => spoiled(0.5, moment).sight);
    const paintBlock = (painter: Painter) => {
      painter.study(block);
      return block.map((sight) => painter.paint(sight, [nothing])!.memory.planes);
    };
    const used = new Painter(size);
    used.study([spoiled(0.2).sight]);
    used.paint(spoiled(0.2).sight, [nothing]);
    const wanted = paintBlock(new Painter(size));
    expect(paintBlock(used)).toEqual(wanted);
  });
});
