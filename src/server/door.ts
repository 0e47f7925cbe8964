/** Leads each request to its route and each WebSocket to its stream, once the guard lets it in. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { catchError, defer, EMPTY, finalize, takeUntil, type Observable } from 'rxjs';
import type { Ffmpeg } from '../ffmpeg/find.js';
import type { LiveHub } from '../frame/live-seams.js';
import type { Logger } from '../telemetry/logger.js';
import { Access } from './access.js';
import { gone, sendError, sendProblem } from './exchange.js';
import { Guard, type Refused } from './guard.js';
import type { Metrics } from './metrics.js';
import { findRoute, matchPath } from './router.js';
import { allRoutes } from './routes/index.js';
import type { ServerSettings } from './settings.js';
import { createSocketServer, socketRoutes, upgraded } from './socket-routes.js';
import type { ViewStreams } from './view-streams.js';

export interface DoorSpec {
  readonly hub: LiveHub;
  readonly settings: ServerSettings;
  readonly ffmpeg: Ffmpeg;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly views: ViewStreams;
}

/** Both complete when the caller has been answered or has gone; errors are answered, not thrown. */
export interface Door {
  request(request: IncomingMessage, response: ServerResponse): Observable<unknown>;
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Observable<unknown>;
}

const NOT_FOUND: Refused = { status: 404, code: 'NOT_FOUND', message: 'there is nothing here' };

export function createDoor(spec: DoorSpec): Door {
  const { hub, settings, logger, metrics, views } = spec;
  const access = new Access(settings);
  const guard = new Guard(access, settings.requestsPerMinute);
  const routes = allRoutes(spec, access, guard);
  const sockets = socketRoutes(hub, views);
  const socketServer = createSocketServer();

  const log = ({ method, socket }: IncomingMessage, url: URL, { status, code }: Refused) => {
    // The path without its query, which may hold a token.
    const facts = { method, path: url.pathname, from: socket.remoteAddress, status, code };
    logger.debug(facts, 'refused');
  };

  const request: Door['request'] = (incoming, response) =>
    defer(() => {
      response.on('finish', () => {
        metrics.request(response.statusCode);
      });
      setHeaders(access, incoming, response);
      const url = addressOf(incoming);
      if (url === undefined) return refuse(response, NOT_FOUND);
      if (incoming.method === 'OPTIONS') return preflight(response);
      const found = findRoute(routes, incoming.method ?? 'GET', url.pathname);
      const means = 'route' in found ? (found.route.access ?? 'header') : 'header';
      const refused = guard.refuse(incoming, url, means);
      if (refused !== undefined) {
        log(incoming, url, refused);
        // A person is led to where the token can be typed.
        return refused.status === 401 && url.pathname === '/'
          ? redirect(response, '/login')
          : refuse(response, refused);
      }
      if (!('route' in found)) return refuse(response, wrongMethod(found.allowed, response));
      const exchange = { request: incoming, response, url, params: found.params };
      return defer(() => found.route.handle(exchange)).pipe(
        catchError((error: unknown) => {
          logger.debug({ path: url.pathname, error: String(error) }, 'answered with an error');
          sendError(response, error);
          return EMPTY;
        }),
        takeUntil(gone(response)),
      );
    });

  const upgrade: Door['upgrade'] = (incoming, stream, head) =>
    defer(() => {
      stream.on('error', () => stream.destroy());
      const url = addressOf(incoming);
      const path = url?.pathname ?? '';
      const route = sockets.find((one) => matchPath(one.path, path) !== undefined);
      if (url === undefined || route === undefined) return hangUp(stream, NOT_FOUND);
      const name = matchPath(route.path, path)?.['name'];
      const refused = guard.refuse(incoming, url, route.means);
      if (refused !== undefined) log(incoming, url, refused);
      if (refused !== undefined) return hangUp(stream, refused);
      if (name !== undefined && hub.camera(name) === undefined) return hangUp(stream, NOT_FOUND);
      const leave = metrics.viewer(route.kind);
      const onDropped = () => {
        metrics.viewerDropped(route.kind);
      };
      const work$ = upgraded(socketServer, incoming, stream, head, (socket) =>
        route.open(socket, name ?? '', onDropped),
      );
      return work$.pipe(finalize(leave));
    });

  return { request, upgrade };
}

/** Undefined for what is no address, such as `//`. */
function addressOf({ url = '/' }: IncomingMessage): URL | undefined {
  return URL.canParse(url, 'http://relens') ? new URL(url, 'http://relens') : undefined;
}

function setHeaders(access: Access, { headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  if (headers.origin === undefined || !access.allowsOrigin(headers.origin)) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  response.setHeader('vary', 'origin');
}

/** What a page of an allowed origin may send; without one the browser lets nothing through. */
function preflight(response: ServerResponse) {
  const methods = 'GET, POST, PUT, DELETE';
  const headers = 'authorization, content-type';
  response.writeHead(204, {
    'access-control-allow-methods': methods,
    'access-control-allow-headers': headers,
  });
  response.end();
  return EMPTY;
}

function wrongMethod(allowed: readonly string[], response: ServerResponse): Refused {
  if (allowed.length === 0) return NOT_FOUND;
  response.setHeader('allow', allowed.join(', '));
  const message = `expected ${allowed.join(' or ')}, got another method`;
  return { status: 405, code: 'WRONG_METHOD', message };
}

function refuse(response: ServerResponse, { status, code, message, wait }: Refused) {
  if (wait !== undefined) response.setHeader('retry-after', wait);
  if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="relens"');
  sendProblem(response, status, code, message);
  return EMPTY;
}

function redirect(response: ServerResponse, location: string) {
  response.writeHead(303, { location }).end();
  return EMPTY;
}

function hangUp(stream: Duplex, { status, message, wait }: Refused) {
  const retry = wait === undefined ? '' : `retry-after: ${wait}\r\n`;
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\n${retry}` +
      `content-type: text/plain\r\ncontent-length: ${message.length}\r\n\r\n${message}`,
  );
  return EMPTY;
}
