/** A WebSocket that comes back by itself, with growing pauses and some chance in them. */

export interface LinkEvents {
  onOpen(send: (text: string) => void): void;
  onMessage(data: string | ArrayBuffer): void;
  /** `retryAt`: when it is tried again, ms of `Date.now()`. */
  onLost(retryAt: number): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
/** A connection that hangs while it is made is given up after so long. */
const OPEN_WITHIN_MS = 5000;

export class Link {
  readonly #url: string;
  readonly #events: LinkEvents;
  #socket: WebSocket | undefined;
  #pause = FIRST_PAUSE_MS;
  #timer: number | undefined;
  #closed = false;

  /** @param path of this server, for example `/live` */
  constructor(path: string, events: LinkEvents) {
    const { protocol, host } = window.location;
    this.#url = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${path}`;
    this.#events = events;
    this.#open();
  }

  send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  /** Without waiting for the pause to end. */
  retryNow(): void {
    if (this.#closed || this.#timer === undefined) return;
    window.clearTimeout(this.#timer);
    this.#pause = FIRST_PAUSE_MS;
    this.#open();
  }

  /** Drops the connection and makes another, for instance to be given a key frame at once. */
  renew(): void {
    this.#socket?.close();
  }

  close(): void {
    this.#closed = true;
    window.clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #open(): void {
    this.#timer = undefined;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    const impatience = window.setTimeout(() => socket.close(), OPEN_WITHIN_MS);
    socket.onopen = () => {
      window.clearTimeout(impatience);
      this.#pause = FIRST_PAUSE_MS;
      this.#events.onOpen((text) => socket.send(text));
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#events.onMessage(data);
    };
    socket.onclose = () => {
      window.clearTimeout(impatience);
      if (this.#closed) return;
      const pause = this.#pause * (0.75 + Math.random() / 2);
      this.#pause = Math.min(LONGEST_PAUSE_MS, this.#pause * 2);
      this.#timer = window.setTimeout(() => this.#open(), pause);
      this.#events.onLost(Date.now() + pause);
    };
  }
}
