/** What is done about each kind of damage, and why. */
import type { DamageKind } from '../frame/damage-map.js';

export interface Route {
  /** In the order in which they are tried. */
  readonly actions: readonly ('recover' | 'synthesise' | 'denoise' | 'leave alone')[];
  readonly why: string;
}

const HIDDEN = 'the cell shows nothing of the scene';

export const ROUTES: Record<DamageKind, Route> = {
  'dead-pixel': {
    actions: ['recover', 'synthesise'],
    why: 'the samples never show the scene; those beside them do, and so do they when it moves',
  },
  'drop-out': {
    actions: ['recover', 'synthesise'],
    why: `${HIDDEN} in this frame; the frames before and after do`,
  },
  'lost-block': {
    actions: ['recover', 'synthesise'],
    why: 'the data of the block did not arrive; the frame before tells what it may have shown',
  },
  passing: {
    actions: ['leave alone'],
    why: 'a person close to the camera looks like what passes close to the lens, and must not be wiped away',
  },
  glare: {
    actions: ['leave alone'],
    why: 'the light was there: what it washes out can still be made out, and what it clips is known of no other moment',
  },
  dirt: {
    actions: ['recover', 'synthesise'],
    why: `${HIDDEN} as long as the dirt is there; earlier frames may`,
  },
  drop: {
    actions: ['recover', 'synthesise'],
    why: 'the cell shows another part of the scene, bent by the drop; earlier frames may show its own',
  },
  cobweb: {
    actions: ['recover', 'synthesise'],
    why: 'a thread is thin, and what it hides goes on at both its sides; earlier frames may show it',
  },
  imported: { actions: ['recover', 'synthesise'], why: 'a person marked it' },
};

/** What is found is told, and no cell is repaired for it. */
export function isLeftAlone(kind: DamageKind): boolean {
  return ROUTES[kind].actions.includes('leave alone');
}
