/** Pictures for everything that is not our page: JPEG, MJPEG, and snapshots with their manifest. */
import { EMPTY, fromEvent, map, merge, switchMap, takeUntil, tap, type Observable } from 'rxjs';
import type { Ffmpeg } from '../../ffmpeg/find.js';
import { stillImage } from '../../ffmpeg/still.js';
import type { LiveHub } from '../../frame/live-seams.js';
import { currentCamera } from '../current-camera.js';
import { gone, sendBytes, type Exchange, type Route } from '../exchange.js';
import { snapshotArchive } from '../snapshot-archive.js';
import type { ViewStreams } from '../view-streams.js';
import { namedCamera } from './cameras.js';

export function mediaRoutes(hub: LiveHub, ffmpeg: Ffmpeg, views: ViewStreams): Route[] {
  return [
    {
      method: 'GET',
      path: '/snapshot/{name}.jpg',
      access: 'address',
      handle: async (exchange) => {
        const { restored: data, ...about } = await namedCamera(hub, exchange).snapshot();
        const { width, height, colour } = about;
        const picture = { width, height, pixelFormat: 'yuv420p', data, colour } as const;
        sendBytes(exchange.response, 'image/jpeg', await stillImage(ffmpeg, picture, 'jpeg'));
      },
    },
    {
      method: 'GET',
      path: '/api/cameras/{name}/snapshot',
      handle: async (exchange) => {
        const snapshot = await namedCamera(hub, exchange).snapshot();
        const { name, bytes } = await snapshotArchive(ffmpeg, snapshot);
        const disposition = `attachment; filename="${name}"`;
        sendBytes(exchange.response, 'application/zip', bytes, {
          'content-disposition': disposition,
        });
      },
    },
    {
      method: 'GET',
      path: '/mjpeg/{name}',
      access: 'address',
      handle: (exchange) => mjpeg(hub, views, exchange),
    },
  ];
}

const BOUNDARY = 'relens';

/** Endless; a reader that is slow is left out until it has read what it was sent. */
function mjpeg(hub: LiveHub, views: ViewStreams, exchange: Exchange): Observable<unknown> {
  const { request, response } = exchange;
  const { name } = namedCamera(hub, exchange);
  response.writeHead(200, {
    'content-type': `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
    'cache-control': 'no-store',
    connection: 'close',
  });
  if (request.method === 'HEAD') {
    response.end();
    return EMPTY;
  }
  response.write(`--${BOUNDARY}\r\n`);
  let full = false;
  const drained$ = fromEvent(response, 'drain').pipe(tap(() => (full = false)));
  const pictures$ = currentCamera(hub, name).pipe(
    switchMap((camera) => (camera === undefined ? EMPTY : views.restored(camera))),
    map((jpeg) => {
      if (full) return;
      response.cork();
      response.write(`content-type: image/jpeg\r\ncontent-length: ${jpeg.length}\r\n\r\n`);
      response.write(jpeg);
      // The next boundary at once: browsers show a part only when they have seen where it ends.
      full = !response.write(`\r\n--${BOUNDARY}\r\n`);
      response.uncork();
    }),
  );
  return merge(pictures$, drained$).pipe(takeUntil(gone(response)));
}
