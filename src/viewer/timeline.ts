/** What happened to a camera: the last hour as a strip, and the newest events in words. */
import { isViewEvent, type CameraEvent } from '../frame/wire-format.js';
import { element, say } from './dom.js';
import { clockTime, duration } from './words.js';
import type { World } from './world.js';

const HOUR_MS = 3_600_000;
const SHOWN = 30;

export class Timeline {
  readonly root: HTMLElement;
  readonly #world: World;
  readonly #name: string;
  readonly #strip = element('div', { class: 'strip', 'aria-hidden': 'true' });
  readonly #list = element('ol', { class: 'events' });
  readonly #none = element('p', { class: 'about' }, 'Nothing has happened yet.');
  #drawn = '';

  constructor(world: World, name: string) {
    this.#world = world;
    this.#name = name;
    const scale = element('div', { class: 'scale', 'aria-hidden': 'true' });
    scale.append(element('span', {}, 'an hour ago'), element('span', {}, 'now'));
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Events' },
      ...[element('h2', {}, 'Events'), this.#strip, scale, this.#none, this.#list],
    );
  }

  refresh(): void {
    const now = this.#world.clock.now();
    const events = [...this.#world.events.values()].filter(({ camera }) => camera === this.#name);
    // The strip moves by a pixel in ten seconds.
    const state = `${Math.floor(now / 10_000)} ${events.map(({ id, end }) => `${id}${end === undefined ? '' : '.'}`).join()}`;
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#none.hidden = events.length > 0;
    this.#strip.replaceChildren(...events.flatMap((event) => this.#mark(event, now)));
    this.#list.replaceChildren(...events.slice(-SHOWN).reverse().map(entry));
  }

  #mark(event: CameraEvent, now: number): HTMLElement[] {
    const { start, end = isViewEvent(event) ? now : undefined } = event;
    const from = Math.max(0, 1 - (now - start) / HOUR_MS);
    const to = end === undefined ? from : Math.max(0, 1 - (now - end) / HOUR_MS);
    if (to <= 0) return [];
    const style = `left: ${from * 100}%; width: ${(to - from) * 100}%`;
    const title = `${clockTime(start)} ${said(event)}`;
    return [element('i', { style, ...kinds(event), title })];
  }
}

/** What befell a view is named too: its reason alone would be a riddle. */
const said = (event: CameraEvent) =>
  isViewEvent(event) ? `${event.kind}: ${event.text}` : event.text;

const kinds = (event: CameraEvent) => ({
  'data-kind': event.kind,
  ...(isViewEvent(event) && { 'data-view': '' }),
});

function entry(event: CameraEvent): HTMLElement {
  const { start, end } = event;
  const text = said(event);
  const time = element('time', { datetime: new Date(start).toISOString() }, clockTime(start));
  const words = element('span', {}, text);
  if (end !== undefined && end > start) {
    say(words, `${text} (${duration(Math.round((end - start) / 1000))})`);
  }
  return element('li', kinds(event), time, words);
}
