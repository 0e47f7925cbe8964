/** Pictures without any order, of a size that no vector divides. */
import { Random } from '../../src/evaluation/random.js';

export const WIDTH = 42;
export const HEIGHT = 26;
export const COUNT = WIDTH * HEIGHT;

export function picture(seed: string, spread = 256): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length: COUNT }, () => Math.floor(random.uniform(0, spread)));
}
