/** The WebSockets: pictures, states, JSMpeg, many viewers and a slow one. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  KIND,
  readMessage,
  unpackOverlay,
  type ServerMessage,
  type WireMessage,
} from '../../src/frame/wire-format.js';
import { startServer, TestHub, type Running } from './test-hub.js';

let hub: TestHub;
let server: Running;
const opened: WebSocket[] = [];
beforeAll(async () => {
  hub = new TestHub('door', 'yard');
  server = await startServer(hub);
});
afterEach(() => {
  for (const socket of opened.splice(0)) socket.terminate();
});
afterAll(() => {
  server.stop();
  hub.close();
});

function open(path: string): WebSocket {
  const socket = new WebSocket(server.url.replace('http', 'ws') + path);
  socket.binaryType = 'arraybuffer';
  // A connection that is broken off before it stands is told as an error.
  socket.on('error', () => undefined);
  opened.push(socket);
  return socket;
}

async function watch(name: string, wish: object): Promise<WebSocket> {
  const socket = open(`/live/${name}`);
  await once(socket, 'open');
  socket.send(JSON.stringify(wish));
  return socket;
}

/** Resolves with the messages up to the first that is `enough`. */
function until(socket: WebSocket, enough: (message: WireMessage) => boolean) {
  const messages: WireMessage[] = [];
  return new Promise<WireMessage[]>((resolve) => {
    socket.on('message', (data: ArrayBuffer) => {
      messages.push(readMessage(data));
      if (enough(messages.at(-1)!)) resolve([...messages]);
    });
  });
}

function told(socket: WebSocket, wanted: (message: ServerMessage) => boolean) {
  return new Promise<ServerMessage>((resolve) => {
    socket.on('message', (data: ArrayBuffer) => {
      const message = JSON.parse(Buffer.from(data).toString()) as ServerMessage;
      if (wanted(message)) resolve(message);
    });
  });
}

