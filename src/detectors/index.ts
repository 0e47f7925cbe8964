/** The detectors that a restore job runs, in the order of their cost. */
import type { Detector } from '../frame/seams.js';
import { deadPixel } from './dead-pixel.js';
import { dropOut } from './drop-out.js';
import { lostBlock } from './lost-block.js';

export const DETECTORS: readonly Detector[] = [deadPixel, dropOut, lostBlock];

export { openNoiseMeter } from './noise.js';
export { openCodedNoiseMeter } from './coded-noise.js';
