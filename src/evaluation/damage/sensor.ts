/** Noise as a small sensor makes it, then compressed as a camera would. */
import { planesOf } from '../../frame/frame.js';
import { toByte } from '../colour.js';
import { damageCase, type FrameDamage, type Scene } from './damage.js';

/**
 * Heteroscedastic Gaussian model of Poisson–Gaussian noise (Foi et al. 2008, eq. 5): the variance
 * is `SHOT * signal + READ`, in squared grey levels.
 */
const SHOT = 0.2;
const READ = 6;
/** Chroma noise, grey levels. */
const CHROMA_SIGMA = 2.5;
/** Weight of the two neighbours in each direction relative to the pixel: slight correlation. */
const NEIGHBOUR = 0.25;

export function sensorNoise(scene: Scene): FrameDamage {
  const { width, height, random } = scene;
  const luma = correlatedField(width, height);
  const chroma = correlatedField(width >> 1, height >> 1);
  const black = scene.colour.fullRange ? 0 : 16;
  return (data) => {
    const { y, u, v } = planesOf(scene, data);
    const field = luma(random);
    for (let i = 0; i < y.length; i++) {
      const signal = Math.max(0, (y[i] ?? 0) - black);
      y[i] = toByte((y[i] ?? 0) + Math.sqrt(SHOT * signal + READ) * (field[i] ?? 0));
    }
    for (const plane of [u, v]) {
      const tint = chroma(random);
      for (let i = 0; i < plane.length; i++) {
        plane[i] = toByte((plane[i] ?? 0) + CHROMA_SIGMA * (tint[i] ?? 0));
      }
    }
  };
}

/** Unit-variance Gaussian noise smoothed by [w, 1, w] in both directions; the array is reused. */
function correlatedField(width: number, height: number) {
  const white = new Float32Array(width * height);
  const smooth = new Float32Array(width * height);
  const scale = 1 / (1 + 2 * NEIGHBOUR * NEIGHBOUR);
  return (random: { gaussian(): number }): Float32Array => {
    for (let i = 0; i < white.length; i++) white[i] = random.gaussian();
    weigh(white, smooth, 1, 1);
    weigh(smooth, white, width, scale);
    return white;
  };
}

/** Neighbours at distance `stride`; at the array's ends the pixel stands in for the missing one. */
function weigh(from: Float32Array, to: Float32Array, stride: number, scale: number): void {
  for (let i = 0; i < from.length; i++) {
    const here = from[i] ?? 0;
    to[i] = scale * (here + NEIGHBOUR * ((from[i - stride] ?? here) + (from[i + stride] ?? here)));
  }
}

export const sensor = damageCase({
  name: 'sensor',
  title: 'signal-dependent, slightly correlated noise, then H.264 at CRF 27',
  open: sensorNoise,
  carrier: 'h264',
  noisy: true,
});
