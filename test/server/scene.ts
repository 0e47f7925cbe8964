/** The scene of the test camera: ground, a moving square, dirt in the original, and a clock in bars. */
import { cellGrid, frameBytes, planesOf, type FrameSize } from '../../src/frame/frame.js';
import { PROVENANCE } from '../../src/frame/provenance.js';

export const SCENE: FrameSize = { width: 320, height: 180 };

/** Bars along the top, the highest bit first: 26 bits of milliseconds (18 hours), 6 of check. */
export const CLOCK = { bars: 32, bits: 26, width: 10, height: 10 } as const;

export const checkOf = (clock: number) => (clock ^ (clock >>> 7) ^ (clock >>> 17)) & 63;

/** Where the original is dirty and the restored picture is not: luma coordinates. */
export const DIRT = { x: 40, y: 60, width: 80, height: 60 } as const;

/** yuv420p planes; the square's place and the clock tell the time `ms`. */
export function drawScene(ms: number, dirty: boolean): Uint8Array {
  const data = new Uint8Array(frameBytes(SCENE)).fill(128);
  const { y } = planesOf(SCENE, data);
  const { width, height } = SCENE;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      y[row * width + column] = 70 + ((column + row) >> 3);
    }
  }
  box(y, Math.floor((ms / 10) % 280), 130, 30, 30, 220);
  if (dirty) box(y, DIRT.x, DIRT.y, DIRT.width, DIRT.height, 30);
  const clock = Math.floor(ms) % 2 ** CLOCK.bits;
  const bits = clock * 64 + checkOf(clock);
  for (let bar = 0; bar < CLOCK.bars; bar++) {
    const on = Math.floor(bits / 2 ** (CLOCK.bars - 1 - bar)) % 2 === 1;
    box(y, bar * CLOCK.width, 0, CLOCK.width, CLOCK.height, on ? 235 : 16);
  }
  return data;
}

/** The dirt is masked and was recovered; the square's lane counts as denoised. */
export function sceneOverlay(): { mask: Uint8Array; provenance: Uint8Array } {
  const { columns, rows } = cellGrid(SCENE);
  const mask = new Uint8Array(columns * rows);
  const provenance = new Uint8Array(columns * rows).fill(PROVENANCE.original);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      const [x, y] = [2 * column, 2 * row];
      if (y >= 130 && y < 160) provenance[cell] = PROVENANCE.denoised;
      if (x < DIRT.x || x >= DIRT.x + DIRT.width) continue;
      if (y < DIRT.y || y >= DIRT.y + DIRT.height) continue;
      mask[cell] = 255;
      provenance[cell] = PROVENANCE.recovered;
    }
  }
  return { mask, provenance };
}

function box(
  y: Uint8Array,
  left: number,
  top: number,
  width: number,
  height: number,
  value: number,
) {
  for (let row = top; row < top + height; row++) {
    y.fill(value, row * SCENE.width + left, row * SCENE.width + left + width);
  }
}
