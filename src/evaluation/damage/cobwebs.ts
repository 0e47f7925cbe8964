/** A cobweb before the lens: threads out of focus that stay where they are. */
import { planesOf } from '../../frame/frame.js';
import { toByte } from '../colour.js';
import { cellOpacity } from './blobs.js';
import { damageCase, markLuma, type FrameDamage, type Scene } from './damage.js';

/** A thread that is thinner than this hides nothing. */
const HIDES = 0.25;

/** 4–8 threads from a place near the border to all sides, sagging, some tied to the next by another. */
export function threads(scene: Scene): FrameDamage {
  const { width, height, random } = scene;
  const opacity = new Float32Array(width * height);
  const bow = () => random.uniform(-0.06, 0.06) * height;
  const side = random.chance(0.5) ? random.uniform(-0.05, 0.1) : random.uniform(0.9, 1.05);
  const hub = { x: side * width, y: random.uniform(0, 1) * height };
  const ends = Array.from({ length: random.integer(4, 8) }, () => {
    const turn = random.uniform(-Math.PI, Math.PI);
    const far = random.uniform(0.3, 0.9);
    return {
      x: hub.x + far * width * Math.cos(turn),
      y: hub.y + far * height * Math.sin(turn),
      turn,
    };
  }).sort((a, b) => a.turn - b.turn);
  const strand = (from: typeof hub, to: typeof hub) => {
    const blur = random.uniform(0.002, 0.0045) * width;
    const most = random.uniform(0.45, 0.9);
    const [sagX, sagY] = [bow(), bow()];
    const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y));
    for (let step = 0; step <= steps; step++) {
      const t = step / steps;
      const sag = 4 * t * (1 - t);
      const x = from.x + (to.x - from.x) * t + sagX * sag;
      const y = from.y + (to.y - from.y) * t + sagY * sag;
      thicken(opacity, scene, { x, y, blur, most });
    }
  };
  for (const [index, end] of ends.entries()) {
    strand(hub, end);
    const next = ends[index + 1];
    if (next !== undefined && random.chance(0.5)) strand(end, next);
  }
  const luma = random.chance(0.7) ? random.uniform(160, 240) : random.uniform(20, 60);
  const cells = cellOpacity(scene, opacity);

  return (data, mask) => {
    const planes = planesOf(scene, data);
    for (const [at, alpha] of opacity.entries()) {
      if (alpha === 0) continue;
      planes.y[at] = toByte((planes.y[at] ?? 0) * (1 - alpha) + luma * alpha);
      if (alpha > HIDES) markLuma(scene, mask, at % width, Math.floor(at / width));
    }
    for (const [cell, alpha] of cells.entries()) {
      if (alpha === 0) continue;
      planes.u[cell] = toByte((planes.u[cell] ?? 0) * (1 - alpha) + 128 * alpha);
      planes.v[cell] = toByte((planes.v[cell] ?? 0) * (1 - alpha) + 128 * alpha);
    }
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
  /** Standard deviation of the profile across the thread, in samples. */
  readonly blur: number;
  /** Opacity in the middle of the thread. */
  readonly most: number;
}

function thicken(
  opacity: Float32Array,
  { width, height }: Scene,
  { x, y, blur, most }: Point,
): void {
  const span = 3 * blur;
  const right = Math.min(width - 1, Math.ceil(x + span));
  const bottom = Math.min(height - 1, Math.ceil(y + span));
  for (let v = Math.max(0, Math.floor(y - span)); v <= bottom; v++) {
    for (let u = Math.max(0, Math.floor(x - span)); u <= right; u++) {
      const alpha = most * Math.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * blur ** 2));
      const at = v * width + u;
      opacity[at] = Math.max(opacity[at] ?? 0, alpha);
    }
  }
}

export const cobwebs = damageCase({
  name: 'cobweb',
  title: 'threads of a cobweb before the lens, out of focus',
  open: threads,
  masked: true,
});
