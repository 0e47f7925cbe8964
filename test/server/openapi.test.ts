/** The OpenAPI file describes what the server really has, and its answers are as it says. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fromJSONSchema } from 'zod';
import { cameraSchema } from '../../src/config/cameras.js';
import { packageFile } from '../../src/config/package-root.js';
import { Access } from '../../src/server/access.js';
import { Guard } from '../../src/server/guard.js';
import { createMetrics } from '../../src/server/metrics.js';
import { allRoutes } from '../../src/server/routes/index.js';
import { viewStreams } from '../../src/server/view-streams.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { Terminal } from '../../src/telemetry/terminal.js';
import { ffmpeg, SETTINGS, startServer, TestHub, type Running } from './test-hub.js';

interface Operation {
  readonly security?: readonly unknown[];
  readonly responses: Record<string, unknown>;
}
const api = parse(readFileSync(packageFile('src', 'server', 'openapi.yaml'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};
const METHODS = ['get', 'post', 'put', 'delete'];

let hub: TestHub;
let server: Running;
beforeAll(async () => {
  hub = new TestHub('door');
  server = await startServer(hub);
});
afterAll(() => {
  server.stop();
  hub.close();
});

const described = Object.entries(api.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, { security }]) => `${method} ${path}${security === undefined ? '' : ' open'}`),
);

it('describes every route and no other, and which are open', () => {
  const access = new Access(SETTINGS);
  const logger = createLogger(new Terminal({ write: () => undefined }), 'error');
  const spec = { hub, settings: SETTINGS, ffmpeg, logger };
  const more = { metrics: createMetrics(hub), views: viewStreams(ffmpeg) };
  const routes = allRoutes({ ...spec, ...more }, access, new Guard(access, 100));
  const served = routes.map(
    ({ method, path, access: who }) =>
      `${method.toLowerCase()} ${path}${who === 'open' ? ' open' : ''}`,
  );
  expect(described.sort()).toEqual(served.sort());
});

it('knows the settings of a camera', () => {
  const settings = api.components.schemas['Settings'] as { properties: object };
  const known = ['name', ...Object.keys(cameraSchema.shape)];
  expect(Object.keys(settings.properties).sort()).toEqual(known.sort());
});

/** The schema of a component with all that it refers to. */
function schemaOf(name: string) {
  const $defs = JSON.parse(
    JSON.stringify(api.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'),
  ) as Record<string, never>;
  return fromJSONSchema({ $ref: `#/$defs/${name}`, $defs });
}

it('says the truth about the answers', async () => {
  const json = async (path: string) => (await fetch(server.url + path)).json();
  hub.happen('door', 'live', 'the picture is back');
  const { cameras } = (await json('/api/cameras')) as { cameras: unknown[] };
  const { events } = (await json('/api/events')) as { events: unknown[] };
  expect(() => schemaOf('Camera').parse(cameras[0])).not.toThrow();
  expect(() => schemaOf('Event').parse(events[0])).not.toThrow();
  const problem = await json('/api/cameras/nobody');
  expect(() => schemaOf('Error').parse(problem)).not.toThrow();
  // A schema that takes anything would take this too.
  expect(() => schemaOf('Camera').parse(problem)).toThrow();
});
