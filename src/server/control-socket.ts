/** `/live`: states, figures and events of all cameras for the page, as JSON. */
import {
  concat,
  defer,
  EMPTY,
  interval,
  map,
  merge,
  of,
  switchMap,
  tap,
  type Observable,
} from 'rxjs';
import { WebSocket } from 'ws';
import { packageVersion } from '../config/package-root.js';
import { nowMs, type LiveHub } from '../frame/live-seams.js';
import type { ServerMessage } from '../frame/wire-format.js';
import { cameraStates } from './camera-states.js';
import { Gate, texts } from './socket.js';

const FIGURES_EVERY_MS = 1000;
/** Of the past, for a page that has just come. */
const EVENTS_AT_FIRST = 200;

/** Runs as long as it is subscribed. */
export function controlSocket(socket: WebSocket, hub: LiveHub): Observable<unknown> {
  const hello$ = defer(() => of<ServerMessage>(hello(hub)));
  const said$ = merge(states(hub), events(hub), figures(hub), pongs(socket));
  return merge(
    concat(hello$, said$).pipe(
      tap((message) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
      }),
    ),
    new Gate(socket).heartbeat(),
  );
}

function hello(hub: LiveHub): ServerMessage {
  return {
    type: 'hello',
    version: packageVersion(),
    cameras: hub.cameras().map((camera) => camera.state()),
    events: hub.events().slice(-EVENTS_AT_FIRST),
  };
}

const states = (hub: LiveHub) =>
  cameraStates(hub).pipe(
    map(({ name, state }): ServerMessage => {
      return state === undefined ? { type: 'removed', name } : { type: 'state', state };
    }),
  );

const events = (hub: LiveHub) =>
  hub.events$.pipe(map((event): ServerMessage => ({ type: 'event', event })));

const figures = (hub: LiveHub) =>
  interval(FIGURES_EVERY_MS).pipe(
    map((): ServerMessage => {
      const each = hub.cameras().map((camera) => [camera.name, camera.figures()] as const);
      return { type: 'figures', figures: Object.fromEntries(each) };
    }),
  );

/** By these the page learns how far its clock is from ours. */
function pongs(socket: WebSocket): Observable<ServerMessage> {
  return texts(socket).pipe(
    switchMap((text): Observable<ServerMessage> => {
      const asked = /"asked":(\d{1,15})/.exec(text)?.[1];
      return asked === undefined
        ? EMPTY
        : of({ type: 'pong', asked: Number(asked), time: nowMs() });
    }),
  );
}
