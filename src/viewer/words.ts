/** Says what is wrong, for a person: what, why, since when, and what happens next. */
import type { CameraState } from '../frame/wire-format.js';

export interface Trouble {
  readonly what: string;
  readonly why: string;
  /** False for what will be over by itself in a moment. */
  readonly bad: boolean;
}

export interface Situation {
  /** Undefined: the server knows no such camera (any more). */
  readonly state: CameraState | undefined;
  /** When the link is tried again; undefined while it stands; 0 before it first stood. */
  readonly retryAt: number | undefined;
  /** When this page showed its last picture, ms by the server's clock; undefined: none yet. */
  readonly shownAt: number | undefined;
  /** When this page began to wait for its first picture, the same clock. */
  readonly openedAt: number;
  /** The server's clock now. */
  readonly now: number;
}

/** No picture here for so long, though the camera is live: something is too slow. */
const QUIET_MS = 2000;

/** Undefined when all is well. */
export function troubleOf(situation: Situation): Trouble | undefined {
  const { state, retryAt, shownAt, openedAt, now } = situation;
  if (retryAt === 0) return trouble('Connecting to Relens…', '', false);
  if (retryAt !== undefined) {
    const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    const next = seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying now.';
    return trouble('No connection to Relens', `The server does not answer. ${next}`);
  }
  if (state === undefined) return trouble('This camera was removed', 'Relens knows it no longer.');
  const why = sentences(state.reason, nextTry(state, now));
  switch (state.status) {
    case 'connecting':
      return trouble('Connecting to the camera…', why, false);
    case 'stalled':
      return trouble('No picture from the camera', why);
    case 'unauthorised':
      return trouble('The camera refuses the login', why);
    case 'failed':
      return trouble('The camera cannot be reached', why);
    case 'stopped':
      return trouble('The camera was stopped', why);
    case 'live':
      if (now - Math.max(openedAt, shownAt ?? 0) < quietMs(state)) return undefined;
      return trouble(
        'No picture arrives here',
        'The camera is live: this network or this device may be too slow.',
      );
  }
}

// A camera of one picture a second is not quiet after two.
const quietMs = ({ fps }: CameraState) => Math.max(QUIET_MS, fps > 0 ? 3000 / fps : 0);

function trouble(what: string, why: string, bad = true): Trouble {
  return { what, why, bad };
}

function nextTry({ nextAttemptMs, attempts }: CameraState, now: number): string {
  if (nextAttemptMs === undefined) return '';
  const seconds = Math.ceil((nextAttemptMs - now) / 1000);
  const tried = attempts > 1 ? ` (${attempts} tries so far)` : '';
  return seconds > 0 ? `Trying again in ${duration(seconds)}${tried}.` : `Trying now${tried}.`;
}

function sentences(...parts: (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => part?.replace(/^./, (first) => first.toUpperCase()).replace(/([^.!?…])$/, '$1.'))
    .join(' ');
}

/** For example `Last picture 14:03:21, 12 s ago`. */
export function lastPicture(at: number | undefined, now: number): string {
  if (at === undefined) return 'No picture yet';
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  return `Last picture ${clockTime(at)}, ${duration(seconds)} ago`;
}

export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString([], { hourCycle: 'h23' });
}

export function duration(seconds: number): string {
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

export const percent = (share: number) =>
  share > 0 && share < 0.001 ? '< 0.1 %' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
