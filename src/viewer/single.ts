/** One camera large: the wipe, the tools, the figures, and what happened. */
import { CameraView } from './camera-view.js';
import { button, element, say } from './dom.js';
import { Figures } from './figures.js';
import { legend } from './legend.js';
import { saveSnapshot } from './snapshot.js';
import { Timeline } from './timeline.js';
import type { World } from './world.js';

/** Kept from camera to camera, and from visit to visit. */
export interface Choices {
  wipe: number;
  mask: boolean;
  provenance: boolean;
}

const STEP = 0.02;

export class Single {
  readonly root: HTMLElement;
  readonly view: CameraView;
  readonly #choices: Choices;
  readonly #changed: () => void;
  readonly #slider: HTMLInputElement;
  /** What becomes the full screen, and in it what is as large as the picture. */
  readonly #picture: HTMLElement;
  readonly #frame: HTMLElement;
  readonly #maskButton: HTMLButtonElement;
  readonly #provenanceButton: HTMLButtonElement;
  readonly #legend = legend();
  readonly #notice = element('p', { class: 'notice', role: 'status' });
  readonly #figures: Figures;
  readonly #timeline: Timeline;

  /** @param changed the choices are others now */
  constructor(name: string, world: World, choices: Choices, changed: () => void) {
    this.view = new CameraView(name, world);
    this.#choices = choices;
    this.#changed = changed;
    this.#figures = new Figures(world, this.view);
    this.#timeline = new Timeline(world, name);
    this.#slider = element('input', {
      ...{ type: 'range', min: 0, max: 100, step: 1, class: 'wipe' },
      'aria-label': 'Wipe: share of the picture that shows the original, from the left',
    });
    this.#slider.addEventListener('input', () => {
      this.setWipe(Number(this.#slider.value) / 100);
    });
    this.#maskButton = button('Mask', () => this.toggle('mask'), { keyName: 'M' });
    this.#provenanceButton = button('Provenance', () => this.toggle('provenance'), {
      keyName: 'P',
    });
    const tools = element(
      'div',
      { class: 'tools', role: 'toolbar', 'aria-label': 'Picture' },
      button('Original', () => this.setWipe(1), { keyName: 'O' }),
      button('Compare', () => this.setWipe(0.5), { keyName: 'W' }),
      button('Restored', () => this.setWipe(0), { keyName: 'R' }),
      element('span', { class: 'gap' }),
      this.#maskButton,
      this.#provenanceButton,
      element('span', { class: 'gap' }),
      button('Snapshot', () => void this.snapshot(), { keyName: 'S' }),
      button('Full screen', () => void this.fullScreen(), { keyName: 'F' }),
    );
    this.#frame = element(
      'div',
      { class: 'frame' },
      this.view.root,
      element('span', { class: 'side left', 'aria-hidden': 'true' }, 'original'),
      element('span', { class: 'side right', 'aria-hidden': 'true' }, 'restored'),
      element('span', { class: 'line', 'aria-hidden': 'true' }),
      this.#slider,
    );
    this.#picture = element('div', { class: 'picture' }, this.#frame);
    this.#letWipeBeDragged();
    this.root = element(
      'section',
      { class: 'single', 'aria-label': `Camera ${name}` },
      element('div', { class: 'main' }, this.#picture, tools, this.#legend, this.#notice),
      element('aside', { class: 'side-bar' }, this.#figures.root, this.#timeline.root),
    );
    this.#apply();
  }

  setWipe(wipe: number): void {
    this.#choices.wipe = Math.min(1, Math.max(0, wipe));
    this.#apply();
  }

  /** @param steps to the right */
  moveWipe(steps: number): void {
    this.setWipe(this.#choices.wipe + steps * STEP);
  }

  toggle(overlay: 'mask' | 'provenance'): void {
    this.#choices[overlay] = !this.#choices[overlay];
    this.#apply();
  }

  async snapshot(): Promise<void> {
    say(this.#notice, 'Taking a snapshot…');
    say(this.#notice, await saveSnapshot(this.view.name));
  }

  async fullScreen(): Promise<void> {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else if ('requestFullscreen' in this.#picture) await this.#picture.requestFullscreen();
    else say(this.#notice, 'This browser has no full screen for a part of a page.');
  }

  refresh(): void {
    // The wipe is a share of the picture, so nothing may stand beside it.
    const { width, height } = this.view.stage.canvas;
    this.#frame.style.setProperty('--aspect', String(width / height));
    this.view.refresh();
    this.#figures.refresh();
    this.#timeline.refresh();
  }

  close(): void {
    this.view.close();
    this.root.remove();
  }

  #apply(): void {
    const { wipe, mask, provenance } = this.#choices;
    const { stage, feed } = this.view;
    stage.wipe = wipe;
    stage.overlay = { mask, provenance };
    feed.overlays = mask || provenance;
    stage.redraw();
    const percent = Math.round(wipe * 100);
    this.#slider.value = String(percent);
    this.#slider.setAttribute('aria-valuetext', `${percent} % original`);
    this.#frame.style.setProperty('--wipe', `${percent}%`);
    this.#frame.dataset['side'] = wipe === 0 ? 'restored' : wipe === 1 ? 'original' : 'both';
    this.#maskButton.setAttribute('aria-pressed', String(mask));
    this.#provenanceButton.setAttribute('aria-pressed', String(provenance));
    this.#legend.hidden = !mask && !provenance;
    this.#changed();
  }

  #letWipeBeDragged(): void {
    const { root } = this.view;
    const follow = ({ clientX }: PointerEvent) => {
      const { left, width } = root.getBoundingClientRect();
      this.setWipe((clientX - left) / width);
    };
    root.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      root.setPointerCapture(event.pointerId);
      follow(event);
    });
    root.addEventListener('pointermove', (event) => {
      if (root.hasPointerCapture(event.pointerId)) follow(event);
    });
  }
}
