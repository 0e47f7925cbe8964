/** What turns, blurs, blinds or darkens the camera. */
import { planesOf, type FrameSize } from '../../frame/frame.js';
import { toByte } from '../colour.js';
import type { Tamper } from './tamper.js';

const BLACK = 16;

const defocus: Tamper = {
  name: 'defocus',
  kinds: ['defocused'],
  open: (scene) => {
    const most = scene.random.uniform(0.008, 0.02) * scene.width;
    return (data, seconds) => {
      const radius = Math.round(most * Math.min(1, seconds));
      const { y, u, v } = planesOf(scene, data);
      const half = { width: scene.width >> 1, height: scene.height >> 1 };
      blur(y, scene, radius);
      blur(u, half, radius >> 1);
      blur(v, half, radius >> 1);
    };
  },
};

/** Three box blurs in each direction: close to a normal distribution. */
function blur(plane: Uint8Array, { width, height }: FrameSize, radius: number): void {
  if (radius < 1) return;
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < height; y++) smear(plane, y * width, 1, width, radius);
    for (let x = 0; x < width; x++) smear(plane, x, width, height, radius);
  }
}

function smear(plane: Uint8Array, from: number, step: number, length: number, radius: number) {
  const line = new Uint8Array(length + 2 * radius + 1);
  for (let i = 0; i < line.length; i++) {
    const inside = Math.min(length - 1, Math.max(0, i - radius));
    line[i] = plane[from + inside * step] ?? 0;
  }
  let sum = 0;
  for (let i = 0; i <= 2 * radius; i++) sum += line[i] ?? 0;
  for (let i = 0; i < length; i++) {
    plane[from + i * step] = Math.round(sum / (2 * radius + 1));
    sum += (line[i + 2 * radius + 1] ?? 0) - (line[i] ?? 0);
  }
}

/** Turned within half a second; what comes into view is the picture's mirror image. */
const shift: Tamper = {
  name: 'shift',
  kinds: ['moved'],
  open: (scene) => {
    const { random } = scene;
    const sign = () => (random.chance(0.5) ? 1 : -1);
    const across = sign() * random.uniform(0.08, 0.3) * scene.width;
    const down = sign() * random.uniform(0, 0.15) * scene.height;
    return (data, seconds) => {
      const done = Math.min(1, seconds * 2) / 2;
      const [dx, dy] = [Math.round(across * done), Math.round(down * done)];
      const { y, u, v } = planesOf(scene, data);
      const half = { width: scene.width >> 1, height: scene.height >> 1 };
      move(y, scene, 2 * dx, 2 * dy);
      move(u, half, dx, dy);
      move(v, half, dx, dy);
    };
  },
};

function move(plane: Uint8Array, { width, height }: FrameSize, dx: number, dy: number): void {
  const from = plane.slice();
  const mirrored = (i: number, size: number) => {
    const folded = Math.abs(i) % (2 * size);
    return folded < size ? folded : 2 * size - 1 - folded;
  };
  for (let y = 0; y < height; y++) {
    const row = mirrored(y - dy, height) * width;
    for (let x = 0; x < width; x++) plane[y * width + x] = from[row + mirrored(x - dx, width)] ?? 0;
  }
}

/** The lamps go out: a little of the light is left, and the noise of the sensor. */
const lightsOff: Tamper = {
  name: 'lights-off',
  kinds: ['too-dark'],
  open: (scene) => {
    const { random } = scene;
    const left = random.uniform(0.04, 0.1);
    const noise = random.uniform(0.8, 2);
    return (data) => {
      const { y, u, v } = planesOf(scene, data);
      for (let i = 0; i < y.length; i++) {
        const light = Math.max(0, (y[i] ?? 0) - BLACK) * left;
        y[i] = toByte(BLACK + light + noise * random.gaussian());
      }
      for (const plane of [u, v]) {
        for (let i = 0; i < plane.length; i++)
          plane[i] = toByte(128 + ((plane[i] ?? 0) - 128) * left);
      }
    };
  },
};

/** A lamp into the lens, or an exposure that went wrong. */
const blind: Tamper = {
  name: 'blind',
  kinds: ['too-bright'],
  open: (scene) => {
    const gain = scene.random.uniform(3, 6);
    const glare = scene.random.uniform(40, 90);
    return (data) => {
      const { y, u, v } = planesOf(scene, data);
      for (let i = 0; i < y.length; i++) {
        y[i] = Math.min(235, Math.round(BLACK + glare + ((y[i] ?? 0) - BLACK) * gain));
      }
      for (const plane of [u, v]) {
        for (let i = 0; i < plane.length; i++)
          plane[i] = toByte(128 + ((plane[i] ?? 0) - 128) * 0.3);
      }
    };
  },
};

export const OPTICS: readonly Tamper[] = [defocus, shift, lightsOff, blind];
