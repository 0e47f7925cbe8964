/** Dirt on the lens: opaque spots with soft edges that stay where they are. */
import { planesOf } from '../../frame/frame.js';
import { toByte } from '../colour.js';
import { around, cellOpacity, randomBlob, softEdge, VISIBLE } from './blobs.js';
import { damageCase, markLuma, type FrameDamage, type Scene } from './damage.js';

/** 10–15 spots of a radius of 1–3.5 % of the width. */
export function spots(scene: Scene): FrameDamage {
  const { width, height, random } = scene;
  const opacity = new Float32Array(width * height);
  const luma = new Float32Array(width * height);
  const tints = new Map<number, { u: number; v: number }>();
  const count = random.integer(10, 15);
  for (let i = 0; i < count; i++) {
    const blob = randomBlob(scene, random, random.uniform(0.01, 0.035) * width, 0.25);
    const grey = random.chance(0.7) ? random.uniform(20, 75) : random.uniform(95, 165);
    const brown = random.uniform(0, 10);
    const softness = random.uniform(0.25, 0.6);
    around(blob, scene, (x, y) => {
      const at = y * width + x;
      const alpha = softEdge(blob.reach(x, y), softness);
      if (alpha <= (opacity[at] ?? 0)) return;
      opacity[at] = alpha;
      luma[at] = grey + 3 * random.gaussian();
      tints.set((y >> 1) * (width >> 1) + (x >> 1), { u: 128 - brown, v: 128 + brown / 2 });
    });
  }
  const cells = cellOpacity(scene, opacity);

  return (data, mask) => {
    const planes = planesOf(scene, data);
    for (let at = 0; at < opacity.length; at++) {
      const alpha = opacity[at] ?? 0;
      if (alpha === 0) continue;
      planes.y[at] = toByte((planes.y[at] ?? 0) * (1 - alpha) + (luma[at] ?? 0) * alpha);
      if (alpha > VISIBLE) markLuma(scene, mask, at % width, Math.floor(at / width));
    }
    for (const [cell, { u, v }] of tints) {
      const alpha = cells[cell] ?? 0;
      planes.u[cell] = toByte((planes.u[cell] ?? 0) * (1 - alpha) + u * alpha);
      planes.v[cell] = toByte((planes.v[cell] ?? 0) * (1 - alpha) + v * alpha);
    }
  };
}

export const dirt = damageCase({
  name: 'dirt',
  title: '10–15 soft opaque spots on the lens, never seen behind',
  open: spots,
  masked: true,
});
