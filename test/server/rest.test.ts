/** The API over HTTP: cameras, events, health, metrics, snapshots. */
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, TestHub, type Running } from './test-hub.js';

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

const get = (path: string) => fetch(server.url + path);
const send = (method: string, path: string, body: unknown, type = 'application/json') =>
  fetch(server.url + path, {
    method,
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code;

describe('cameras', () => {
  it('are listed with state and figures', async () => {
    const { cameras } = (await (await get('/api/cameras')).json()) as { cameras: object[] };
    expect(cameras).toHaveLength(2);
    expect(cameras[0]).toMatchObject({ name: 'door', status: 'live', figures: { fps: 25 } });
  });

  it('are added, changed and removed, and their passwords never said again', async () => {
    const url = 'rtsp://admin:topsecret@10.0.0.7/stream';
    const added = await send('POST', '/api/cameras', { name: 'gate', url });
    expect([added.status, added.headers.get('location')]).toEqual([201, '/api/cameras/gate']);
    expect(hub.configs.get('gate')).toEqual({ name: 'gate', url });
    const changed = await send('PUT', '/api/cameras/gate', { url: `${url}2` });
    expect(changed.status).toBe(200);
    expect(hub.configs.get('gate')).toEqual({ name: 'gate', url: `${url}2` });
    const said = [
      await added.text(),
      await changed.text(),
      await (await get('/api/cameras')).text(),
    ];
    expect(said.join() + server.log.join()).not.toContain('topsecret');
    expect((await send('DELETE', '/api/cameras/gate', '')).status).toBe(204);
    expect(await codeOf(await get('/api/cameras/gate'))).toBe('CAMERA_NOT_FOUND');
  });

  it('are refused with a code where something is wrong', async () => {
    const url = 'rtsp://x/';
    const post = async (body: unknown) => {
      const response = await send('POST', '/api/cameras', body);
      return [response.status, await codeOf(response)];
    };
    expect(await post({ name: 'door', url })).toEqual([409, 'CAMERA_EXISTS']);
    expect(await post({ name: 'no/slash', url })).toEqual([400, 'CONFIG']);
    expect(await post({ name: 'no-url' })).toEqual([400, 'USAGE']);
    expect(await post('{')).toEqual([400, 'USAGE']);
    expect(await post(' '.repeat(70_000))).toEqual([400, 'USAGE']);
    const form = await send('POST', '/api/cameras', 'name=a', 'text/plain');
    expect([form.status, await codeOf(form)]).toEqual([400, 'USAGE']);
    const renamed = await send('PUT', '/api/cameras/door', { name: 'other', url });
    expect(renamed.status).toBe(400);
    expect((await get('/nothing')).status).toBe(404);
    const patched = await send('PATCH', '/api/cameras/door', {});
    expect([patched.status, patched.headers.get('allow')]).toEqual([405, 'GET, PUT, DELETE']);
  });
});

describe('pictures', () => {
  it('come as a restored JPEG', async () => {
    const response = await get('/snapshot/door.jpg');
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    const picture = sharp(Buffer.from(await response.arrayBuffer()));
    expect(await picture.metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 180 });
  });

  it('come as an archive of both with a manifest', async () => {
    const response = await get('/api/cameras/door/snapshot');
    expect(response.headers.get('content-disposition')).toMatch(/filename="door-.*Z\.zip"/);
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
    const manifest = JSON.parse(Buffer.from(files['manifest.json']!).toString()) as {
      files: { name: string }[];
    };
    expect(manifest).toMatchObject({ camera: 'door', width: 320, noiseGreyLevels: 4.5 });
    expect(manifest.files.map(({ name }) => name)).toEqual(
      Object.keys(files).filter((name) => name !== 'manifest.json'),
    );
    const luma = async (name: string) => {
      const { data } = await sharp(files[name])
        .extract({ left: 60, top: 80, width: 1, height: 1 })
        .raw()
        .toBuffer({ resolveWithObject: true });
      return data[0]!;
    };
    // The dirt is in the original only.
    expect(await luma('original.png')).toBeLessThan(40);
    expect(await luma('restored.png')).toBeGreaterThan(60);
  });

  it('come as MJPEG that goes on', async () => {
    const response = await get('/mjpeg/door');
    expect(response.headers.get('content-type')).toContain('multipart/x-mixed-replace');
    const reader = response.body!.getReader();
    let text = '';
    while ((text.match(/content-length: \d+/g) ?? []).length < 3) {
      const { value, done } = await reader.read();
      expect(done).toBe(false);
      text += Buffer.from(value).toString('latin1');
    }
    await reader.cancel();
    expect(text.startsWith('--relens\r\ncontent-type: image/jpeg\r\n')).toBe(true);
  });

  it('are refused in words while the camera is not live', async () => {
    hub.camera('yard')!.stall('no picture for 2 s');
    const response = await get('/snapshot/yard.jpg');
    expect([response.status, await codeOf(response)]).toEqual([503, 'CAMERA_NOT_LIVE']);
    hub.camera('yard')!.play();
  });
});

describe('operations', () => {
  it('events are listed, from an id on and by camera', async () => {
    const [first] = [hub.happen('door', 'stalled', 'a'), hub.happen('yard', 'stalled', 'b')];
    const list = async (query: string) => {
      const { events } = (await (await get(`/api/events${query}`)).json()) as { events: object[] };
      return events.length;
    };
    expect(await list('')).toBe(2);
    expect(await list(`?after=${first.id}`)).toBe(1);
    expect(await list('?camera=door')).toBe(1);
    expect(await list('?limit=0')).toBe(0);
    expect((await get('/api/events?limit=x')).status).toBe(400);
  });

  it('health is said, and readiness by the cameras', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    for (const camera of hub.cameras()) camera.stall('away');
    expect((await get('/readyz')).status).toBe(503);
    for (const camera of hub.cameras()) camera.play();
  });

  it('metrics are what the cameras say', async () => {
    const text = await (await get('/metrics')).text();
    expect(text).toContain('relens_camera_fps{camera="door"} 25');
    expect(text).toContain('relens_camera_dropped_frames_total{camera="yard"} 3');
    expect(text).toContain('relens_camera_status{camera="door",status="live"} 1');
    expect(text).toMatch(/latency_seconds\{camera="door",until="restored",quantile="0.99"\} 0.063/);
    expect(text).toMatch(/relens_events_total\{kind="stalled"\} 2/);
    expect(text).toContain('relens_process_resident_memory_bytes');
  });
});
