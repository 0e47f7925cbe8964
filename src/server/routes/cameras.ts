/** REST: cameras are listed, added, changed and removed. */
import { RelensError } from '../../errors.js';
import type { CameraConfig, LiveCamera, LiveHub } from '../../frame/live-seams.js';
import { atOnce, readJson, sendJson, type Exchange, type Route } from '../exchange.js';

export function cameraRoutes(hub: LiveHub): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/cameras',
      handle: atOnce(({ response }) => {
        sendJson(response, { cameras: hub.cameras().map(shown) });
      }),
    },
    {
      method: 'POST',
      path: '/api/cameras',
      handle: async ({ request, response }) => {
        const config = asConfig(await readJson(request));
        hub.add(config);
        response.setHeader('location', `/api/cameras/${encodeURIComponent(config.name)}`);
        sendJson(response, shown(cameraOf(hub, config.name)), 201);
      },
    },
    {
      method: 'GET',
      path: '/api/cameras/{name}',
      handle: atOnce((exchange) => {
        sendJson(exchange.response, shown(namedCamera(hub, exchange)));
      }),
    },
    {
      method: 'PUT',
      path: '/api/cameras/{name}',
      handle: async (exchange) => {
        const { name } = namedCamera(hub, exchange);
        const body = await readJson(exchange.request);
        const config = asConfig(isObject(body) ? { name, ...body } : body);
        if (config.name !== name) {
          throw new RelensError(
            'USAGE',
            `expected the name ${name}, got another: add a new camera`,
          );
        }
        hub.change(name, config);
        sendJson(exchange.response, shown(cameraOf(hub, name)));
      },
    },
    {
      method: 'DELETE',
      path: '/api/cameras/{name}',
      handle: atOnce((exchange) => {
        hub.remove(namedCamera(hub, exchange).name);
        exchange.response.writeHead(204).end();
      }),
    },
  ];
}

/** The camera that the address names. @throws RelensError CAMERA_NOT_FOUND */
export function namedCamera(hub: LiveHub, { params }: Pick<Exchange, 'params'>): LiveCamera {
  return cameraOf(hub, params['name'] ?? '');
}

function cameraOf(hub: LiveHub, name: string): LiveCamera {
  const camera = hub.camera(name);
  if (camera !== undefined) return camera;
  const names = hub.cameras().map((one) => one.name);
  const known = names.length === 0 ? 'there are none' : `known: ${names.join(', ')}`;
  throw new RelensError(
    'CAMERA_NOT_FOUND',
    `expected the name of a camera, got another (${known})`,
  );
}

const shown = (camera: LiveCamera) => ({ ...camera.state(), figures: camera.figures() });

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** That it is a camera at all; the rules of the values are the hub's. */
function asConfig(body: unknown): CameraConfig {
  if (!isObject(body) || typeof body['name'] !== 'string' || typeof body['url'] !== 'string') {
    throw new RelensError('USAGE', 'expected {"name": "…", "url": "…"}, got something else');
  }
  return { ...body, name: body['name'], url: body['url'] };
}
