/** The numbers of one camera. */
import { PROVENANCE_COLOURS, type CameraFigures } from '../frame/wire-format.js';
import type { CameraView } from './camera-view.js';
import { element, say } from './dom.js';
import { PROVENANCE_WORDS } from './legend.js';
import { percent } from './words.js';
import type { World } from './world.js';

type Row = readonly [name: string, title: string, read: (figures: CameraFigures) => string];

const ms = (value: number | undefined) => (value === undefined ? '–' : `${Math.round(value)} ms`);

const PROVENANCE_NAMES = ['original', 'denoised', 'recovered', 'synthesised'] as const;

export class Figures {
  readonly root: HTMLElement;
  readonly #world: World;
  readonly #view: CameraView;
  readonly #rows: readonly Row[];
  readonly #values = new Map<string, HTMLElement>();
  readonly #bar = element('div', { class: 'bar', role: 'img' });
  readonly #about = element('p', { class: 'about' });

  constructor(world: World, view: CameraView) {
    this.#world = world;
    this.#view = view;
    const { latencies } = view;
    this.#rows = [
      [
        'Frames a second',
        'shown here, and restored',
        (f) => `${latencies.rate().toFixed(0)} of ${f.fps.toFixed(0)}`,
      ],
      [
        'Latency, half',
        'from the camera to this screen, half of the frames',
        () => ms(latencies.percentile(0.5)),
      ],
      [
        'Latency, 99 %',
        'from the camera to this screen, 99 of 100 frames',
        () => ms(latencies.percentile(0.99)),
      ],
      [
        'Restoring',
        'half and 99 % of the frames',
        (f) => `${ms(f.latency.p50)} · ${ms(f.latency.p99)}`,
      ],
      ['Noise', 'standard deviation in grey levels', (f) => f.noise.toFixed(1)],
      ['Repaired', 'share of the picture', (f) => percent(f.repairedShare)],
      [
        'Unrestored',
        'frames let through because the network was late',
        (f) => percent(f.passedThroughShare),
      ],
      ['Dropped', 'frames thrown away since the start', (f) => String(f.dropped)],
      ['Reconnected', 'connections lost since the start', (f) => String(f.reconnects)],
    ];
    const list = element('dl');
    for (const [name, title] of this.#rows) {
      const value = element('dd', {}, '–');
      this.#values.set(name, value);
      list.append(element('div', { title }, element('dt', {}, name), value));
    }
    for (const name of PROVENANCE_NAMES) {
      const colour = PROVENANCE_COLOURS[name];
      const title = `${name}: ${PROVENANCE_WORDS[name]}`;
      this.#bar.append(element('span', { 'data-name': name, style: `--colour: ${colour}`, title }));
    }
    this.root = element(
      'section',
      { class: 'card figures', 'aria-label': 'Figures' },
      ...[element('h2', {}, 'Figures'), list, this.#bar, this.#about],
    );
  }

  refresh(): void {
    const figures = this.#world.figures.get(this.#view.name);
    const state = this.#world.states.get(this.#view.name);
    const size = state === undefined || state.width === 0 ? '' : `${state.width}×${state.height} `;
    say(
      this.#about,
      `${state?.address ?? ''} ${size}${state?.codec ?? ''} · ${this.#view.feed.way}`,
    );
    if (figures === undefined) return;
    for (const [name, , read] of this.#rows) {
      const value = this.#values.get(name);
      if (value !== undefined) say(value, read(figures));
    }
    const shares = PROVENANCE_NAMES.map((name) => `${name} ${percent(figures.provenance[name])}`);
    this.#bar.setAttribute('aria-label', `Provenance: ${shares.join(', ')}`);
    this.#bar.title = shares.join(' · ');
    for (const part of this.#bar.querySelectorAll('span')) {
      const name = PROVENANCE_NAMES.find((one) => one === part.dataset['name']) ?? 'original';
      part.style.flexGrow = String(figures.provenance[name]);
    }
  }
}
