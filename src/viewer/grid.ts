/** All cameras side by side. */
import { CameraView } from './camera-view.js';
import { element } from './dom.js';
import type { World } from './world.js';

export class Grid {
  readonly root = element('section', { class: 'grid', 'aria-label': 'All cameras' });
  readonly #world: World;
  readonly #open: (name: string) => void;
  readonly #views = new Map<string, CameraView>();

  constructor(world: World, open: (name: string) => void) {
    this.#world = world;
    this.#open = open;
    this.update();
  }

  get views(): Iterable<CameraView> {
    return this.#views.values();
  }

  /** Cameras may have come or gone. */
  update(): void {
    for (const [name, view] of this.#views) {
      if (this.#world.states.has(name)) continue;
      view.root.parentElement?.remove();
      view.close();
      this.#views.delete(name);
    }
    for (const name of this.#world.names) {
      if (this.#views.has(name)) continue;
      const view = new CameraView(name, this.#world);
      this.#views.set(name, view);
      const tile = element('button', { type: 'button', class: 'tile', title: `Open ${name}` });
      tile.append(view.root);
      tile.addEventListener('click', () => {
        this.#open(name);
      });
      this.root.append(tile);
    }
    this.root.dataset['count'] = String(this.#views.size);
  }

  close(): void {
    for (const view of this.#views.values()) view.close();
    this.root.remove();
  }
}
