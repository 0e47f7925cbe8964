/** Water drops on the lens: small lenses that turn or enlarge what is behind them. */
import { planesOf } from '../../frame/frame.js';
import { toByte } from '../colour.js';
import { around, cellOpacity, randomBlob, softEdge, VISIBLE } from './blobs.js';
import { damageCase, markLuma, type FrameDamage, type Scene } from './damage.js';

/** Width of the soft edge, and of the bright rim inside it, in radii. */
const SOFTNESS = 0.2;
const RIM = 0.22;

/** 8–12 drops of a radius of 1.5–5 % of the width, fixed. */
export function waterDrops(scene: Scene): FrameDamage {
  const { width, height, random } = scene;
  const opacity = new Float32Array(width * height);
  const shine = new Float32Array(width * height);
  // Where each pixel takes its light from, in luma samples.
  const fromX = new Float32Array(width * height);
  const fromY = new Float32Array(width * height);
  const count = random.integer(8, 12);
  for (let i = 0; i < count; i++) {
    const blob = randomBlob(scene, random, random.uniform(0.015, 0.05) * width, 0.12);
    const scale = random.chance(0.6) ? -random.uniform(1.2, 2.5) : random.uniform(0.35, 0.6);
    const lightAngle = random.uniform(-Math.PI, 0);
    const brightness = random.uniform(20, 55);
    around(blob, scene, (x, y) => {
      const at = y * width + x;
      const reach = blob.reach(x, y);
      const alpha = softEdge(reach, SOFTNESS);
      if (alpha <= (opacity[at] ?? 0)) return;
      opacity[at] = alpha;
      fromX[at] = blob.x + (x - blob.x) * scale;
      fromY[at] = blob.y + (y - blob.y) * scale;
      const rim = Math.max(0, 1 - Math.abs(reach - (1 - RIM / 2)) / (RIM / 2));
      const facing = Math.cos(Math.atan2(y - blob.y, x - blob.x) - lightAngle);
      shine[at] = rim * (brightness * Math.max(0, facing) - 12 * Math.max(0, -facing));
    });
  }
  const cells = cellOpacity(scene, opacity);
  const before = new Uint8Array((width * height * 3) / 2);

  return (data, mask) => {
    before.set(data);
    const source = planesOf(scene, before);
    const target = planesOf(scene, data);
    for (let at = 0; at < opacity.length; at++) {
      const alpha = opacity[at] ?? 0;
      if (alpha === 0) continue;
      const seen = blurred(source.y, width, height, fromX[at] ?? 0, fromY[at] ?? 0);
      const value = seen + (shine[at] ?? 0);
      target.y[at] = toByte((source.y[at] ?? 0) * (1 - alpha) + value * alpha);
      const x = at % width;
      const y = (at - x) / width;
      if (alpha > VISIBLE) markLuma(scene, mask, x, y);
      if ((x & 1) === 1 || (y & 1) === 1) continue;
      const cell = (y >> 1) * (width >> 1) + (x >> 1);
      const share = cells[cell] ?? 0;
      const u = blurred(
        source.u,
        width >> 1,
        height >> 1,
        (fromX[at] ?? 0) / 2,
        (fromY[at] ?? 0) / 2,
      );
      const v = blurred(
        source.v,
        width >> 1,
        height >> 1,
        (fromX[at] ?? 0) / 2,
        (fromY[at] ?? 0) / 2,
      );
      target.u[cell] = toByte((source.u[cell] ?? 0) * (1 - share) + u * share);
      target.v[cell] = toByte((source.v[cell] ?? 0) * (1 - share) + v * share);
    }
  };
}

/** Mean of 3x3 samples around a place, mirrored at the borders: a drop is never in focus. */
function blurred(plane: Uint8Array, width: number, height: number, x: number, y: number): number {
  const column = Math.round(x);
  const row = Math.round(y);
  let sum = 0;
  for (let dy = -1; dy <= 1; dy++) {
    const line = mirror(row + dy, height) * width;
    for (let dx = -1; dx <= 1; dx++) sum += plane[line + mirror(column + dx, width)] ?? 0;
  }
  return sum / 9;
}

function mirror(position: number, length: number): number {
  const folded = ((position % (2 * length)) + 2 * length) % (2 * length);
  return folded < length ? folded : 2 * length - 1 - folded;
}

export const drops = damageCase({
  name: 'drops',
  title: '8–12 refracting water drops on the lens',
  open: waterDrops,
  masked: true,
});
