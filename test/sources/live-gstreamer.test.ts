/** Live sources against a second RTSP server, GStreamer's: each codec, each transport, each login. */
import { afterEach, expect, it } from 'vitest';
import { makeClip, type Coding } from '../live/access-units.js';
import { gstreamerMissing, startGstCamera, type GstCamera } from '../live/gst-camera.js';
import { endWatches, Watch } from '../live/watch.js';

endWatches();
const missing = gstreamerMissing();
const why = missing ?? '';
let camera: GstCamera | undefined;
afterEach(() => camera?.kill());

it.skipIf(missing !== undefined).each([
  ['h264', 'tcp', undefined],
  ['h264', 'udp', 'basic'],
  ['hevc', 'tcp', 'digest'],
  ['mjpeg', 'udp', undefined],
] as const)(`shows %s over %s (login: %s) ${why}`, async (coding: Coding, transport, auth) => {
  const clip = makeClip({ coding, seconds: 8 });
  const login = auth === undefined ? [] : ['--auth', auth, '--password', 'p@ss'];
  camera = await startGstCamera([...login, `/${coding}=${clip.path}`]);
  const user = auth === undefined ? '' : 'cam:p%40ss@';
  const watch = new Watch(`rtsp://${user}127.0.0.1:${camera.port}/${coding}`, { transport });
  await watch.more(8);
  expect(watch.link.status).toBe('live');
  expect(watch.codec).toBe(coding);
  expect(watch.last).toMatchObject({ width: 320, height: 192 });
});
