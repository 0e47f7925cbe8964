/** The pictures of one camera: the connection, the way of decoding, the overlays beside them. */
import { KIND, readMessage, unpackOverlay, type ViewWish } from '../frame/wire-format.js';
import type { Decoder, Picture } from './decoders/decoder.js';
import { waysHere, type Way } from './decoders/index.js';
import { Link } from './link.js';

/** Mask and provenance of one picture; cells as `unpackOverlay` gives them. */
export interface OverlayCells {
  readonly timestamp: number;
  readonly columns: number;
  readonly rows: number;
  readonly cells: Uint8Array;
}

export interface FeedEvents {
  /** To be closed by the receiver. */
  onPicture(picture: Picture, overlay: OverlayCells | undefined): void;
}

const OVERLAYS_KEPT = 60;
/** An overlay of another picture serves when it is no older than this, µs. */
const OVERLAY_AGE = 500_000;
/** Hidden pages let pictures go after so long. */
const HIDDEN_MS = 10_000;

export class Feed {
  readonly #events: FeedEvents;
  readonly #link: Link;
  readonly #ways: readonly Way[];
  readonly #overlays: OverlayCells[] = [];
  #way = 0;
  #decoder: Decoder | undefined;
  #wantsOverlays = false;
  #hidden: number | undefined;
  #asleep = false;

  constructor(name: string, events: FeedEvents) {
    this.#events = events;
    this.#ways = waysHere();
    this.#link = new Link(`/live/${encodeURIComponent(name)}`, {
      onOpen: () => {
        this.#restart();
      },
      onMessage: (data) => {
        if (typeof data !== 'string') this.#take(data);
      },
      onLost: () => undefined,
    });
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  /** How pictures are decoded, in words. */
  get way(): string {
    return this.#ways[this.#way]?.words ?? '';
  }

  set overlays(wanted: boolean) {
    if (this.#wantsOverlays === wanted) return;
    this.#wantsOverlays = wanted;
    this.#wish();
  }

  /** The server was away and is back: no need to wait. */
  retryNow(): void {
    this.#link.retryNow();
  }

  /** Pictures come late: begin with a new key frame. */
  renew(): void {
    this.#link.renew();
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    window.clearTimeout(this.#hidden);
    this.#link.close();
    this.#decoder?.close();
  }

  readonly #onVisibility = () => {
    window.clearTimeout(this.#hidden);
    if (!document.hidden && this.#asleep) {
      this.#asleep = false;
      this.#restart();
    } else if (document.hidden) {
      this.#hidden = window.setTimeout(() => {
        this.#asleep = true;
        this.#wish();
      }, HIDDEN_MS);
    }
  };

  /** A new decoder, which begins with a key frame. */
  #restart(): void {
    this.#decoder?.close();
    this.#decoder = this.#ways[this.#way]?.open({
      onPicture: (picture) => {
        this.#events.onPicture(picture, this.#overlayOf(picture.header.timestamp));
      },
      onFailure: () => {
        if (this.#way + 1 < this.#ways.length) this.#way++;
        this.#link.renew();
      },
    });
    this.#wish();
  }

  #wish(): void {
    const video = this.#asleep ? 'none' : (this.#ways[this.#way]?.video ?? 'none');
    const wish: ViewWish = { video, overlays: this.#wantsOverlays && !this.#asleep };
    this.#link.send(JSON.stringify(wish));
  }

  #take(data: ArrayBuffer): void {
    const message = readMessage(data);
    if (message.kind !== KIND.overlay) {
      this.#decoder?.push(message);
      return;
    }
    const { width: columns, height: rows, timestamp, payload } = message;
    const cells = unpackOverlay(payload, columns * rows);
    this.#overlays.push({ timestamp, columns, rows, cells });
    if (this.#overlays.length > OVERLAYS_KEPT) this.#overlays.shift();
  }

  #overlayOf(timestamp: number): OverlayCells | undefined {
    if (!this.#wantsOverlays) return undefined;
    return this.#overlays.findLast(
      (overlay) => overlay.timestamp <= timestamp && timestamp - overlay.timestamp < OVERLAY_AGE,
    );
  }
}
