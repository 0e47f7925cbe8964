/** The WebAssembly of the detectors does what a plain loop does, on sizes that no vector divides. */
import { expect, it } from 'vitest';
import { openSampleKernel } from '../../src/detectors/sample-kernel.js';
import { COUNT, HEIGHT, picture, WIDTH } from './random-picture.js';

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
