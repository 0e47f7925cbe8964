/** What orchestrators and Prometheus ask. */
import type { LiveHub } from '../../frame/live-seams.js';
import { atOnce, sendBytes, sendJson, type Route } from '../exchange.js';
import type { Metrics } from '../metrics.js';

export function healthRoutes(hub: LiveHub, metrics: Metrics): Route[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      access: 'open',
      handle: atOnce(({ response }) => {
        sendJson(response, { status: 'alive' });
      }),
    },
    {
      // Ready: there are pictures to be had, or no camera yet from which to have them.
      method: 'GET',
      path: '/readyz',
      access: 'open',
      handle: atOnce(({ response }) => {
        const cameras = hub.cameras();
        const live = cameras.filter((camera) => camera.state().status === 'live').length;
        const ready = cameras.length === 0 || live > 0;
        const body = {
          status: ready ? 'ready' : 'no camera is live',
          cameras: cameras.length,
          live,
        };
        sendJson(response, body, ready ? 200 : 503);
      }),
    },
    {
      method: 'GET',
      path: '/metrics',
      handle: async ({ response }) => {
        sendBytes(response, metrics.contentType, Buffer.from(await metrics.text()));
      },
    },
  ];
}
