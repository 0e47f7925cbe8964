/** Four free-form holes that wander over the picture, filled with grey; the tool is given the mask. */
import { cellGrid, planesOf } from '../../frame/frame.js';
import { damageCase, type FrameDamage, type Scene } from './damage.js';

const HOLES = 4;
const GREY = 128;

interface Hole {
  /** Cells of the brush strokes, relative to the centre. */
  readonly cells: readonly (readonly [number, number])[];
  x: number;
  y: number;
  dx: number;
  dy: number;
}

export function wanderingHoles(scene: Scene): FrameDamage {
  const { columns, rows } = cellGrid(scene);
  const { random } = scene;
  const holes = Array.from({ length: HOLES }, () => {
    const speed = random.uniform(0.004, 0.012) * columns;
    const heading = random.uniform(0, 2 * Math.PI);
    return {
      cells: strokes(scene),
      x: random.uniform(0.15, 0.85) * columns,
      y: random.uniform(0.15, 0.85) * rows,
      dx: speed * Math.cos(heading),
      dy: speed * Math.sin(heading),
    } satisfies Hole;
  });

  return (data, mask) => {
    const planes = planesOf(scene, data);
    for (const hole of holes) {
      for (const [dx, dy] of hole.cells) {
        const column = Math.round(hole.x) + dx;
        const row = Math.round(hole.y) + dy;
        if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
        const cell = row * columns + column;
        mask[cell] = 255;
        const corner = 2 * row * scene.width + 2 * column;
        planes.y.fill(GREY, corner, corner + 2);
        planes.y.fill(GREY, corner + scene.width, corner + scene.width + 2);
        planes.u[cell] = GREY;
        planes.v[cell] = GREY;
      }
      [hole.x, hole.dx] = bounce(hole.x + hole.dx, hole.dx, columns);
      [hole.y, hole.dy] = bounce(hole.y + hole.dy, hole.dy, rows);
    }
  };
}

/** A free-form brush walk of five to nine strokes, as inpainting papers draw their masks. */
function strokes({ width, height, random }: Scene): [number, number][] {
  const unit = Math.min(width, height) / 2;
  const painted = new Map<string, [number, number]>();
  let x = 0;
  let y = 0;
  let heading = random.uniform(0, 2 * Math.PI);
  const brush = random.uniform(0.025, 0.05) * unit;
  for (let stroke = random.integer(5, 9); stroke > 0; stroke--) {
    heading += random.uniform(0.6, 2.2) * (random.chance(0.5) ? 1 : -1);
    const length = random.uniform(0.06, 0.18) * unit;
    for (let step = 0; step < length; step++) {
      x += Math.cos(heading);
      y += Math.sin(heading);
      dab(painted, Math.round(x), Math.round(y), brush);
    }
  }
  return [...painted.values()];
}

function dab(painted: Map<string, [number, number]>, x: number, y: number, radius: number): void {
  const reach = Math.ceil(radius);
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dy * dy > radius * radius) continue;
      painted.set(`${x + dx},${y + dy}`, [x + dx, y + dy]);
    }
  }
}

function bounce(position: number, speed: number, length: number): [number, number] {
  if (position < 0) return [-position, -speed];
  if (position > length) return [2 * length - position, -speed];
  return [position, speed];
}

export const holes = damageCase({
  name: 'holes',
  title: 'four moving free-form holes filled with grey, mask given',
  open: wanderingHoles,
  masked: true,
  maskGiven: true,
});
