/** Asks whether anybody listens at a camera's address: far cheaper than starting a decoder to see. */
import { connect } from 'node:net';
import { Observable } from 'rxjs';
import type { Unreachable } from '../ffmpeg/live-log.js';
import type { LiveAddress } from '../frame/live-address.js';

const PORTS: Readonly<Record<string, number>> = {
  'rtsp:': 554,
  'rtsps:': 322,
  'http:': 80,
  'https:': 443,
};

/** A lost packet is sent again after a second. */
const ANSWER_MS = 1500;

const CODES: Readonly<Record<string, Unreachable>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknown',
  EAI_AGAIN: 'unknown',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
};

/** Cold; emits once: undefined when the port of a camera (not of a file) takes a connection. */
export function reach({ secret }: LiveAddress): Observable<Unreachable | undefined> {
  return new Observable((subscriber) => {
    const { hostname, port, protocol } = new URL(secret);
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: port === '' ? (PORTS[protocol] ?? 0) : Number(port) });
    const tell = (what: Unreachable | undefined) => {
      subscriber.next(what);
      subscriber.complete();
    };
    socket.setTimeout(ANSWER_MS, () => tell('silent'));
    socket.on('connect', () => tell(undefined));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => tell(CODES[code ?? ''] ?? 'silent'));
    return () => {
      socket.destroy();
    };
  });
}
