/** The registry of tampers. */
import { OBSTRUCTIONS } from './obstruct.js';
import { OPTICS } from './optics.js';
import { SIGNALS } from './signal.js';
import type { Tamper } from './tamper.js';

export const TAMPERS: readonly Tamper[] = [...OBSTRUCTIONS, ...OPTICS, ...SIGNALS];
