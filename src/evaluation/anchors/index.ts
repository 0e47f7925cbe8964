/** The registry of methods that Relens is held against. */
import type { Anchor } from './anchor.js';
import { FILTERS } from './filters.js';
import { NAVIER_STOKES, TELEA } from './inpaint.js';
import { TEMPORAL_MEDIAN } from './temporal-median.js';

export const ANCHORS: readonly Anchor[] = [...FILTERS, TELEA, NAVIER_STOKES, TEMPORAL_MEDIAN];
