/** `/live/{name}`: a camera's pictures for the page, one a binary message. */
import {
  distinctUntilChanged,
  EMPTY,
  map,
  merge,
  scan,
  startWith,
  switchMap,
  tap,
  type Observable,
} from 'rxjs';
import type { WebSocket } from 'ws';
import { nowMs, type AccessUnit, type LiveCamera, type Overlay } from '../frame/live-seams.js';
import type { FrameTimes, LiveHub } from '../frame/live-seams.js';
import { KIND, packOverlay, writeMessage, type ViewWish } from '../frame/wire-format.js';
import { currentCamera } from './current-camera.js';
import { Gate, texts } from './socket.js';
import type { Jpeg, ViewStreams } from './view-streams.js';

const FIRST_WISH: ViewWish = { video: 'none', overlays: false };

/** What is sent is written once, however many watch. */
const written = new WeakMap<object, Uint8Array>();

/**
 * Runs as long as it is subscribed. Nothing is sent before the page's first `ViewWish`.
 * @param onDropped called for each picture that the viewer was too slow for
 */
export function videoSocket(
  socket: WebSocket,
  hub: LiveHub,
  name: string,
  views: ViewStreams,
  onDropped: () => void,
): Observable<unknown> {
  const gate = new Gate(socket);
  const offer = (message: Uint8Array, key: boolean) => {
    if (!gate.offer(message, key)) onDropped();
  };
  const wish$ = texts(socket).pipe(scan(nextWish, FIRST_WISH), startWith(FIRST_WISH));
  const with$ = <T>(
    part: (wish: ViewWish) => T,
    work: (part: T, camera: LiveCamera) => Observable<unknown>,
  ) =>
    wish$.pipe(
      map(part),
      distinctUntilChanged(),
      switchMap((wished) =>
        currentCamera(hub, name).pipe(
          switchMap((camera) => (camera === undefined ? EMPTY : work(wished, camera))),
        ),
      ),
    );
  const video$ = with$(
    (wish) => wish.video,
    (video, camera) => {
      if (video === 'none') return EMPTY;
      if (video === 'jpeg')
        return views.stacked(camera).pipe(tap((jpeg) => offer(jpegMessage(jpeg), true)));
      return camera.units$.pipe(tap((unit) => offer(unitMessage(unit), unit.key)));
    },
  );
  const overlays$ = with$(
    (wish) => wish.overlays,
    (wished, camera) =>
      wished ? camera.overlays$.pipe(tap((one) => gate.offerExtra(overlayMessage(one)))) : EMPTY,
  );
  return merge(video$, overlays$, gate.heartbeat());
}

/** A message that is no wish changes nothing: newer pages may say more than we understand. */
function nextWish(before: ViewWish, text: string): ViewWish {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return before;
  }
  if (typeof said !== 'object' || said === null) return before;
  const { video, overlays } = said as Partial<Record<keyof ViewWish, unknown>>;
  return {
    video: video === 'h264' || video === 'jpeg' || video === 'none' ? video : before.video,
    overlays: typeof overlays === 'boolean' ? overlays : before.overlays,
  };
}

function once(of: object, write: () => Uint8Array): Uint8Array {
  const message = written.get(of) ?? write();
  written.set(of, message);
  return message;
}

const wireTimes = ({ receivedMs, decodedMs, restoredMs, encodedMs }: FrameTimes) => ({
  received: receivedMs,
  decoded: decodedMs,
  restored: restoredMs,
  encoded: encodedMs,
  sent: nowMs(),
});

function unitMessage(unit: AccessUnit): Uint8Array {
  const header = { ...unit, kind: KIND.video, times: wireTimes(unit.times) };
  return once(unit, () => writeMessage(header, unit.data));
}

function jpegMessage(jpeg: Jpeg): Uint8Array {
  const header = { ...jpeg, kind: KIND.jpeg, key: true, times: wireTimes(jpeg.times) };
  return once(jpeg, () => writeMessage(header, jpeg.data));
}

function overlayMessage(overlay: Overlay): Uint8Array {
  const { mask, provenance, columns, rows, seq, timestamp } = overlay;
  const times = { received: 0, decoded: 0, restored: 0, encoded: 0, sent: 0 };
  const facts = { key: true, passedThrough: false, trusted: true, seq, timestamp, times };
  const header = { ...facts, kind: KIND.overlay, width: columns, height: rows };
  return once(overlay, () => writeMessage(header, packOverlay(mask, provenance)));
}
