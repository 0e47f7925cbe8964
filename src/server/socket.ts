/** One WebSocket as streams, and the gate that keeps a slow reader from growing a queue. */
import { filter, fromEvent, interval, map, merge, take, tap, type Observable } from 'rxjs';
import { WebSocket, type MessageEvent } from 'ws';
import { nowMs } from '../frame/live-seams.js';

/** What is queued for one reader may be this long; measured: 1 MB holds where no limit grew by 31. */
const MAX_QUEUED_BYTES = 512 * 1024;
const PING_EVERY_MS = 1000;
/** A ping travels behind what the network holds of ours: unanswered for so long means late pictures. */
const LATE_MS = 2000;
const DEAD_MS = 20_000;

/** Emits once when the socket has closed or broken. */
export function closed(socket: WebSocket): Observable<void> {
  return merge(fromEvent(socket, 'close'), fromEvent(socket, 'error')).pipe(
    take(1),
    map(() => undefined),
  );
}

/** The text messages of the other side, as they were sent. */
export function texts(socket: WebSocket): Observable<string> {
  // A socket of ws is an event target too, and that is how fromEvent listens to it.
  return fromEvent(socket, 'message').pipe(
    map((event) => (event as MessageEvent).data),
    filter((data) => typeof data === 'string'),
  );
}

/** Lets a reader have what it can take: it skips to the next key frame, and slows nobody else. */
export class Gate {
  /** Messages that were not sent. */
  dropped = 0;
  readonly #socket: WebSocket;
  #pingedAt: number | undefined;
  #waitsForKey = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('pong', () => {
      this.#pingedAt = undefined;
    });
  }

  /** Sends, or drops; `key` marks what can be shown without what came before. */
  offer(message: Uint8Array, key: boolean): boolean {
    if (this.#slow() || (this.#waitsForKey && !key)) {
      this.#waitsForKey = true;
      this.dropped++;
      return false;
    }
    this.#waitsForKey = false;
    this.#socket.send(message);
    return true;
  }

  /** For what each can do without: sends it only when hardly anything is queued. */
  offerExtra(message: Uint8Array): boolean {
    if (this.#slow() || this.#socket.bufferedAmount > MAX_QUEUED_BYTES / 8) return false;
    this.#socket.send(message);
    return true;
  }

  /** Must run as long as the socket: asks whether the reader keeps up, ends it when it is dead. */
  heartbeat(): Observable<unknown> {
    return interval(PING_EVERY_MS).pipe(
      tap(() => {
        if (this.#pingedAt === undefined) {
          this.#pingedAt = nowMs();
          if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
        } else if (nowMs() - this.#pingedAt > DEAD_MS) {
          this.#socket.terminate();
        }
      }),
    );
  }

  #slow(): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return true;
    if (this.#socket.bufferedAmount > MAX_QUEUED_BYTES) return true;
    return this.#pingedAt !== undefined && nowMs() - this.#pingedAt > LATE_MS;
  }
}
