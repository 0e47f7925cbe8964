/** The WebSockets, and how one is opened and closed. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Observable, switchMap, takeUntil } from 'rxjs';
import { WebSocketServer, type WebSocket } from 'ws';
import type { LiveHub } from '../frame/live-seams.js';
import { controlSocket } from './control-socket.js';
import type { Means } from './guard.js';
import { jsmpegSocket } from './jsmpeg-socket.js';
import type { ViewerKind } from './metrics.js';
import { closed } from './socket.js';
import { videoSocket } from './video-socket.js';
import type { ViewStreams } from './view-streams.js';

export interface SocketRoute {
  readonly path: string;
  readonly kind: ViewerKind;
  readonly means: Means;
  /** Runs as long as it is subscribed; `onDropped` counts what the viewer was too slow for. */
  readonly open: (socket: WebSocket, name: string, onDropped: () => void) => Observable<unknown>;
}

export function socketRoutes(hub: LiveHub, views: ViewStreams): SocketRoute[] {
  return [
    {
      path: '/live',
      kind: 'page',
      means: 'header',
      open: (socket) => controlSocket(socket, hub),
    },
    {
      path: '/live/{name}',
      kind: 'video',
      means: 'header',
      open: (socket, name, onDropped) => videoSocket(socket, hub, name, views, onDropped),
    },
    {
      path: '/jsmpeg/{name}',
      kind: 'jsmpeg',
      means: 'address',
      open: (socket, name, onDropped) => jsmpegSocket(socket, hub, name, views, onDropped),
    },
  ];
}

/** What pages and players send is a few words. */
const MAX_MESSAGE = 4096;

export function createSocketServer(): WebSocketServer {
  // Pictures are compressed already.
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
  });
}

/** Shakes hands, then runs `work` until the socket closes; closes it when unsubscribed. */
export function upgraded(
  server: WebSocketServer,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  work: (socket: WebSocket) => Observable<unknown>,
): Observable<unknown> {
  return new Observable<WebSocket>((subscriber) => {
    let opened: WebSocket | undefined;
    server.handleUpgrade(request, stream, head, (socket) => {
      opened = socket;
      subscriber.next(socket);
    });
    stream.once('close', () => {
      subscriber.complete();
    });
    return () => {
      opened?.close(1001, 'the server stops');
    };
  }).pipe(switchMap((socket) => work(socket).pipe(takeUntil(closed(socket)))));
}
