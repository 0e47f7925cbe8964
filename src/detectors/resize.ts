/** Makes a plane larger or smaller. */
import type { PlaneSize } from './network.js';
import { openSampleKernel } from './sample-kernel.js';

/** The plane in its other size, linearly between the middles of samples; lent until the next call. */
export type Resize = (plane: Uint8Array) => Uint8Array;

export function openResize(from: PlaneSize, to: PlaneSize): Resize {
  if (from.width === to.width && from.height === to.height) return (plane) => plane;
  const kernel = openSampleKernel({
    given: ['u8', from.width * from.height],
    made: ['u8', to.width * to.height],
    places: ['i32', 2 * to.width],
  });
  const { given, made, places } = kernel;
  return (plane) => {
    given.set(plane);
    kernel.resize(given, from.width, from.height, made, to.width, to.height, places);
    return made;
  };
}
