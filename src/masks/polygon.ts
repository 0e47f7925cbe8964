/** Areas that were drawn by hand: polygons, filled on the grid of cells. */
import type { CellGrid } from '../frame/frame.js';

/** Corners as shares of the picture's width and height, 0–1 from the upper left. */
export type Polygon = readonly (readonly [number, number])[];

/**
 * The cells whose centres lie within any of the polygons, by the even-odd rule, and those that an
 * edge passes through; `[rows, columns]` u8, 255 inside. Undefined when there is no polygon.
 */
export function fillPolygons(
  { columns, rows }: CellGrid,
  polygons: readonly Polygon[],
): Uint8Array | undefined {
  if (polygons.length === 0) return undefined;
  const cells = new Uint8Array(columns * rows);
  for (const polygon of polygons) {
    const corners = polygon.map(([x, y]) => ({ x: x * columns, y: y * rows }));
    for (let row = 0; row < rows; row++) {
      const crossings = crossingsAt(corners, row + 0.5);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const from = Math.max(0, Math.ceil((crossings[i] ?? 0) - 0.5));
        const to = Math.min(columns - 1, Math.floor((crossings[i + 1] ?? 0) - 0.5));
        if (to >= from) cells.fill(255, row * columns + from, row * columns + to + 1);
      }
    }
    for (const [i, from] of corners.entries()) {
      const to = corners[(i + 1) % corners.length] ?? from;
      const steps = 1 + Math.ceil(2 * Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)));
      for (let k = 0; k <= steps; k++) {
        const x = Math.floor(from.x + ((to.x - from.x) * k) / steps);
        const y = Math.floor(from.y + ((to.y - from.y) * k) / steps);
        if (x >= 0 && y >= 0 && x < columns && y < rows) cells[y * columns + x] = 255;
      }
    }
  }
  return cells;
}

/** Where the edges cross the height `y`, in order. */
function crossingsAt(corners: readonly { x: number; y: number }[], y: number): number[] {
  const found: number[] = [];
  for (const [i, a] of corners.entries()) {
    const b = corners[(i + 1) % corners.length] ?? a;
    if (a.y <= y === b.y <= y) continue;
    found.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
  }
  return found.sort((a, b) => a - b);
}
