/** A frame as the camera gave it, and what is hidden of it: what frames near in time are asked for. */
import { isBlank } from '../../frame/blank.js';
import { planesOf, type FrameSize, type Planes } from '../../frame/frame.js';
import { hiddenSamples } from './intact.js';

export interface View extends Planes {
  readonly seq: number;
  /** `[rows, columns]`, not 0 = hidden, or a part of it. */
  readonly mask: Uint8Array;
  /** `[H, W]`, 1 = hidden; undefined where all is seen. */
  readonly hidden: Uint8Array | undefined;
}

/**
 * @param data yuv420p planes, not copied
 * @param drawn `[rows, columns]`, not 0 = masked by hand
 */
export function viewOf(
  size: FrameSize,
  data: Uint8Array,
  seq: number,
  mask: Uint8Array,
  drawn?: Uint8Array,
): View {
  const planes = planesOf(size, data);
  return {
    ...planes,
    seq,
    mask,
    hidden: isBlank(mask) ? undefined : hiddenSamples(size, planes.y, mask, drawn),
  };
}
