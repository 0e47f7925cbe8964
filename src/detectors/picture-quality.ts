/** Measures what a picture as a whole suffers from: coding, blur, too little light, haze. */
import type { FrameSize } from '../frame/frame.js';

export interface PictureQuality {
  /**
   * Steps over the borders of 8x8 blocks, relative to the steps within them; 1 = no blocks to be seen
   * (Wang, Sheikh and Bovik, "No-reference perceptual quality assessment of JPEG", ICIP 2002).
   */
  readonly blockiness: number;
  /**
   * The steepest of four neighbouring steps over an edge, as a share of the edge: near 1 sharp, 0.25
   * a ramp (after the edge widths of Marziliano et al., "A no-reference perceptual blur metric", ICIP 2002).
   */
  readonly edgeSharpness: number;
  /** Median luma, 0–255. */
  readonly brightness: number;
  /** Luma between the darkest and the brightest 2 %, as a share of the scale; haze makes it small. */
  readonly contrast: number;
  /** Luma above black of the darkest 2 %, grey levels: haze lifts the darkest parts. */
  readonly veil: number;
}

/** Grey levels over four samples of what counts as an edge. */
const EDGE = 24;
const BLACK = 16;
const RANGE = 219;

/** @param data yuv420p planes, lent */
export function pictureQuality({ width, height }: FrameSize, data: Uint8Array): PictureQuality {
  const levels = new Uint32Array(256);
  let [border, borders, inside, insides, sharp, edges, count] = [0, 0, 0, 0, 0, 0, 0];
  for (let row = 0; row < height; row += 2) {
    for (let x = 4; x < width; x++) {
      const i = row * width + x;
      const value = data[i] ?? 0;
      const step = Math.abs(value - (data[i - 1] ?? 0));
      if (x % 8 === 0) {
        border += step;
        borders++;
      } else {
        inside += step;
        insides++;
      }
      if (x % 2 !== 0) continue;
      levels[value] = (levels[value] ?? 0) + 1;
      count++;
      const whole = Math.abs(value - (data[i - 4] ?? 0));
      if (whole < EDGE) continue;
      let steepest = step;
      for (let k = 1; k < 4; k++) {
        steepest = Math.max(steepest, Math.abs((data[i - k] ?? 0) - (data[i - k - 1] ?? 0)));
      }
      sharp += Math.min(1, steepest / whole);
      edges++;
    }
  }
  const at = (share: number) => {
    let below = 0;
    return levels.findIndex((number) => (below += number) > share * count);
  };
  const [low, high] = [at(0.02), at(0.98)];
  return {
    blockiness: border / Math.max(1, borders) / Math.max(0.05, inside / Math.max(1, insides)),
    edgeSharpness: edges === 0 ? 0 : sharp / edges,
    brightness: at(0.5),
    contrast: (high - low) / RANGE,
    veil: Math.max(0, low - BLACK),
  };
}
