/** Each measure moves with what it measures. */
import { expect, it } from 'vitest';
import { NoiseCurve } from '../../src/detectors/noise-curve.js';
import { pictureQuality } from '../../src/detectors/picture-quality.js';
import { HEIGHT, INFO, normal, random, WIDTH } from './scene.js';

/** Squares with sharp edges, on no grid of eight. */
function squares(): Uint8Array {
  const data = new Uint8Array(WIDTH * HEIGHT * 1.5).fill(128);
  const next = random(7);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const odd = (Math.floor((x + 3) / 11) + Math.floor(y / 13)) % 2;
      data[y * WIDTH + x] = 60 + 120 * odd + Math.round(3 * next());
    }
  }
  return data;
}

const changed = (change: (value: number, i: number, all: Uint8Array) => number) => {
  const before = squares();
  return before.map((value, i) => (i < WIDTH * HEIGHT ? change(value, i, before) : value));
};

it('tells blur by its edges', () => {
  const blurred = changed((_, i, all) => {
    let sum = 0;
    for (let k = -3; k <= 3; k++) sum += all[i + k] ?? 120;
    return sum / 7;
  });
  expect(pictureQuality(INFO, squares()).edgeSharpness).toBeGreaterThan(0.8);
  expect(pictureQuality(INFO, blurred).edgeSharpness).toBeLessThan(0.5);
});

it('tells coding by its blocks', () => {
  const next = random(3);
  const steps = Array.from({ length: 4000 }, () => 30 * next());
  const coded = changed((value, i) => {
    const block = Math.floor((i % WIDTH) / 8) + 100 * Math.floor(i / WIDTH / 8);
    return value + (steps[block] ?? 0);
  });
  const clean = pictureQuality(INFO, squares()).blockiness;
  expect(clean).toBeLessThan(1.6);
  expect(pictureQuality(INFO, coded).blockiness).toBeGreaterThan(clean + 0.4);
});

it('tells low light and haze by level and spread', () => {
  const dark = pictureQuality(
    INFO,
    changed((value) => 16 + value / 10),
  );
  expect(dark.brightness).toBeLessThan(40);
  const hazy = pictureQuality(
    INFO,
    changed((value) => 110 + value / 3),
  );
  expect(hazy.veil).toBeGreaterThan(100);
  expect(hazy.contrast).toBeLessThan(0.25);
  expect(pictureQuality(INFO, squares()).contrast).toBeGreaterThan(0.5);
});

it('draws the noise curve: more noise where it is bright', () => {
  const curve = new NoiseCurve(INFO);
  const next = normal(5);
  for (let frame = 0; frame < 40; frame++) {
    curve.look(changed((value) => Math.round(value + (value > 120 ? 8 : 3) * next())));
  }
  const at = (brightness: number) => {
    const near = curve.points().filter((point) => Math.abs(point.brightness - brightness) < 10);
    expect(near).not.toHaveLength(0);
    return near[0]!.sigma;
  };
  // Blocks hold both squares; those of one alone set the quantile.
  expect(at(62)).toBeGreaterThan(2);
  expect(at(62)).toBeLessThan(5);
  expect(at(182)).toBeGreaterThan(6);
  expect(at(182)).toBeLessThan(10);
});
