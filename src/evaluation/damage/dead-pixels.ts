/** Stuck pixels of a sensor: the same places all through, under a little noise. */
import { planesOf } from '../../frame/frame.js';
import { damageCase, inTurn, markLuma, type FrameDamage, type Scene } from './damage.js';
import { toByte } from '../colour.js';
import { whiteNoise } from './white-noise.js';

const SHARE = 0.0015;

/** 0.15 % of the luma samples; the colour of the cell moves by a quarter, as after subsampling. */
export function stuckPixels(scene: Scene): FrameDamage {
  const { width, height, random } = scene;
  const black = scene.colour.fullRange ? 0 : 16;
  const white = scene.colour.fullRange ? 255 : 235;
  const stuck = Array.from({ length: Math.round(SHARE * width * height) }, () => {
    const kind = random.uniform();
    const value =
      kind < 0.4 ? white : kind < 0.75 ? black : Math.round(random.uniform(black, white));
    const tint = random.chance(0.3) ? 30 : 0;
    return {
      x: random.integer(0, width - 1),
      y: random.integer(0, height - 1),
      value,
      u: random.uniform(-tint, tint),
      v: random.uniform(-tint, tint),
    };
  });
  return (data, mask) => {
    const planes = planesOf(scene, data);
    for (const { x, y, value, u, v } of stuck) {
      const cell = (y >> 1) * (width >> 1) + (x >> 1);
      planes.y[y * width + x] = value;
      planes.u[cell] = toByte(0.75 * (planes.u[cell] ?? 0) + 32 + u);
      planes.v[cell] = toByte(0.75 * (planes.v[cell] ?? 0) + 32 + v);
      markLuma(scene, mask, x, y);
    }
  };
}

export const deadPixels = damageCase({
  name: 'deadpx',
  title: '0.15 % stuck pixels, white noise of 4',
  open: inTurn(whiteNoise(4), stuckPixels),
  masked: true,
  whiteNoise: true,
});
