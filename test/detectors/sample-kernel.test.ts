/** The WebAssembly of the detectors does what a plain loop does, on sizes that no vector divides. */
import { expect, it } from 'vitest';
import { openSampleKernel } from '../../src/detectors/sample-kernel.js';
import { Random } from '../../src/evaluation/random.js';

const WIDTH = 42;
const HEIGHT = 26;
const COUNT = WIDTH * HEIGHT;

function picture(seed: string, spread = 256): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length: COUNT }, () => Math.floor(random.uniform(0, spread)));
}

it('averages, and counts what repeats', () => {
  const kernel = openSampleKernel({
    mean: ['f32', COUNT],
    luma: ['u8', COUNT],
    previous: ['u8', COUNT],
    repeats: ['u8', COUNT],
  });
  const [luma, previous] = [picture('a', 3), picture('b', 3)];
  kernel.luma.set(luma);
  kernel.previous.set(previous);
  kernel.repeats.set(picture('c'));
  const same = luma.map((value, i) => (value === previous[i] ? 1 : 0));
  const counted = picture('c').map((value, i) => (same[i] === 1 ? Math.min(255, value + 1) : 0));
  const { repeats } = kernel;
  const kept = kernel.countRepeats(repeats, kernel.luma, kernel.previous, COUNT);
  expect(kept).toBe(same.reduce((sum, value) => sum + value, 0));
  expect([...repeats]).toEqual([...counted]);
  kernel.mean.set(picture('d'));
  kernel.average(kernel.mean, kernel.luma, COUNT, 0.25);
  const mean = Float32Array.from(picture('d'), (old, i) => old + ((luma[i] ?? 0) - old) * 0.25);
  expect([...kernel.mean]).toEqual([...mean]);
});

it('learns a reference where nothing is damaged', () => {
  const kernel = openSampleKernel({
    reference: ['u8', COUNT],
    sums: ['u16', COUNT],
    luma: ['u8', COUNT],
    damaged: ['u8', COUNT],
  });
  const { reference, sums, luma, damaged } = kernel;
  reference.set(picture('a'));
  sums.set(Uint16Array.from(picture('a'), (value) => value * 256));
  luma.set(picture('b'));
  damaged.set(picture('c', 2));
  kernel.learnReference(reference, sums, luma, damaged, COUNT, 1 / 16);
  const wanted = Uint16Array.from(picture('a'), (value, i) =>
    damaged[i] === 1 ? value * 256 : value * 256 + ((luma[i] ?? 0) - value) * 16,
  );
  expect([...sums]).toEqual([...wanted]);
  const shown = [...wanted].map((sum, i) =>
    damaged[i] === 1 ? reference[i] : Math.min(65535, sum + 128) >> 8,
  );
  expect([...reference]).toEqual(shown);
});

it('keeps mean and variance', () => {
  const kernel = openSampleKernel({
    mean: ['f32', COUNT],
    variance: ['f32', COUNT],
    samples: ['u8', COUNT],
  });
  const { mean, variance, samples } = kernel;
  const pictures = ['a', 'b', 'c', 'd'].map((seed) => picture(seed));
  for (const [index, one] of pictures.entries()) {
    samples.set(one);
    kernel.averageWithVariance(mean, variance, samples, COUNT, 1 / (index + 1));
  }
  for (let i = 0; i < COUNT; i++) {
    const values = pictures.map((one) => one[i] ?? 0);
    const wanted = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = values.reduce((sum, value) => sum + (value - wanted) ** 2, 0) / values.length;
    expect(mean[i]).toBeCloseTo(wanted, 3);
    expect((variance[i] ?? 0) / (spread + 1)).toBeCloseTo(spread / (spread + 1), 4);
  }
});

it('compares blocks of two pictures', () => {
  const [across, down] = [WIDTH >> 3, HEIGHT >> 3];
  const kernel = openSampleKernel({
    luma: ['u8', COUNT],
    other: ['u8', COUNT],
    sums: ['i32', 3 * across * down],
  });
  kernel.luma.set(picture('a'));
  kernel.other.set(picture('b'));
  kernel.compareBlocks(kernel.luma, kernel.other, WIDTH, across, down, kernel.sums);
  const wanted: number[] = [];
  for (let block = 0; block < across * down; block++) {
    const sums = [0, 0, 0] as [number, number, number];
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const at = (Math.floor(block / across) * 8 + y) * WIDTH + (block % across) * 8 + x;
        const off = (kernel.luma[at] ?? 0) - (kernel.other[at] ?? 0);
        sums[0] += kernel.luma[at] ?? 0;
        sums[1] += off;
        sums[2] += off * off;
      }
    }
    wanted.push(...sums);
  }
  expect([...kernel.sums]).toEqual(wanted);
});

