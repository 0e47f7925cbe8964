/** The WebAssembly that looks for lines does what a plain loop does, on sizes that no vector divides. */
import { expect, it } from 'vitest';
import { openSampleKernel } from '../../src/detectors/sample-kernel.js';
import { COUNT, HEIGHT, picture, WIDTH } from './random-picture.js';

it('sums what stands out along columns', () => {
  const [top, bottom, every, aside, clip] = [3, 20, 2, 3, 48];
  const kernel = openSampleKernel({
    luma: ['u8', COUNT],
    reference: ['u8', COUNT],
    rises: ['i16', WIDTH],
    above: ['i16', WIDTH],
    below: ['i16', WIDTH],
  });
  const { luma, reference, rises, above, below } = kernel;
  luma.set(picture('a'));
  reference.set(picture('b'));
  kernel.sumLines(luma, reference, WIDTH, top, bottom, every, aside, clip, rises, above, below);
  const clipped = (value: number) => Math.max(-clip, Math.min(clip, value));
  const over = (x: number, difference: (at: number) => number) => {
    let sum = 0;
    for (let y = top; y < bottom; y += every) sum += clipped(difference(y * WIDTH + x));
    return sum;
  };
  const round = (at: number) => [-1, 0, 1].map((d) => reference[at + d] ?? 0);
  for (let x = 0; x < WIDTH; x++) {
    const rise = x < aside ? 0 : over(x, (at) => (luma[at] ?? 0) - (luma[at - aside] ?? 0));
    expect(rises[x]).toBe(rise);
    const inside = x > 0 && x < WIDTH - 1;
    const up = (at: number) => (luma[at] ?? 0) - Math.max(...round(at));
    const down = (at: number) => Math.min(...round(at)) - (luma[at] ?? 0);
    expect(above[x]).toBe(inside ? over(x, up) : 0);
    expect(below[x]).toBe(inside ? over(x, down) : 0);
  }
});

it.each([7, 15])('marks spikes, gathered over %i samples', (gather) => {
  const [least, energy, quiet, few] = [gather * 20, gather * 1500, 5, 4];
  const kernel = openSampleKernel({
    luma: ['u8', COUNT],
    before: ['u8', COUNT],
    after: ['u8', COUNT],
    hits: ['u8', COUNT],
    counts: ['i32', HEIGHT],
    scratch: ['i32', 5 * (WIDTH + 64)],
  });
  const { luma, before, after, hits, counts, scratch } = kernel;
  before.set(picture('a', 60));
  after.set(picture('b', 60));
  luma.set(picture('c', 90));
  // A row in which nothing happens.
  luma.set(before.subarray(5 * WIDTH, 6 * WIDTH), 5 * WIDTH);
  const sizes = [WIDTH, HEIGHT, gather, least, energy, quiet, few] as const;
  kernel.markSpikes(luma, before, after, ...sizes, hits, counts, scratch);
  const half = gather >> 1;
  const wanted = Array.from({ length: COUNT }, (_, at) => {
    const [row, x] = [Math.floor(at / WIDTH) * WIDTH, at % WIDTH];
    const off = (other: Uint8Array, u: number) => (luma[row + u] ?? 0) - (other[row + u] ?? 0);
    const window = Array.from({ length: gather }, (__, k) => x - half + k).filter(
      (u) => u >= 0 && u < WIDTH,
    );
    const sum = (value: (u: number) => number) => window.reduce((all, u) => all + value(u), 0);
    let changed = 0;
    for (let u = 0; u < WIDTH; u += 4) {
      if (Math.abs(off(before, u)) > quiet && Math.abs(off(after, u)) > quiet) changed++;
    }
    if (changed < few) return 0;
    const [one, other] = [sum((u) => off(before, u)), sum((u) => off(after, u))];
    const much = Math.min(
      sum((u) => off(before, u) ** 2),
      sum((u) => off(after, u) ** 2),
    );
    const apart = sum((u) => (off(before, u) - off(after, u)) ** 2);
    const beyond = (one > least && other > least) || (one < -least && other < -least);
    return beyond || much > Math.max(energy, 3 * apart) ? 1 : 0;
  });
  expect(wanted.filter((hit) => hit === 1).length).toBeGreaterThan(20);
  expect([...hits]).toEqual(wanted);
  const rows = Array.from({ length: HEIGHT }, (_, y) => wanted.slice(y * WIDTH, (y + 1) * WIDTH));
  expect([...counts]).toEqual(rows.map((row) => row.filter((hit) => hit === 1).length));
});

