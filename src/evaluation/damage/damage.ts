/** What one case of damage is. */
import { cellGrid, type FrameSize } from '../../frame/frame.js';
import type { Colour } from '../colour.js';
import type { Random } from '../random.js';

/** What a case knows of the clip it damages. */
export interface Scene extends FrameSize {
  readonly frameRate: number;
  /** Number of frames that will come. */
  readonly frames: number;
  readonly colour: Colour;
  readonly random: Random;
}

/**
 * The damage of one clip. Called once for each frame in order: changes `data` (yuv420p planes) in
 * place and sets the damaged cells of `mask` (`[rows, columns]` u8) to 255.
 */
export type FrameDamage = (data: Uint8Array, mask: Uint8Array) => void;

/** What carries the damaged clip: most cases are written losslessly, two are the codec's own work. */
export type Carrier = 'lossless' | 'h264' | 'lossy-transport';

export interface DamageCase {
  readonly name: string;
  /** One line for reports. */
  readonly title: string;
  readonly open: (scene: Scene) => FrameDamage;
  readonly carrier: Carrier;
  /** True when cells are lost and a true mask is written. */
  readonly masked: boolean;
  /** True when the tool is told the mask. */
  readonly maskGiven: boolean;
  /** True when noise lies on the whole picture, so that filters are worth comparing. */
  readonly noisy: boolean;
  /** True when the noise is white, so that its level can be compared with an estimate. */
  readonly whiteNoise: boolean;
}

/** A case of lossless lost cells, the mask not given; `overrides` say what differs. */
export function damageCase(
  overrides: Partial<DamageCase> & Pick<DamageCase, 'name' | 'title' | 'open'>,
): DamageCase {
  return {
    carrier: 'lossless',
    masked: false,
    maskGiven: false,
    noisy: false,
    whiteNoise: false,
    ...overrides,
  };
}

/** One damage after the other on the same frame. */
export function inTurn(...openers: DamageCase['open'][]): DamageCase['open'] {
  return (scene) => {
    const sessions = openers.map((open) => open(scene));
    return (data, mask) => {
      for (const session of sessions) session(data, mask);
    };
  };
}

/** Marks the cell of a luma position; positions outside the picture are ignored. */
export function markLuma(size: FrameSize, mask: Uint8Array, x: number, y: number): void {
  const { columns } = cellGrid(size);
  if (x >= 0 && y >= 0 && x < size.width && y < size.height) {
    mask[(y >> 1) * columns + (x >> 1)] = 255;
  }
}
