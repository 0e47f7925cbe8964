/** Things that come before the lens: a hand or a cloth, and paint. */
import { planesOf } from '../../frame/frame.js';
import { toByte } from '../colour.js';
import type { Tamper, TamperScene } from './tamper.js';

/** Sets a luma sample and, at the even ones, its chroma: `share` of the cover, the rest as it was. */
type Paint = (x: number, y: number, share: number) => void;

interface Coat {
  readonly luma: number;
  readonly u: number;
  readonly v: number;
  /** Change of luma from one side of the picture to the other. */
  readonly slope: number;
}

function painter(scene: TamperScene, data: Uint8Array, coat: Coat): Paint {
  const { width, height, random } = scene;
  const planes = planesOf(scene, data);
  const mix = (old: number, fresh: number, share: number) => toByte(old + (fresh - old) * share);
  return (x, y, share) => {
    const at = y * width + x;
    const luma = coat.luma + coat.slope * (x / width - y / height) + random.gaussian();
    planes.y[at] = mix(planes.y[at] ?? 0, luma, share);
    if ((x | y) % 2 !== 0) return;
    const cell = (y >> 1) * (width >> 1) + (x >> 1);
    planes.u[cell] = mix(planes.u[cell] ?? 0, coat.u, share);
    planes.v[cell] = mix(planes.v[cell] ?? 0, coat.v, share);
  };
}

/** Comes in from one side within half a second, out of focus and with light round its edge. */
function cover(name: string, low: number, high: number): Tamper {
  return {
    name,
    kinds: ['covered'],
    open: (scene) => {
      const { width, height, random } = scene;
      const coat = {
        luma: random.uniform(low, high),
        u: 128 + random.uniform(-6, 2),
        v: 128 + random.uniform(0, 10),
        slope: random.uniform(-0.3, 0.3) * (low - 14),
      };
      const side = random.integer(0, 3);
      const takes = random.uniform(0.3, 0.6);
      const soft = 0.08;
      return (data, seconds) => {
        const paint = painter(scene, data, coat);
        const edge = Math.min(1 + soft, (seconds / takes) * (1 + soft));
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const along = side < 2 ? x / width : y / height;
            const distance = edge - (side % 2 === 0 ? along : 1 - along);
            if (distance > 0) paint(x, y, Math.min(1, distance / soft));
          }
        }
      };
    },
  };
}

/** Blobs with soft edges that grow within a second and leave parts of the view free. */
const spray: Tamper = {
  name: 'spray',
  kinds: ['sprayed'],
  open: (scene) => {
    const { width, height, random } = scene;
    const coat = {
      luma: random.uniform(40, 200),
      u: random.uniform(90, 166),
      v: random.uniform(90, 166),
      slope: random.uniform(-10, 10),
    };
    const blobs = Array.from({ length: random.integer(5, 8) }, () => ({
      x: random.uniform(0.1, 0.75) * width,
      y: random.uniform(0.1, 0.9) * height,
      radius: random.uniform(0.14, 0.22) * Math.max(width, height),
    }));
    return (data, seconds) => {
      const paint = painter(scene, data, coat);
      const grown = Math.min(1, 0.3 + 0.7 * seconds);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let share = 0;
          for (const blob of blobs) {
            const radius = blob.radius * grown;
            const distance = Math.hypot(x - blob.x, y - blob.y);
            share = Math.max(share, Math.min(1, (radius - distance) / (0.15 * radius)));
          }
          if (share > 0) paint(x, y, share);
        }
      }
    };
  },
};

export const OBSTRUCTIONS: readonly Tamper[] = [
  cover('cover', 50, 150),
  cover('cover-dark', 17, 30),
  spray,
];
