/** Events reach a webhook and an MQTT broker, also when those were away for a while. */
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import mqtt from 'mqtt';
import type { Subscription } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import { mqttNews } from '../../src/server/notify/mqtt.js';
import { webhook } from '../../src/server/notify/webhook.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { Terminal } from '../../src/telemetry/terminal.js';
import { TestHub } from './test-hub.js';

const log: string[] = [];
const logger = createLogger(new Terminal({ write: (text: string) => log.push(text) }), 'trace');
const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0).reverse()) one();
});

function hubOf(...names: string[]): TestHub {
  const hub = new TestHub(...names);
  undo.push(() => hub.close());
  return hub;
}

const run = (subscription: Subscription) => void undo.push(() => subscription.unsubscribe());

interface Post {
  readonly body: string;
  readonly signature: string | undefined;
}

/** Answers with the given statuses in turn, then with 200. */
async function receiver(
  ...statuses: number[]
): Promise<{ server: Server; posts: Post[]; url: string }> {
  const posts: Post[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signature = request.headers['x-relens-signature'] as string | undefined;
      posts.push({ body: Buffer.concat(chunks).toString(), signature });
      response.writeHead(statuses.shift() ?? 200).end();
      server.emit('post');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    server,
    posts,
    url: `http://127.0.0.1:${port}/hook`,
  };
}

it('a webhook is told, in order, signed, and again after a refusal', async () => {
  const hub = hubOf('door');
  const { server, posts, url } = await receiver(500);
  run(webhook(hub.events$, { webhook: url, webhookSecret: 'shared' }, logger).subscribe());
  hub.happen('door', 'stalled', 'no picture came');
  hub.happen('door', 'live', 'the picture is back');
  while (posts.length < 3) await once(server, 'post');
  const kinds = posts.map(({ body }) => (JSON.parse(body) as { kind: string }).kind);
  expect(kinds).toEqual(['stalled', 'stalled', 'live']);
  const [{ body, signature }] = posts as [Post];
  const wanted = createHmac('sha256', 'shared').update(body).digest('hex');
  expect(signature).toBe(`sha256=${wanted}`);
});

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const broker = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find(
  (path) => existsSync(path),
);

it('an MQTT broker is told states and events, also those of before it came', async (context) => {
  if (broker === undefined) context.skip('no mosquitto: install it');
  const hub = hubOf('door');
  const port = await freePort();
  const settings = { mqtt: `mqtt://user:hidden@127.0.0.1:${port}`, mqttTopic: 'relens' };
  run(mqttNews(hub, settings, logger).subscribe());
  hub.happen('door', 'stalled', 'no picture came');
  const child = spawn(broker!, ['-p', String(port)], { stdio: 'ignore' });
  undo.push(() => child.kill());
  const listener = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 200 });
  undo.push(() => listener.end(true));
  listener.on('error', () => undefined);
  const told = (what: 'connect' | 'message') =>
    new Promise<void>((resolve) => {
      listener.once(what, () => resolve());
    });
  const heard = new Map<string, string>();
  const hear = async (topic: string, word: string) => {
    while (heard.get(topic)?.includes(word) !== true) await told('message');
  };
  listener.on('message', (topic, payload) => heard.set(topic, payload.toString()));
  await told('connect');
  await listener.subscribeAsync('relens/#');
  await hear('relens/status', 'online');
  await hear('relens/door/event', 'no picture came');
  await hear('relens/door/state', '"status":"live"');
  hub.camera('door')!.stall('gone');
  await hear('relens/door/state', 'gone');
  for (const one of undo.splice(1, 1)) one();
  await hear('relens/status', 'offline');
  expect(log.join()).not.toContain('hidden');
});
