/** One camera on the page: its stage, its name, and a veil over the picture when it is not live. */
import type { CameraState } from '../frame/wire-format.js';
import { element, say } from './dom.js';
import { Feed } from './feed.js';
import { Latencies } from './latencies.js';
import { Stage } from './stage.js';
import { clockTime, lastPicture, troubleOf } from './words.js';
import type { World } from './world.js';

/** Pictures later than this for so many in a row: begin anew with a key frame. */
const LATE_MS = 4000;
const LATE_PICTURES = 50;

export class CameraView {
  readonly name: string;
  readonly root: HTMLElement;
  readonly stage = new Stage();
  readonly feed: Feed;
  /** From the camera's packet to the picture shown here, ms. */
  readonly latencies = new Latencies();
  readonly #world: World;
  readonly #openedAt: number;
  readonly #status = element('span', { class: 'pill' });
  readonly #passed = element('span', { class: 'pill warn', hidden: true }, 'unrestored');
  readonly #view = element('span', { class: 'view-troubles' });
  readonly #broken = element('span', { class: 'pill warn', hidden: true }, 'stream damaged');
  readonly #what = element('strong');
  readonly #why = element('span', { class: 'why' });
  readonly #last = element('span', { class: 'last' });
  readonly #veil: HTMLElement;
  #shownAt: number | undefined;
  #late = 0;

  constructor(name: string, world: World) {
    this.name = name;
    this.#world = world;
    this.#openedAt = world.clock.now();
    const words = element('div', { class: 'veil-words' }, this.#what, this.#why, this.#last);
    this.#veil = element('div', { class: 'veil', role: 'status', hidden: true }, words);
    this.stage.canvas.setAttribute('role', 'img');
    this.stage.canvas.setAttribute('aria-label', `Picture of ${name}`);
    this.root = element(
      'div',
      { class: 'camera', 'data-camera': name },
      this.stage.canvas,
      this.#veil,
      element('div', { class: 'plate' }, element('span', { class: 'name' }, name)),
      element('div', { class: 'pills' }, this.#view, this.#broken, this.#passed, this.#status),
    );
    this.feed = new Feed(name, {
      onPicture: (picture, overlay) => {
        const { times, passedThrough, trusted } = picture.header;
        this.stage.show(picture, overlay);
        const now = world.clock.now();
        this.#shownAt = now;
        this.latencies.add(now - times.received);
        this.#passed.hidden = !passedThrough;
        this.#broken.hidden = trusted;
        this.#late = now - times.received > LATE_MS ? this.#late + 1 : 0;
        if (this.#late < LATE_PICTURES) return;
        this.#late = 0;
        this.feed.renew();
      },
    });
    this.refresh();
  }

  /** Call a few times a second: what is wrong, and how old the picture is. */
  refresh(): void {
    const state = this.#world.states.get(this.name);
    const now = this.#world.clock.now();
    const { retryAt } = this.#world;
    const [shownAt, openedAt] = [this.#shownAt, this.#openedAt];
    const trouble = troubleOf({ state, retryAt, shownAt, openedAt, now });
    this.root.classList.toggle('in-trouble', trouble !== undefined);
    this.#veil.hidden = trouble === undefined;
    this.#veil.classList.toggle('bad', trouble?.bad === true);
    // Waiting for the first picture of a live camera takes a moment, and is not live yet.
    const waiting = trouble === undefined && shownAt === undefined;
    say(
      this.#status,
      trouble === undefined
        ? waiting
          ? 'waiting'
          : 'live'
        : trouble.bad
          ? 'not live'
          : 'connecting',
    );
    this.#status.dataset['kind'] =
      trouble === undefined && !waiting ? 'live' : trouble?.bad === true ? 'bad' : 'wait';
    this.#showView(state?.view ?? []);
    if (trouble === undefined) return;
    say(this.#what, trouble.what);
    say(this.#why, trouble.why);
    const last = Math.max(shownAt ?? 0, state?.lastPictureMs ?? 0);
    say(this.#last, lastPicture(last === 0 ? undefined : last, now));
  }

  /** What is wrong with a view that arrives: a word for each, why and since when behind it. */
  #showView(view: CameraState['view']): void {
    const words = view.map(({ kind }) => kind).join();
    if (this.#view.dataset['kinds'] === words) return;
    this.#view.dataset['kinds'] = words;
    this.#view.replaceChildren(
      ...view.map(({ kind, since, text }) =>
        element(
          'span',
          { class: 'pill', 'data-kind': 'bad', title: `${text}, since ${clockTime(since)}` },
          kind,
        ),
      ),
    );
  }

  close(): void {
    this.feed.close();
    this.stage.close();
    this.root.remove();
  }
}
