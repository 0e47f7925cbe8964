/** How long a camera that does not come is left alone before it is tried again. */
import type { LiveFailure } from '../ffmpeg/live-log.js';

/** `ask`: nobody listens; the next question is cheap. */
export type Patience = LiveFailure['patience'] | 'ask';

/** Short, since a camera that is back must be seen within three seconds. */
const SOON_MS = [100, 500, 1000, 1500];
const LEAST_WAIT_MS = 100;
/** Between two questions whether anybody listens again, which cost next to nothing. */
const ASK_MS = 500;
/** A camera locks a user out who tries too often. */
const LOGIN_MS = [60_000, 120_000, 300_000];
const WAITS_MS: Record<Patience, readonly number[]> = {
  soon: SOON_MS,
  login: LOGIN_MS,
  ask: [ASK_MS],
};
const JITTER = 0.2;

export interface Failed {
  readonly patience: Patience;
  /** It gave pictures until now. */
  readonly wasLive: boolean;
  /** Connections tried in vain since the last picture. */
  readonly attempts: number;
  /** ms that this connection took. */
  readonly spentMs: number;
  /** 0–1 */
  readonly random: number;
}

/** Milliseconds until the next connection is tried. */
export function waitAfter({ patience, wasLive, attempts, spentMs, random }: Failed): number {
  const waits = wasLive ? SOON_MS : WAITS_MS[patience];
  const step = waits === SOON_MS ? attempts : attempts - 1;
  const base = waits[Math.min(step, waits.length - 1)] ?? 0;
  // A connection that hung has waited already.
  const spent = wasLive || waits !== SOON_MS ? 0 : spentMs;
  return Math.round(Math.max(LEAST_WAIT_MS, base - spent) * (1 + JITTER * (2 * random - 1)));
}
