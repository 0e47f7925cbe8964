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

interface Response {
  readonly $ref?: string;
  readonly content?: Record<string, { readonly schema?: object }>;
}
interface Operation {
  readonly security?: readonly unknown[];
  readonly responses: Record<string, Response>;
}
const api = parse(readFileSync(packageFile('src', 'server', 'openapi.yaml'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; responses: Record<string, Response> };
};
const METHODS = ['get', 'post', 'put', 'delete'];

let hub: TestHub;
let server: Running;
beforeAll(async () => {
  hub = new TestHub('door', 'yard');
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

/** A schema of the file, with all that it refers to. */
function zodOf(schema: object) {
  const text = JSON.stringify({ ...schema, $defs: api.components.schemas });
  const local = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as object;
  return fromJSONSchema(local as Parameters<typeof fromJSONSchema>[0]);
}

const named = { $ref: '#/components/schemas/Camera' };
const settings = JSON.stringify({ name: 'gate', url: 'rtsp://gate/' });
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
/** What is asked, where in the file it stands, with which status it is answered. */
const ASKED: readonly (readonly [string, string, string, number, RequestInit?])[] = [
  ['get', '/api/cameras', '/api/cameras', 200],
  ['post', '/api/cameras', '/api/cameras', 201, { headers: json, body: settings }],
  ['post', '/api/cameras', '/api/cameras', 409, { headers: json, body: settings }],
  ['post', '/api/cameras', '/api/cameras', 400, { headers: json, body: '{}' }],
  ['get', '/api/cameras/{name}', '/api/cameras/door', 200],
  ['get', '/api/cameras/{name}', '/api/cameras/nobody', 404],
  ['put', '/api/cameras/{name}', '/api/cameras/gate', 200, { headers: json, body: settings }],
  ['put', '/api/cameras/{name}', '/api/cameras/gate', 400, { headers: json, body: '[]' }],
  ['put', '/api/cameras/{name}', '/api/cameras/nobody', 404, { headers: json, body: settings }],
  ['delete', '/api/cameras/{name}', '/api/cameras/gate', 204],
  ['delete', '/api/cameras/{name}', '/api/cameras/gate', 404],
  ['get', '/api/cameras/{name}/snapshot', '/api/cameras/door/snapshot', 200],
  ['get', '/api/cameras/{name}/snapshot', '/api/cameras/nobody/snapshot', 404],
  ['get', '/api/cameras/{name}/snapshot', '/api/cameras/yard/snapshot', 503],
  ['get', '/api/events', '/api/events?camera=door&limit=5', 200],
  ['get', '/api/events', '/api/events?after=x', 400],
  ['get', '/snapshot/{name}.jpg', '/snapshot/door.jpg', 200],
  ['get', '/snapshot/{name}.jpg', '/snapshot/nobody.jpg', 404],
  ['get', '/snapshot/{name}.jpg', '/snapshot/yard.jpg', 503],
  ['get', '/mjpeg/{name}', '/mjpeg/door', 200],
  ['get', '/mjpeg/{name}', '/mjpeg/nobody', 404],
  ['get', '/healthz', '/healthz', 200],
  ['get', '/readyz', '/readyz', 200],
  ['get', '/metrics', '/metrics', 200],
  ['get', '/login', '/login', 200],
  ['post', '/login', '/login', 303, { headers: form, body: 'token=any' }],
  ['post', '/logout', '/logout', 303],
  ['get', '/', '/', 200],
  ['get', '/viewer.js', '/viewer.js', 200],
  ['get', '/viewer.css', '/viewer.css', 200],
  ['get', '/icon.svg', '/icon.svg', 200],
  ['get', '/openapi.yaml', '/openapi.yaml', 200],
];

it('says the truth about every answer', async () => {
  hub.happen('door', 'live', 'the picture is back');
  hub.camera('yard')!.stall('gone');
  for (const [method, path, asked, status, more] of ASKED) {
    const what = `${method} ${asked} ${status}`;
    const answer = await fetch(server.url + asked, {
      ...{ method: method.toUpperCase(), redirect: 'manual' },
      ...more,
    });
    expect(`${method} ${asked} ${answer.status}`).toBe(what);
    const told = api.paths[path]![method]!.responses[status];
    const name = told?.$ref?.split('/').at(-1) ?? '';
    const { content = {} } = told?.$ref === undefined ? told! : api.components.responses[name]!;
    const [type = '', { schema } = {}] = Object.entries(content)[0] ?? [];
    expect(`${what} ${answer.headers.get('content-type')}`).toContain(`${what} ${type}`);
    if (schema === undefined) await answer.body?.cancel();
    else {
      const body: unknown = await answer.json();
      expect(() => zodOf(schema).parse(body), what).not.toThrow();
    }
  }
  const tried = new Set(ASKED.map(([method, path]) => `${method} ${path}`));
  const all = described.map((one) => one.replace(/ open$/, ''));
  expect([...tried].sort()).toEqual(all.sort());
  // A schema that takes anything would take this too.
  expect(() => zodOf(named).parse({ error: { code: 'X', message: 'y' } })).toThrow();
});
