/** What the noise meter must say of noise, and of pictures that merely look like it. */
import { describe, expect, it } from 'vitest';
import { openNoiseMeter } from '../../src/detectors/noise.js';
import { addNoise, clip, frame, INFO, random, scene, WIDTH, HEIGHT } from './scene.js';

describe('the noise meter', () => {
  it.each([2.5, 5, 10, 25, 50])(
    'reads noise of %d within one grey level from the first frame on',
    (sigma) => {
      const frames = clip(8, sigma);
      const meter = openNoiseMeter(INFO);
      frames.forEach((f, i) => {
        const estimate = meter.inspect(f, frames[i + 1]).sigma;
        expect(Math.abs(estimate - sigma)).toBeLessThan(1 + sigma * 0.02);
      });
    },
  );

  it('reads no noise from texture and a walking figure', () => {
    const meter = openNoiseMeter(INFO);
    for (const f of clip(8)) expect(meter.inspect(f).sigma).toBeLessThan(1.2);
  });

  it('has a usable first reading without a second frame', () => {
    const [first] = clip(1, 10);
    expect(Math.abs(openNoiseMeter(INFO).inspect(first!).sigma - 10)).toBeLessThan(3);
  });

  it('does not take a change of light for noise', () => {
    const meter = openNoiseMeter(INFO);
    for (let seq = 0; seq < 6; seq++) {
      const data = scene(0).map((value) => value + seq * 5);
      expect(meter.inspect(frame(data, seq)).sigma).toBeLessThan(1.2);
    }
  });

  it('makes good what black and white cut off', () => {
    const meter = openNoiseMeter(INFO);
    let sigma = 0;
    for (let seq = 0; seq < 6; seq++) {
      const dark = scene(0).map(() => 12);
      sigma = meter.inspect(frame(addNoise(dark, 20, seq), seq)).sigma;
    }
    expect(Math.abs(sigma - 20)).toBeLessThan(2);
  });

  it('keeps its estimate when a frame repeats', () => {
    const frames = clip(4, 20);
    const meter = openNoiseMeter(INFO);
    let before = 0;
    for (const f of frames) before = meter.inspect(f).sigma;
    const again = frame(frames[3]!.data, 4);
    expect(meter.inspect(again).sigma).toBe(before);
  });

  it('maps where the noise is stronger', () => {
    const uniform = random(5);
    const meter = openNoiseMeter(INFO);
    let map: Uint8Array = new Uint8Array();
    for (let seq = 0; seq < 8; seq++) {
      const data = addNoise(scene(0), 4, seq);
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 120; x < WIDTH; x++)
          data[y * WIDTH + x]! += Math.round((uniform() - 0.5) * 24);
      }
      map = meter.inspect(frame(data, seq)).map;
    }
    const at = (column: number) => map[32 * (WIDTH / 2) + column]!;
    expect(at(4)).toBeGreaterThan(12);
    expect(at(90)).toBeGreaterThan(at(4) * 1.3);
  });

  it('forgets on reset', () => {
    const meter = openNoiseMeter(INFO);
    for (const f of clip(4, 30)) meter.inspect(f);
    meter.reset();
    const clean = clip(2);
    expect(meter.inspect(clean[0]!, clean[1]).sigma).toBeLessThan(1.2);
  });
});
