/** What befalls a real camera reaches a webhook, an MQTT broker, the metrics and the list of events. */
import { firstValueFrom, shareReplay } from 'rxjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { liveView } from '../../pipelines/live-view.js';
import type { CameraEvent } from '../../src/frame/live-seams.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { Terminal } from '../../src/telemetry/terminal.js';
import { scratchFolder } from '../ffmpeg/clips.js';
import { dirtyCamera } from '../live/dirty-camera.js';
import { endHubs, startHub } from '../live/hub.js';
import {
  afterwards,
  broker,
  endListeners,
  freePort,
  NO_BROKER,
  receiver,
} from '../live/listeners.js';
import type { RtspCamera } from '../live/rtsp-camera.js';

endHubs();
endListeners();
const SETTINGS = {
  ...{ host: '127.0.0.1', port: 0, token: '', certificate: '', key: '' },
  ...{ origins: [], requestsPerMinute: 600 },
};
const logger = createLogger(new Terminal({ write: () => undefined }), 'error');
let camera: RtspCamera;
beforeAll(async () => {
  camera = await dirtyCamera(scratchFolder());
});
afterAll(() => camera.kill());

it('that its lens is dirty, and that it was cleaned', async (context) => {
  if (NO_BROKER !== undefined) context.skip(NO_BROKER);
  const [hook, port] = [await receiver(), await freePort()];
  const topics = await broker(port);
  const dirt = { share: 0.01, seconds: 0.5 };
  const cameras = [{ name: 'door', url: camera.url() }];
  const { hub } = await startHub(cameras, { networks: 'lens', dirt });
  const notify = {
    ...{ webhook: hook.url, webhookSecret: '' },
    ...{ mqtt: `mqtt://127.0.0.1:${port}`, mqttTopic: 'relens' },
  };
  const view$ = liveView(hub, { server: SETTINGS, notify, logger }).pipe(shareReplay(1));
  const view = view$.subscribe();
  afterwards(() => view.unsubscribe());
  const { url } = await firstValueFrom(view$);
  const metrics = async () => (await fetch(`${url}/metrics`)).text();

  const post = JSON.parse((await hook.got('lens-dirty')).body) as CameraEvent;
  expect(post).toMatchObject({ camera: 'door', kind: 'lens-dirty' });
  expect(post.end).toBeUndefined();
  expect(JSON.parse(await topics.hear('relens/door/event', 'lens-dirty'))).toEqual(post);
  expect(JSON.parse(await topics.hear('relens/door/state', 'lens-dirty'))).toMatchObject({
    view: [{ kind: 'lens-dirty', since: post.start, text: post.text }],
  });
  expect(await metrics()).toContain(
    'relens_camera_view_trouble{camera="door",kind="lens-dirty"} 1',
  );
  expect(await metrics()).toContain('relens_events_total{kind="lens-dirty"} 1');

  camera.playing = 1;
  const over = JSON.parse((await hook.got('lens-dirty', '"end":')).body) as CameraEvent;
  expect(over).toMatchObject({ id: post.id, start: post.start });
  expect(JSON.parse(await topics.hear('relens/door/event', 'lens-dirty', '"end":'))).toEqual(over);
  expect(await metrics()).not.toMatch(/view_trouble\{.*lens-dirty/);
  const listed = await (await fetch(`${url}/api/events?camera=door`)).json();
  expect((listed as { events: CameraEvent[] }).events).toContainEqual(over);
});