describe('pictures', () => {
  it('begin with a key frame, also for who joins late, and carry their times', async () => {
    const first = await watch('door', { video: 'h264', overlays: false });
    await until(first, ({ seq }) => seq > 0);
    const late = await watch('door', { video: 'h264', overlays: false });
    const [picture, next] = await until(late, ({ key }) => !key);
    expect(picture).toMatchObject({ kind: KIND.video, key: true, width: 320, height: 180 });
    expect(next!.seq).toBe(picture!.seq + 1);
    const { received, encoded, sent } = picture!.times;
    expect([encoded >= received, sent >= encoded]).toEqual([true, true]);
  });

  it('come as JPEG to who wishes so, and overlays on top', async () => {
    const socket = await watch('door', { video: 'jpeg', overlays: true });
    const messages = await until(socket, ({ kind }) => kind === KIND.jpeg);
    expect([...messages.at(-1)!.payload.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    const overlay = messages.find(({ kind }) => kind === KIND.overlay)!;
    const cells = unpackOverlay(overlay.payload, overlay.width * overlay.height);
    // In the dirt: masked and recovered.
    expect(cells[40 * overlay.width + 40]).toBe(4 | 2);
    socket.send(JSON.stringify({ video: 'h264', overlays: false }));
    await until(socket, ({ kind }) => kind === KIND.video);
  });

  it('go on when a camera is changed, and messages that are no wish change nothing', async () => {
    const socket = await watch('door', { video: 'h264', overlays: false });
    await until(socket, ({ key }) => key);
    for (const noise of ['{', 'null', '{"video":"gif"}', '[]']) socket.send(noise);
    hub.change('door', { name: 'door', url: 'rtsp://elsewhere/' });
    await until(socket, ({ key, seq }) => key && seq < 10);
  });

  it('of no camera are refused', async () => {
    const [, response] = await once(open('/live/nobody'), 'unexpected-response');
    expect((response as { statusCode: number }).statusCode).toBe(404);
  });
});

it('fifty viewers cost one encode, and a slow one slows none', async () => {
  const camera = hub.camera('yard')!;
  const before = camera.encodersStarted;
  const viewers = await Promise.all(
    Array.from({ length: 50 }, () => watch('yard', { video: 'h264', overlays: false })),
  );
  // The slow one shakes hands and then reads nothing.
  const slow = connect(server.port, '127.0.0.1');
  slow.write(
    'GET /live/yard HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await once(slow, 'data');
  slow.pause();
  const wish = Buffer.from('{"video":"h264"}');
  slow.write(Buffer.concat([Buffer.of(0x81, 0x80 | wish.length, 0, 0, 0, 0), wish]));
  const dropped = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(/relens_viewer_dropped_total\{kind="video"\} (\d+)/.exec(text)?.[1] ?? 0);
  };
  const received = await Promise.all(
    viewers.map((socket) => {
      const start = performance.now();
      return until(socket, () => performance.now() - start > 4000);
    }),
  );
  expect(camera.encodersStarted - before).toBe(1);
  // Pings that stay unanswered tell that the slow one is late, before the network's buffers are full.
  expect(await dropped()).toBeGreaterThan(10);
  for (const messages of received) {
    const seqs = messages.map(({ seq }) => seq);
    expect(seqs.at(-1)! - seqs[0]! + 1).toBe(seqs.length);
  }
  slow.destroy();
});

describe('the page', () => {
  it('is told cameras, events, states with their reasons, figures and the time', async () => {
    const socket = open('/live');
    const hello = await told(socket, ({ type }) => type === 'hello');
    expect(hello).toMatchObject({ cameras: [{ name: 'door' }, { name: 'yard' }] });
    const stalled = told(
      socket,
      (said) => said.type === 'state' && said.state.status === 'stalled',
    );
    hub.camera('door')!.stall('no picture for 2 s');
    expect(await stalled).toMatchObject({ state: { name: 'door', reason: 'no picture for 2 s' } });
    hub.camera('door')!.play();
    const event = told(socket, ({ type }) => type === 'event');
    hub.happen('door', 'live', 'the picture is back');
    expect(await event).toMatchObject({ event: { text: 'the picture is back' } });
    const pong = told(socket, ({ type }) => type === 'pong');
    socket.send('{"type":"ping","asked":7}');
    expect(await pong).toMatchObject({ asked: 7 });
    expect(await told(socket, ({ type }) => type === 'figures')).toMatchObject({
      figures: { yard: { fps: 25 } },
    });
  });

  it('is told once of cameras that come and go, however often', async () => {
    const socket = open('/live');
    await told(socket, ({ type }) => type === 'hello');
    let states = 0;
    socket.on('message', (data: ArrayBuffer) => {
      const said = JSON.parse(Buffer.from(data).toString()) as ServerMessage;
      if (said.type === 'state' && said.state.name === 'gate') states++;
    });
    for (const round of [1, 2, 3]) {
      const added = told(socket, (said) => said.type === 'state' && said.state.name === 'gate');
      hub.add({ name: 'gate', url: 'rtsp://gate/' });
      await added;
      expect(states).toBe(round);
      const removed = told(socket, ({ type }) => type === 'removed');
      hub.remove('gate');
      await removed;
    }
  });
});

describe('JSMpeg', () => {
  it('is told the size first, then gets a transport stream, that goes on while nothing comes', async () => {
    const socket = open('/jsmpeg/yard');
    const messages: Buffer[] = [];
    const three = (from: number) =>
      new Promise<void>((resolve) => {
        const listen = (data: ArrayBuffer) => {
          messages.push(Buffer.from(data));
          if (messages.length < from + 3) return;
          socket.off('message', listen);
          resolve();
        };
        socket.on('message', listen);
      });
    await three(0);
    expect(messages[0]!.toString('latin1', 0, 4)).toBe('jsmp');
    expect([messages[0]!.readUInt16BE(4), messages[0]!.readUInt16BE(6)]).toEqual([320, 180]);
    expect([messages[1]![0], messages[1]![188] ?? 0x47]).toEqual([0x47, 0x47]);
    hub.camera('yard')!.stall('away');
    await three(messages.length);
    hub.camera('yard')!.play();
  });
});

it('closes every connection when it stops', async () => {
  const other = await startServer(hub);
  const socket = new WebSocket(`${other.url.replace('http', 'ws')}/live`);
  await once(socket, 'message');
  const closed = once(socket, 'close');
  other.stop();
  await closed;
  await expect(fetch(`${other.url}/healthz`)).rejects.toThrow();
});
