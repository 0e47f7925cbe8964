/** `/jsmpeg/{name}`: what JSMpeg players of node-rtsp-stream and its kin expect. */
import { EMPTY, merge, switchMap, tap, type Observable } from 'rxjs';
import type { WebSocket } from 'ws';
import type { LiveHub } from '../frame/live-seams.js';
import { currentCamera } from './current-camera.js';
import { Gate } from './socket.js';
import type { Mpeg1, ViewStreams } from './view-streams.js';

/** Runs as long as it is subscribed. */
export function jsmpegSocket(
  socket: WebSocket,
  hub: LiveHub,
  name: string,
  views: ViewStreams,
  onDropped: () => void,
): Observable<unknown> {
  const gate = new Gate(socket);
  let told = '';
  const stream$ = currentCamera(hub, name).pipe(
    switchMap((camera) => (camera === undefined ? EMPTY : views.mpeg1(camera))),
    tap((part) => {
      const size = `${part.width}x${part.height}`;
      if (size !== told) socket.send(sizeMessage(part));
      told = size;
      // A transport stream can be entered anywhere: the player waits for the next key frame.
      if (!gate.offer(part.data, true)) onDropped();
    }),
  );
  return merge(stream$, gate.heartbeat());
}

/** As node-rtsp-stream sends it first: "jsmp", then width and height, 16 bits each. */
function sizeMessage({ width, height }: Mpeg1): Buffer {
  const message = Buffer.from('jsmp\0\0\0\0', 'latin1');
  message.writeUInt16BE(width, 4);
  message.writeUInt16BE(height, 6);
  return message;
}