it('takes the surroundings away from each cell', () => {
  const [columns, rows, radius] = [WIDTH >> 1, HEIGHT >> 1, 3];
  const kernel = openSampleKernel({
    luma: ['u8', COUNT],
    cells: ['i32', columns * rows],
    sums: ['i32', columns],
    made: ['f32', columns * rows],
  });
  kernel.luma.set(picture('a'));
  kernel.detail(kernel.luma, WIDTH, columns, rows, radius, kernel.cells, kernel.sums, kernel.made);
  const cell = (x: number, y: number) =>
    [0, 1, WIDTH, WIDTH + 1].reduce(
      (sum, d) => sum + (kernel.luma[2 * y * WIDTH + 2 * x + d] ?? 0) / 4,
      0,
    );
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let [sum, count] = [0, 0];
      for (let v = Math.max(0, y - radius); v <= Math.min(rows - 1, y + radius); v++) {
        for (let u = Math.max(0, x - radius); u <= Math.min(columns - 1, x + radius); u++) {
          sum += cell(u, v);
          count++;
        }
      }
      expect(kernel.made[y * columns + x]).toBeCloseTo(cell(x, y) - sum / count, 4);
    }
  }
});

it('gathers sums and extremes', () => {
  const kernel = openSampleKernel({
    mean: ['f32', COUNT],
    sum: ['u16', COUNT],
    low: ['u8', COUNT],
    high: ['u8', COUNT],
    luma: ['u8', COUNT],
  });
  const pictures = ['a', 'b', 'c'].map((seed) => picture(seed));
  // What was there before is forgotten.
  for (const [index, one] of [picture('d'), ...pictures].entries()) {
    kernel.luma.set(one);
    const { sum, low, high, luma } = kernel;
    kernel.gather(sum, low, high, luma, COUNT, index < 2);
  }
  const all = (fold: (values: number[]) => number) =>
    Array.from({ length: COUNT }, (_, i) => fold(pictures.map((one) => one[i] ?? 0)));
  expect([...kernel.sum]).toEqual(all((v) => v.reduce((sum, value) => sum + value, 0)));
  expect([...kernel.low]).toEqual(all((v) => Math.min(...v)));
  expect([...kernel.high]).toEqual(all((v) => Math.max(...v)));
  const { mean, sum, low, high } = kernel;
  kernel.trimmedMean(mean, sum, low, high, COUNT, 3);
  expect([...mean]).toEqual(all((v) => [...v].sort((a, b) => a - b)[1] ?? 0));
  kernel.trimmedMean(mean, sum, low, high, COUNT, 2);
  expect([...mean]).toEqual([...sum].map((value) => value / 2));
});

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

it('sums spots, those at the border too', () => {
  const size = 4;
  const [columns, rows] = [Math.ceil(WIDTH / size), Math.ceil(HEIGHT / size)];
  const kernel = openSampleKernel({
    luma: ['u8', COUNT],
    sums: ['u16', WIDTH + 8],
    spots: ['i32', columns * rows],
  });
  kernel.luma.set(picture('a'));
  kernel.spotSums(kernel.luma, WIDTH, HEIGHT, size, columns, rows, kernel.sums, kernel.spots);
  const wanted = new Array<number>(columns * rows).fill(0);
  for (const [at, value] of picture('a').entries()) {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    const spot = Math.floor(y / size) * columns + Math.floor(x / size);
    wanted[spot] = (wanted[spot] ?? 0) + value;
  }
  expect([...kernel.spots]).toEqual(wanted);
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

it('enlarges and reduces a plane linearly between the middles of samples', () => {
  for (const [wide, tall] of [
    [70, 61],
    [30, 12],
    [WIDTH, HEIGHT],
  ] as const) {
    const kernel = openSampleKernel({
      from: ['u8', COUNT],
      to: ['u8', wide * tall],
      places: ['i32', 2 * wide],
    });
    kernel.from.set(picture('a'));
    kernel.resize(kernel.from, WIDTH, HEIGHT, kernel.to, wide, tall, kernel.places);
    const place = (x: number, whole: number, length: number) =>
      Math.min(Math.max(((x + 0.5) * length) / whole - 0.5, 0), length - 1);
    const at = (x: number, y: number) => {
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const row = (v: number) => {
        const [one, other] = [left, Math.min(left + 1, WIDTH - 1)].map(
          (u) => kernel.from[Math.min(v, HEIGHT - 1) * WIDTH + u] ?? 0,
        ) as [number, number];
        return one + (other - one) * (x - left);
      };
      return row(top) + (row(top + 1) - row(top)) * (y - top);
    };
    for (let y = 0; y < tall; y++) {
      for (let x = 0; x < wide; x++) {
        const wanted = at(place(x, wide, WIDTH), place(y, tall, HEIGHT));
        expect(Math.abs((kernel.to[y * wide + x] ?? 0) - wanted)).toBeLessThan(0.51);
      }
    }
  }
});
