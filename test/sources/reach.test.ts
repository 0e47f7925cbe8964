/** Whether anybody listens at an address: asked without a word being said. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { parseAddress } from '../../src/config/camera-address.js';
import { reach } from '../../src/sources/reach.js';

const ask = (url: string) => firstValueFrom(reach(parseAddress(url)));

it('finds who listens, and sends nothing', async () => {
  let bytes = 0;
  const server = createServer((socket) => {
    socket.on('data', (data) => (bytes += data.length)).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await ask(`rtsp://cam:secret@127.0.0.1:${port}/x`)).toBeUndefined();
  server.close();
  await once(server, 'close');
  expect(bytes).toBe(0);
  expect(await ask(`rtsp://127.0.0.1:${port}/x`)).toBe('refused');
});

it('tells a name that nobody knows', async () => {
  expect(await ask('http://camera.invalid/video')).toBe('unknown');
});
