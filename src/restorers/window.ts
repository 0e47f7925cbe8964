/** Copies windows of planes, repeating the border where a window reaches over it. */

export interface Plane {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Copies the window at `left, top` of `plane` to `to` at `offset`, row by row.
 * The window may reach outside: there the nearest sample is repeated.
 */
export function copyWindow(
  plane: Plane,
  left: number,
  top: number,
  width: number,
  height: number,
  to: Uint8Array,
  offset: number,
): void {
  const first = Math.max(0, left);
  const end = Math.min(plane.width, left + width);
  for (let y = 0; y < height; y++) {
    const row = Math.min(plane.height - 1, Math.max(0, top + y)) * plane.width;
    const at = offset + y * width;
    to.set(plane.data.subarray(row + first, row + end), at + first - left);
    if (left < 0) to.fill(plane.data[row] ?? 0, at, at - left);
    if (end < left + width) to.fill(plane.data[row + end - 1] ?? 0, at + end - left, at + width);
  }
}
