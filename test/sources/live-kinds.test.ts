/** Live sources that are no RTSP cameras: MJPEG and HLS over HTTP, and a file at its own speed. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { make, scratchFolder } from '../ffmpeg/clips.js';
import { makeClip } from '../live/access-units.js';
import { startHttpCamera } from '../live/http-camera.js';
import { endWatches, Watch } from '../live/watch.js';

endWatches();
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(handle: RequestListener): Promise<string> {
  server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('shows a camera of MJPEG over HTTP', async () => {
  const clip = makeClip({ coding: 'mjpeg' });
  const camera = await startHttpCamera(clip.path);
  const watch = new Watch(camera.url);
  await watch.more(10);
  expect(watch.codec).toBe('mjpeg');
  expect(watch.last.age).toBeLessThan(1000);
  camera.close();
});

it('plays an HLS stream at its own speed', async () => {
  const folder = scratchFolder();
  const { path } = makeClip({ seconds: 6 });
  const cut = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '0'];
  make('-i', path, '-c', 'copy', ...cut, join(folder, 'live.m3u8'));
  const address = await serve((request, response) => {
    readFile(join(folder, basename(request.url ?? ''))).then(
      (file) => response.end(file),
      () => response.writeHead(404).end(),
    );
  });
  const watch = new Watch(`${address}/live.m3u8`);
  await watch.more(2);
  // Two seconds of film take about two seconds, though all of it is there.
  expect(await watch.more(20)).toBeGreaterThan(1500);
  expect(watch.link.status).toBe('live');
});

it('follows no playlist out of the network', async () => {
  const { path } = makeClip();
  const list = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXTINF:4,', `file://${path}`, ''];
  const address = await serve((_, response) => {
    response.end([...list, '#EXT-X-ENDLIST', ''].join('\n'));
  });
  const watch = new Watch(`${address}/live.m3u8`);
  await watch.until(() => watch.link.nextAttemptMs !== undefined);
  expect(watch.frames).toEqual([]);
  expect(watch.link).toMatchObject({
    status: 'failed',
    reason: 'the camera points to an address of another kind, which is not followed',
  });
});

it('plays a file at its own speed, and stops at its end', async () => {
  const { path } = makeClip({ seconds: 2 });
  const watch = new Watch(path);
  await watch.until(() => watch.link.status === 'stopped');
  expect(watch.frames).toHaveLength(20);
  expect(watch.link.reason).toBe('the file is at its end');
  const [first, last] = [watch.frames[0]!, watch.last];
  expect(last.timestamp - first.timestamp).toBe(1_900_000);
  expect(last.atMs - first.atMs).toBeGreaterThan(1700);
});

it('plays a file whose sound is longer than its pictures, and does not take its end for a fault', async () => {
  const path = join(scratchFolder(), 'long-sound.mkv');
  const sound = [
    '-f',
    'lavfi',
    '-i',
    'sine=d=5',
    '-map',
    '0:v',
    '-map',
    '1:a',
    '-c:a',
    'pcm_s16le',
  ];
  make('-i', makeClip({ seconds: 1 }).path, ...sound, '-c:v', 'copy', path);
  const watch = new Watch(path);
  await watch.until(() => watch.link.status === 'stopped');
  expect(watch.frames).toHaveLength(10);
  expect(watch.link.reason).toBe('the file is at its end');
  expect(new Set(watch.links.map(({ status }) => status))).toEqual(
    new Set(['connecting', 'live', 'stopped']),
  );
});

it.each(['auto', 'off'] as const)(
  'makes whole pictures of interlaced ones where it may (%s)',
  async (deinterlace) => {
    const path = join(scratchFolder(), `interlaced-${deinterlace}.mkv`);
    // Each line moves on against the one above it: combed where the lines are of two moments.
    const moving = 'testsrc2=s=320x192:r=50:d=6,tinterlace=interleave_top,setfield=tff';
    const coding = ['-flags', '+ilme+ildct', '-c:v', 'mpeg2video', '-q:v', '2', '-bf', '0'];
    make('-f', 'lavfi', '-i', moving, ...coding, path);
    const combs: number[] = [];
    const watch = new Watch(path, { deinterlace }, ({ data, width, height }) => {
      combs.push(combing(data, width, height));
    });
    await watch.more(12);
    const [least] = combs.slice(2).sort((a, b) => a - b);
    if (deinterlace === 'auto') expect(least).toBeLessThan(1.25);
    else expect(least).toBeGreaterThan(1.25);
    expect(watch.link).toEqual({ status: 'live', attempts: 0 });
  },
);

/** How much more neighbouring lines differ than lines of one moment do. */
function combing(luma: Uint8Array, width: number, height: number): number {
  let [near, far] = [0, 0];
  for (let at = width; at < width * (height - 2); at++) {
    near += Math.abs((luma[at] ?? 0) - (luma[at + width] ?? 0));
    far += Math.abs((luma[at] ?? 0) - (luma[at + 2 * width] ?? 0));
  }
  return (2 * near) / far;
}
