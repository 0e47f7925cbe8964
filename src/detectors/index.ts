/** The detectors that a restore job runs, in the order of their cost. */
import type { Detector } from '../frame/seams.js';
import { damageNetwork } from './damage-network.js';
import { deadPixel } from './dead-pixel.js';
import { dropOut } from './drop-out.js';
import { glare } from './glare.js';
import { lensNetwork } from './lens-network.js';
import { lostBlock } from './lost-block.js';
import type { NetworkDetector } from './network.js';

export const DETECTORS: readonly Detector[] = [deadPixel, dropOut, lostBlock, glare];

/** Those that ask a network in a worker. */
export const NETWORK_DETECTORS: readonly NetworkDetector[] = [damageNetwork, lensNetwork];

export { lostBetween } from './two-decodings.js';
export { openNoiseMeter } from './noise.js';
export { openOsd } from './osd/osd.js';
export { openCodedNoiseMeter } from './coded-noise.js';
