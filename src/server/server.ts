/** Opens the door: one HTTP(S) server for the page, the API, the pictures and the WebSockets. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  catchError,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  mergeMap,
  Observable,
  of,
  tap,
} from 'rxjs';
import { RelensError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import type { LiveHub } from '../frame/live-seams.js';
import type { Logger } from '../telemetry/logger.js';
import { createDoor } from './door.js';
import { createMetrics } from './metrics.js';
import { checkSettings, readTls, type ServerSettings } from './settings.js';
import { viewStreams } from './view-streams.js';

export interface ServerTools {
  readonly ffmpeg: Ffmpeg;
  readonly logger: Logger;
}

/** Where the server can be reached now. */
export interface Listening {
  readonly url: string;
  readonly port: number;
}

type Arrival =
  | { readonly kind: 'listening'; readonly at: Listening }
  | {
      readonly kind: 'request';
      readonly request: IncomingMessage;
      readonly response: ServerResponse;
    }
  | {
      readonly kind: 'upgrade';
      readonly request: IncomingMessage;
      readonly socket: Duplex;
      readonly head: Buffer;
    };

/**
 * Cold; emits once when it listens, and serves until it is unsubscribed: then every connection is
 * closed.
 * @throws RelensError (in the stream) CONFIG, ADDRESS_TAKEN
 */
export function serve(
  hub: LiveHub,
  settings: ServerSettings,
  { ffmpeg, logger }: ServerTools,
): Observable<Listening> {
  return defer(() => {
    checkSettings(settings);
    const metrics = createMetrics(hub);
    const door = createDoor({ hub, settings, ffmpeg, logger, metrics, views: viewStreams(ffmpeg) });
    const counted$ = hub.events$.pipe(
      tap(({ kind }) => {
        metrics.event(kind);
      }),
      ignoreElements(),
    );
    const served$ = arrivals(settings).pipe(
      mergeMap((arrival): Observable<Listening> => {
        if (arrival.kind === 'listening') return of(arrival.at);
        const answered$ =
          arrival.kind === 'request'
            ? door.request(arrival.request, arrival.response)
            : door.upgrade(arrival.request, arrival.socket, arrival.head);
        return answered$.pipe(
          catchError((error: unknown) => {
            logger.error({ error: String(error) }, 'an answer broke off');
            return EMPTY;
          }),
          ignoreElements(),
        );
      }),
    );
    return merge(served$, counted$);
  });
}

function arrivals(settings: ServerSettings): Observable<Arrival> {
  return new Observable((subscriber) => {
    const server = open(settings);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      subscriber.next({ kind: 'request', request, response });
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      subscriber.next({ kind: 'upgrade', request, socket, head });
    });
    server.on('error', (error) => {
      subscriber.error(cannotListen(settings, error));
    });
    server.listen(settings.port, settings.host, () => {
      const { port } = server.address() as AddressInfo;
      subscriber.next({ kind: 'listening', at: { url: urlOf(settings, port), port } });
    });
    return () => {
      server.close();
      server.closeAllConnections();
    };
  });
}

function open(settings: ServerSettings): Server {
  // Whoever sends a request drop by drop holds nothing for long.
  const options = { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 };
  const tls = readTls(settings);
  const server =
    tls === undefined ? createServer(options) : createSecureServer({ ...options, ...tls });
  server.maxConnections = 2048;
  return server;
}

function urlOf({ host, certificate }: ServerSettings, port: number): string {
  const named = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const shown = named.includes(':') ? `[${named}]` : named;
  return `${certificate === '' ? 'http' : 'https'}://${shown}:${port}`;
}

function cannotListen({ host, port }: ServerSettings, error: NodeJS.ErrnoException): RelensError {
  const why =
    error.code === 'EADDRINUSE'
      ? 'something else listens there: choose another --port'
      : `it cannot be listened on (${error.code ?? error.message}): choose another --host or --port`;
  return new RelensError('ADDRESS_TAKEN', `${host} port ${port}: ${why}`, { cause: error });
}
