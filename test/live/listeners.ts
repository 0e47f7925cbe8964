/** Who listens to news in tests: the receiver of a webhook, and an MQTT broker with its listener. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import mqtt from 'mqtt';
import { afterEach } from 'vitest';

const undo: (() => void)[] = [];

/** Undoes what a file's tests began, the latest first, after each of them. */
export function endListeners(): void {
  afterEach(() => {
    for (const one of undo.splice(0).reverse()) one();
  });
}

/** Is done after the test, before what was begun earlier is undone. */
export function afterwards(one: () => void): void {
  undo.push(one);
}

export interface Post {
  readonly body: string;
  readonly signature: string | undefined;
}

export interface Receiver {
  readonly url: string;
  readonly posts: readonly Post[];
  /** Resolves with the first post whose body holds these words. */
  readonly got: (...words: string[]) => Promise<Post>;
}

/** Answers with the given statuses in turn, then with 200. */
export async function receiver(...statuses: number[]): Promise<Receiver> {
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
  afterwards(() => server.close());
  const { port } = server.address() as AddressInfo;
  const got = async (...words: string[]) => {
    for (;;) {
      const post = posts.find(({ body }) => words.every((word) => body.includes(word)));
      if (post !== undefined) return post;
      await once(server, 'post');
    }
  };
  return { url: `http://127.0.0.1:${port}/hook`, posts, got };
}

export async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find(
  (path) => existsSync(path),
);

/** Undefined when a broker can run, else what is missing. */
export const NO_BROKER = MOSQUITTO === undefined ? 'no mosquitto: install it' : undefined;

export interface Topics {
  /** Resolves with what was said on the topic when it holds these words. */
  readonly hear: (topic: string, ...words: string[]) => Promise<string>;
}

/** Starts a real broker, and hears all that is said below `relens/`. */
export async function broker(port: number): Promise<Topics> {
  if (MOSQUITTO === undefined) throw new Error(NO_BROKER);
  const child = spawn(MOSQUITTO, ['-p', String(port)], { stdio: 'ignore' });
  afterwards(() => child.kill());
  const listener = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 200 });
  afterwards(() => listener.end(true));
  listener.on('error', () => undefined);
  const told = (what: 'connect' | 'message') =>
    new Promise<void>((resolve) => {
      listener.once(what, () => resolve());
    });
  const heard: (readonly [topic: string, text: string])[] = [];
  listener.on('message', (topic, payload) => heard.push([topic, payload.toString()]));
  const hear = async (topic: string, ...words: string[]) => {
    for (;;) {
      const said = heard.find(
        ([where, text]) => where === topic && words.every((word) => text.includes(word)),
      );
      if (said !== undefined) return said[1];
      await told('message');
    }
  };
  await told('connect');
  await listener.subscribeAsync('relens/#');
  return { hear };
}
