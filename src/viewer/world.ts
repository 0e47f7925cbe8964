/** What the page knows of the server: its cameras, their figures and events, and the link to it. */
import type {
  CameraEvent,
  CameraFigures,
  CameraState,
  ServerMessage,
} from '../frame/wire-format.js';
import { Link } from './link.js';
import { ServerClock } from './server-clock.js';

export interface WorldEvents {
  /** Cameras came or went. */
  onCameras(): void;
  /** A state, figures, an event, or the link itself. */
  onChange(): void;
  /** The link stands again after it was lost. */
  onBack(): void;
}

const MOST_EVENTS = 500;
const ASK_EVERY_MS = 5000;

export class World {
  readonly clock = new ServerClock();
  readonly states = new Map<string, CameraState>();
  readonly figures = new Map<string, CameraFigures>();
  /** By id, oldest first. */
  readonly events = new Map<number, CameraEvent>();
  version = '';
  /** When the link is tried again; undefined while it stands; 0 before it stood first. */
  retryAt: number | undefined = 0;
  readonly #listener: WorldEvents;
  readonly #link: Link;

  constructor(listener: WorldEvents) {
    this.#listener = listener;
    this.#link = new Link('/live', {
      onOpen: () => {
        const lost = this.retryAt !== 0;
        this.retryAt = undefined;
        this.#ask();
        this.#listener.onChange();
        if (lost) this.#listener.onBack();
      },
      onMessage: (data) => {
        if (typeof data === 'string') this.#hear(JSON.parse(data) as ServerMessage);
      },
      onLost: (retryAt) => {
        this.retryAt = retryAt;
        this.#listener.onChange();
        void leaveWhenLoggedOut();
      },
    });
    window.setInterval(() => {
      this.#ask();
    }, ASK_EVERY_MS);
    window.addEventListener('online', () => {
      this.#link.retryNow();
    });
  }

  get names(): string[] {
    return [...this.states.keys()];
  }

  #ask(): void {
    this.#link.send(JSON.stringify({ type: 'ping', asked: this.clock.ask() }));
  }

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.version = message.version;
        this.states.clear();
        for (const state of message.cameras) this.states.set(state.name, state);
        this.events.clear();
        for (const event of message.events) this.events.set(event.id, event);
        this.#listener.onCameras();
        break;
      case 'state': {
        const known = this.states.has(message.state.name);
        this.states.set(message.state.name, message.state);
        if (!known) this.#listener.onCameras();
        break;
      }
      case 'removed':
        this.states.delete(message.name);
        this.figures.delete(message.name);
        this.#listener.onCameras();
        break;
      case 'event':
        this.events.set(message.event.id, message.event);
        for (const id of this.events.keys()) {
          if (this.events.size <= MOST_EVENTS) break;
          this.events.delete(id);
        }
        break;
      case 'figures':
        for (const [name, figures] of Object.entries(message.figures)) {
          this.figures.set(name, figures);
        }
        break;
      case 'pong':
        this.clock.answer(message.asked, message.time);
        return;
    }
    this.#listener.onChange();
  }
}

/** A refused WebSocket does not say why: whether the token is asked for, a request tells. */
async function leaveWhenLoggedOut(): Promise<void> {
  try {
    const { status } = await fetch('/api/events?limit=0');
    if (status === 401) window.location.assign('/login');
  } catch {
    // The server is away: the link says so already.
  }
}
