/** Who knocks too often, from elsewhere, or without the token, and what is said to them. */
import type { IncomingMessage } from 'node:http';
import type { Access } from './access.js';
import { RateLimit } from './rate-limit.js';

export interface Refused {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Seconds. */
  readonly wait?: number;
}

/** Where the token may stand; `open`: nothing needs to be shown. */
export type Means = 'open' | 'header' | 'address';

/** Wrong tokens of one address in a minute, after which it must wait. */
const GUESSES_PER_MINUTE = 10;

export class Guard {
  /** Wrong tokens; the login counts its own. */
  readonly guesses = new RateLimit(GUESSES_PER_MINUTE);
  readonly #access: Access;
  readonly #requests: RateLimit;

  constructor(access: Access, requestsPerMinute: number) {
    this.#access = access;
    this.#requests = new RateLimit(requestsPerMinute);
  }

  refuse(request: IncomingMessage, url: URL, means: Means): Refused | undefined {
    const address = request.socket.remoteAddress ?? '';
    const wait = this.#requests.take(address);
    if (wait > 0) return tooMany(wait);
    const stranger = this.#access.refuseStranger(request);
    if (stranger !== undefined || means === 'open') return stranger;
    // A cookie cannot be guessed, and none at all is a page that has not logged in yet.
    const guess = request.headers.authorization !== undefined || url.searchParams.has('token');
    const locked = guess ? this.guesses.wait(address) : 0;
    if (locked > 0) return tooMany(locked);
    const unknown = this.#access.refuseUnknown(request, url, means === 'address');
    if (unknown !== undefined && guess) this.guesses.take(address);
    return unknown;
  }
}

function tooMany(wait: number): Refused {
  const message = `too many requests from this address: wait ${wait} s`;
  return { status: 429, code: 'TOO_MANY', message, wait };
}
