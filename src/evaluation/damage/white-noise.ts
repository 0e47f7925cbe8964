/** White Gaussian noise of a given sigma in RGB, as the denoising literature counts it. */
import { coefficients, fromRgb, toRgb } from '../colour.js';
import { damageCase, type DamageCase, type Scene, type FrameDamage } from './damage.js';

/**
 * Added to R, G and B of every pixel, clipped to 8 bit, then brought back to yuv420p: luma keeps
 * 0.57 of sigma (BT.601, limited range), chroma about 0.27.
 */
export function whiteNoise(sigma: number): (scene: Scene) => FrameDamage {
  return ({ random, colour, ...size }) => {
    const rgb = new Uint8ClampedArray(3 * size.width * size.height);
    return (data) => {
      toRgb(size, data, colour, rgb);
      for (let i = 0; i < rgb.length; i++) rgb[i] = (rgb[i] ?? 0) + sigma * random.gaussian();
      fromRgb(size, rgb, colour, data);
    };
  };
}

/** Added to the code values of Y, U and V instead: much stronger in colour at the same sigma. */
export function planeNoise(sigma: number): (scene: Scene) => FrameDamage {
  return ({ random }) =>
    (data) => {
      const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
      for (let i = 0; i < clamped.length; i++) {
        clamped[i] = (clamped[i] ?? 0) + sigma * random.gaussian();
      }
    };
}

export function awgn(sigma: number): DamageCase {
  return damageCase({
    name: `awgn${sigma}`,
    title: `white Gaussian noise, sigma ${sigma} in RGB`,
    open: whiteNoise(sigma),
    noisy: true,
    whiteNoise: true,
  });
}

export function planeAwgn(sigma: number): DamageCase {
  return damageCase({
    name: `awgn${sigma}-planes`,
    title: `white Gaussian noise, sigma ${sigma} in the code values of Y, U and V`,
    open: planeNoise(sigma),
    noisy: true,
    whiteNoise: true,
  });
}

/** Standard deviation of luma code values for white noise of sigma 1 in RGB. */
export function lumaShare({ colour }: Pick<Scene, 'colour'>): number {
  const { kr, kb } = colour;
  return Math.hypot(kr, 1 - kr - kb, kb) / coefficients(colour).y;
}
