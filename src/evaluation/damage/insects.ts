/** Insects close to the lens: large, out of focus, gone in a few frames. */
import { planesOf } from '../../frame/frame.js';
import { toByte } from '../colour.js';
import { cellOpacity, softEdge, VISIBLE } from './blobs.js';
import { damageCase, markLuma, type FrameDamage, type Scene } from './damage.js';

/** Frames from one insect to the next, in the mean. */
const EVERY = 6;

interface Insect {
  x: number;
  y: number;
  framesLeft: number;
  /** Samples a frame. */
  readonly speed: { readonly x: number; readonly y: number };
  /** Half axes, along the flight and across. */
  readonly long: number;
  readonly wide: number;
  readonly opacity: number;
  readonly luma: number;
}

export function insects(scene: Scene): FrameDamage {
  const { width, height, random } = scene;
  const hatch = (): Insect => {
    const [heading, pace] = [random.uniform(-Math.PI, Math.PI), random.uniform(0.02, 0.15) * width];
    const wide = random.uniform(0.012, 0.04) * width;
    return {
      x: random.uniform(0, width),
      y: random.uniform(0, height),
      framesLeft: random.integer(1, 6),
      speed: { x: pace * Math.cos(heading), y: pace * Math.sin(heading) },
      // An exposure takes a part of a frame's time: what flies is drawn out.
      long: wide + pace * random.uniform(0.1, 0.5),
      wide,
      opacity: random.uniform(0.55, 0.95),
      luma: random.chance(0.6) ? random.uniform(15, 70) : random.uniform(190, 245),
    };
  };
  let flying = [hatch()];

  return (data, mask) => {
    const opacity = new Float32Array(width * height);
    const luma = new Float32Array(width * height);
    for (let born = random.poisson(1 / EVERY); born > 0; born--) flying.push(hatch());
    for (const insect of flying) {
      const { speed, long, wide } = insect;
      const norm = Math.hypot(speed.x, speed.y);
      const [cos, sin] = [speed.x / norm, speed.y / norm];
      const span = 1.5 * long;
      const right = Math.min(width - 1, Math.ceil(insect.x + span));
      const bottom = Math.min(height - 1, Math.ceil(insect.y + span));
      for (let y = Math.max(0, Math.floor(insect.y - span)); y <= bottom; y++) {
        for (let x = Math.max(0, Math.floor(insect.x - span)); x <= right; x++) {
          const [dx, dy] = [x - insect.x, y - insect.y];
          const reach = Math.hypot((dx * cos + dy * sin) / long, (dy * cos - dx * sin) / wide);
          const alpha = insect.opacity * softEdge(reach, 0.8);
          const at = y * width + x;
          if (alpha <= (opacity[at] ?? 0)) continue;
          opacity[at] = alpha;
          luma[at] = insect.luma;
        }
      }
      insect.x += speed.x + random.gaussian() * 0.2 * norm;
      insect.y += speed.y + random.gaussian() * 0.2 * norm;
      insect.framesLeft--;
    }
    flying = flying.filter(({ framesLeft }) => framesLeft > 0);
    const planes = planesOf(scene, data);
    for (const [at, alpha] of opacity.entries()) {
      if (alpha === 0) continue;
      planes.y[at] = toByte((planes.y[at] ?? 0) * (1 - alpha) + (luma[at] ?? 0) * alpha);
      if (alpha > VISIBLE) markLuma(scene, mask, at % width, Math.floor(at / width));
    }
    for (const [cell, alpha] of cellOpacity(scene, opacity).entries()) {
      if (alpha === 0) continue;
      planes.u[cell] = toByte((planes.u[cell] ?? 0) * (1 - alpha) + 128 * alpha);
      planes.v[cell] = toByte((planes.v[cell] ?? 0) * (1 - alpha) + 128 * alpha);
    }
  };
}

/** Told, never repaired: a person close to the camera looks alike. */
export const insectsPassing = damageCase({
  name: 'insects',
  title: 'insects close to the lens, gone in a few frames; told, not repaired',
  open: insects,
  masked: true,
});
