/** What the colours of the overlays mean. */
import { PROVENANCE_COLOURS } from '../frame/wire-format.js';
import { element } from './dom.js';
import { MASK_COLOUR } from './overlay-paint.js';

export const PROVENANCE_WORDS = {
  original: 'as the camera sent it',
  denoised: 'estimated from its own samples',
  recovered: 'seen at another moment',
  synthesised: 'never seen; made by the network',
} as const;

export function swatch(colour: string): HTMLElement {
  return element('span', { class: 'swatch', style: `--colour: ${colour}`, 'aria-hidden': 'true' });
}

export function legend(): HTMLElement {
  const entry = (colour: string, name: string, words: string) =>
    element('li', {}, swatch(colour), element('b', {}, name), ` ${words}`);
  return element(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    entry(PROVENANCE_COLOURS.denoised, 'denoised', PROVENANCE_WORDS.denoised),
    entry(PROVENANCE_COLOURS.recovered, 'recovered', PROVENANCE_WORDS.recovered),
    entry(PROVENANCE_COLOURS.synthesised, 'synthesised', PROVENANCE_WORDS.synthesised),
    entry(MASK_COLOUR, 'mask', 'was to be repaired'),
  );
}
