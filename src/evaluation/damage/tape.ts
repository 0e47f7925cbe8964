/** Tape drop-outs: horizontal streaks of one frame, and vertical scratches that drift. */
import { planesOf } from '../../frame/frame.js';
import { toByte } from '../colour.js';
import { damageCase, markLuma, type FrameDamage, type Scene } from './damage.js';

/** Streaks expected in a frame. */
const STREAKS = 1.5;
/** Scratches expected at any moment, and how long one lives, in seconds. */
const SCRATCHES = 1.5;
const SCRATCH_SECONDS = [0.6, 2.5] as const;

interface Scratch {
  x: number;
  drift: number;
  framesLeft: number;
  readonly top: number;
  readonly bottom: number;
  readonly halfWidth: number;
  readonly value: number;
}

export function dropOuts(scene: Scene): FrameDamage {
  const { width, height, random } = scene;
  const lifeFrames = () => Math.max(2, random.uniform(...SCRATCH_SECONDS) * scene.frameRate);
  const meanLife = Math.max(2, ((SCRATCH_SECONDS[0] + SCRATCH_SECONDS[1]) / 2) * scene.frameRate);
  const scratch = (): Scratch => ({
    x: random.uniform(0.03, 0.97) * width,
    drift: random.uniform(-0.4, 0.4),
    framesLeft: lifeFrames(),
    top: random.chance(0.6) ? 0 : random.uniform(0, 0.4) * height,
    bottom: random.chance(0.6) ? height : random.uniform(0.6, 1) * height,
    halfWidth: random.uniform(0.6, 1.6) * (width / 640),
    value: random.chance(0.7) ? random.uniform(190, 235) : random.uniform(16, 40),
  });
  let scratches = Array.from({ length: random.poisson(SCRATCHES) }, scratch);

  return (data, mask) => {
    const { y: luma, u, v } = planesOf(scene, data);
    const paint = (x: number, y: number, value: number, opacity: number) => {
      const at = y * width + x;
      const cell = (y >> 1) * (width >> 1) + (x >> 1);
      luma[at] = toByte((luma[at] ?? 0) * (1 - opacity) + value * opacity);
      // A cell loses its colour as its four pixels do, one quarter each.
      u[cell] = toByte((u[cell] ?? 0) + ((128 - (u[cell] ?? 0)) * opacity) / 4);
      v[cell] = toByte((v[cell] ?? 0) + ((128 - (v[cell] ?? 0)) * opacity) / 4);
      markLuma(scene, mask, x, y);
    };

    for (let streaks = random.poisson(STREAKS); streaks > 0; streaks--) {
      const length = Math.round(random.uniform(0.15, 1.1) * width);
      const start = random.integer(-Math.round(length / 4), width - 1);
      const top = random.integer(0, height - 1);
      const thick = Math.max(1, Math.round(random.uniform(1, 4) * (height / 480)));
      const value = random.chance(0.75) ? random.uniform(170, 235) : random.uniform(16, 40);
      for (let y = top; y < Math.min(height, top + thick); y++) {
        for (let x = Math.max(0, start); x < Math.min(width, start + length); x++) {
          paint(x, y, value + 12 * random.gaussian(), 1);
        }
      }
    }

    for (let births = random.poisson(SCRATCHES / meanLife); births > 0; births--) {
      scratches.push(scratch());
    }
    for (const line of scratches) {
      const first = Math.max(0, Math.ceil(line.x - line.halfWidth));
      const last = Math.min(width - 1, Math.floor(line.x + line.halfWidth));
      for (let y = Math.floor(line.top); y < line.bottom; y++) {
        const value = line.value + 8 * random.gaussian();
        for (let x = first; x <= last; x++) paint(x, y, value, 0.85);
      }
      line.x += line.drift;
      line.drift += 0.05 * random.gaussian();
      line.framesLeft--;
    }
    scratches = scratches.filter((line) => line.framesLeft > 0);
  };
}

export const tape = damageCase({
  name: 'tape',
  title: 'one-frame horizontal streaks and drifting vertical scratches',
  open: dropOuts,
  masked: true,
});
