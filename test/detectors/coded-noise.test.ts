/** Noise that a codec smoothed: found where it is, and not where things merely move. */
import { describe, expect, it } from 'vitest';
import { openCodedNoiseMeter } from '../../src/detectors/coded-noise.js';
import { clip, frame, HEIGHT, INFO, normal, scene, WIDTH } from './scene.js';

/** Macroblocks keep their noise for four frames and then get a new one, each at its own time. */
function codedNoise(data: Uint8Array, seq: number, sigma: number): Uint8Array {
  const out = data.slice();
  for (let top = 0; top < HEIGHT; top += 16) {
    for (let left = 0; left < WIDTH; left += 16) {
      const block = top * 31 + left;
      const next = normal(block * 1000 + Math.floor((seq + block) / 4));
      for (let y = top; y < top + 16; y++) {
        for (let x = left; x < left + 16; x++) {
          const at = y * WIDTH + x;
          out[at] = Math.min(255, Math.max(0, Math.round((out[at] ?? 0) + sigma * next())));
        }
      }
    }
  }
  return out;
}

function believed(pictures: Uint8Array[]): number {
  const meter = openCodedNoiseMeter(INFO);
  pictures.forEach((data, seq) => meter.inspect(frame(data, seq)));
  return meter.of(pictures.length - 1);
}

const moments = Array.from({ length: 20 }, (_, seq) => seq);

describe('the meter of coded noise', () => {
  it.each([6, 10])('finds wandering noise of %d and tells its size', (sigma) => {
    const found = believed(moments.map((seq) => codedNoise(scene(seq), seq, sigma)));
    expect(found).toBeGreaterThan(sigma * 0.5);
    expect(found).toBeLessThan(sigma * 1.3);
  });

  it('finds none on a clean scene with a walking figure', () => {
    expect(believed(clip(20).map(({ data }) => data))).toBe(0);
  });

  it('does not take a change of light for noise', () => {
    expect(believed(moments.map((seq) => scene(seq).map((value) => value + seq)))).toBe(0);
  });

  it('does not take what key frames change all at once for noise', () => {
    const keyed = moments.map((seq) => codedNoise(scene(0), 4 * Math.floor(seq / 10), 8));
    expect(believed(keyed)).toBe(0);
  });

  it('does not take a picture that stands still, however grainy, for noise', () => {
    expect(believed(moments.map(() => codedNoise(scene(0), 0, 12)))).toBe(0);
  });

  it('believes nothing until it has seen the wander, and after a reset', () => {
    const meter = openCodedNoiseMeter(INFO);
    for (const seq of moments) {
      if (seq === 4) expect(meter.of(3)).toBe(0);
      meter.inspect(frame(codedNoise(scene(seq), seq, 8), seq));
    }
    const last = moments.length - 1;
    expect(meter.of(last)).toBeGreaterThan(0);
    meter.reset();
    expect(meter.of(last)).toBe(0);
  });

  it('tells of a frame by those after it, though the noise has ended since', () => {
    const meter = openCodedNoiseMeter(INFO);
    for (let seq = 0; seq < 48; seq++) {
      const data = seq < 20 ? codedNoise(scene(seq), seq, 8) : scene(seq);
      meter.inspect(frame(data, seq));
    }
    expect(meter.of(0)).toBeGreaterThan(4);
    expect(meter.of(18)).toBeGreaterThan(4);
    expect(meter.of(47)).toBe(0);
  });
});