it('tells lines that stand out, and that are new', () => {
  const [aside, rows] = [3, 5];
  const kernel = openSampleKernel({
    rises: ['i16', WIDTH],
    above: ['i16', WIDTH],
    below: ['i16', WIDTH],
    bright: ['f32', WIDTH],
    dark: ['f32', WIDTH],
    freshBright: ['f32', WIDTH],
    freshDark: ['f32', WIDTH],
  });
  const { rises, above, below, bright, dark, freshBright, freshDark } = kernel;
  const sums = (seed: string) =>
    Int16Array.from(picture(seed).subarray(0, WIDTH), (value) => value - 120);
  rises.set(sums('a'));
  above.set(sums('b'));
  below.set(sums('c'));
  // What was there before is forgotten.
  for (const lines of [bright, dark, freshBright, freshDark]) lines.fill(7);
  const given = [rises, above, below] as const;
  kernel.standOut(...given, WIDTH, aside, rows, bright, dark, freshBright, freshDark);
  const alone = (of: Int16Array, x: number) =>
    (of[x] ?? 0) - Math.max(0, Math.min(of[x - 2 * aside] ?? 0, of[x + 2 * aside] ?? 0));
  const wanted = {
    bright: [] as number[],
    dark: [] as number[],
    up: [] as number[],
    down: [] as number[],
  };
  for (let x = 0; x < WIDTH; x++) {
    const inside = x >= aside && x < WIDTH - aside;
    const [here, next] = [rises[x] ?? 0, rises[x + aside] ?? 0];
    const [risen, sunk] = inside ? [Math.min(here, -next), Math.min(-here, next)] : [0, 0];
    wanted.bright.push(risen / rows);
    wanted.dark.push(sunk / rows);
    wanted.up.push(risen > 0 ? Math.min(risen, alone(above, x)) / rows : 0);
    wanted.down.push(sunk > 0 ? Math.min(sunk, alone(below, x)) / rows : 0);
  }
  const rounded = (values: readonly number[]) => [...Float32Array.from(values, (v) => v + 0)];
  expect([...bright]).toEqual(rounded(wanted.bright));
  expect([...dark]).toEqual(rounded(wanted.dark));
  expect([...freshBright]).toEqual(rounded(wanted.up));
  expect([...freshDark]).toEqual(rounded(wanted.down));
  expect(wanted.up.some((value) => value > 0)).toBe(true);
});

it('links strips to the chains of the greatest sum', () => {
  const [strips, left, right, floor, least] = [9, 4, WIDTH - 5, 100, 300];
  const count = strips * WIDTH;
  const kernel = openSampleKernel({
    strength: ['f32', count],
    sums: ['f32', count],
    moves: ['i8', count],
    ends: ['i32', count],
  });
  const { strength, sums, moves, ends } = kernel;
  strength.set(picture('a', 180).subarray(0, count));
  // What was there before is forgotten.
  sums.fill(5000);
  const places = [strips, WIDTH, left, right] as const;
  const ending = kernel.linkStrips(strength, ...places, floor, least, sums, moves, ends);
  const wanted = new Array<number>(count).fill(0);
  const wantedEnds: number[] = [];
  for (let strip = 0; strip < strips; strip++) {
    for (let x = left; x < right; x++) {
      const at = strip * WIDTH + x;
      const above = strip === 0 ? [] : [-2, -1, 0, 1, 2].map((m) => wanted[at - WIDTH + m] ?? 0);
      const before = Math.max(0, ...above);
      const gain = (strength[at] ?? 0) - floor;
      wanted[at] = Math.max(0, before + gain);
      if (gain > 0 && before + gain >= least) wantedEnds.push(at);
      expect(moves[at]).toBe(before === 0 ? 127 : above.indexOf(before) - 2);
    }
  }
  expect([...sums]).toEqual(wanted);
  expect([...ends.subarray(0, ending)]).toEqual(wantedEnds);
  expect(wantedEnds.length).toBeGreaterThan(10);
});
