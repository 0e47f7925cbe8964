/** Who may come in: token, cookie, origin, name, TLS, and not too often. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as secureRequest } from 'node:https';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RateLimit } from '../../src/server/rate-limit.js';
import { checkSettings } from '../../src/server/settings.js';
import { SETTINGS, startServer, TestHub, type Running } from './test-hub.js';

const TOKEN = 'correct-horse-battery';
const hub = new TestHub('door');
afterAll(() => hub.close());

/** Node's fetch does not let a Host or an Origin be chosen. */
function status(server: Running, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(server.url + path, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    sent.on('error', reject).end();
  });
}

function socketStatus(server: Running, path: string, headers: Record<string, string>) {
  return new Promise<number>((resolve) => {
    const socket = new WebSocket(server.url.replace('http', 'ws') + path, { headers });
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode!));
    socket.on('open', () => {
      socket.close();
      resolve(101);
    });
    socket.on('error', () => undefined);
  });
}

describe('a server with a token', () => {
  let server: Running;
  beforeAll(async () => {
    server = await startServer(hub, { token: TOKEN, origins: ['https://nvr.example'] });
  });
  afterAll(() => server.stop());

  it('lets nobody in without it, by any door', async () => {
    for (const path of [
      '/api/cameras',
      '/metrics',
      '/viewer.js',
      '/snapshot/door.jpg',
      '/nothing',
    ]) {
      expect([path, await status(server, path, {})]).toEqual([path, 401]);
    }
    for (const path of ['/live', '/live/door', '/jsmpeg/door']) {
      expect([path, await socketStatus(server, path, {})]).toEqual([path, 401]);
    }
    expect(await status(server, '/healthz', {})).toBe(200);
    expect(await status(server, '/', {})).toBe(303);
  });

  it('takes it as Bearer and Basic, and in the address for players only', async () => {
    const basic = Buffer.from(`anybody:${TOKEN}`).toString('base64');
    expect(await status(server, '/api/cameras', { authorization: `Bearer ${TOKEN}` })).toBe(200);
    expect(await status(server, '/api/cameras', { authorization: `Basic ${basic}` })).toBe(200);
    expect(await status(server, `/snapshot/door.jpg?token=${TOKEN}`, {})).toBe(200);
    expect(await socketStatus(server, `/jsmpeg/door?token=${TOKEN}`, {})).toBe(101);
    expect(await status(server, `/api/cameras?token=${TOKEN}`, {})).toBe(401);
    expect(server.log.join()).not.toContain(TOKEN);
  });

  it('gives a cookie for it that holds no part of it, and takes it away', async () => {
    const login = (token: string) =>
      fetch(`${server.url}/login`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ token }),
      });
    const wrong = await login('wrong');
    expect([wrong.headers.get('location'), wrong.headers.get('set-cookie')]).toEqual([
      '/login#wrong',
      null,
    ]);
    const right = await login(TOKEN);
    const cookie = right.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    const [pair] = cookie.split(';');
    expect(await status(server, '/api/cameras', { cookie: pair! })).toBe(200);
    expect(await socketStatus(server, '/live', { cookie: pair! })).toBe(101);
    const [expires] = pair!.slice('relens='.length).split('.');
    const forged = pair!.replace(expires!, String(Number(expires) + 1));
    expect(await status(server, '/api/cameras', { cookie: forged })).toBe(401);
  });

  it('answers pages of other sites only where they are named', async () => {
    const authorization = `Bearer ${TOKEN}`;
    const from = (origin: string) => status(server, '/api/cameras', { authorization, origin });
    expect(await from('https://evil.example')).toBe(403);
    expect(await from('https://nvr.example')).toBe(200);
    expect(await from(server.url)).toBe(200);
    const asked = await fetch(`${server.url}/api/cameras`, {
      method: 'OPTIONS',
      headers: { origin: 'https://nvr.example' },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://nvr.example');
    const origin = 'https://evil.example';
    expect(await socketStatus(server, '/live', { authorization, origin })).toBe(403);
  });

  it('makes whoever guesses wait', async () => {
    const guess = () => status(server, '/api/cameras', { authorization: 'Bearer guess' });
    const answers: number[] = [];
    for (let i = 0; i < 12; i++) answers.push(await guess());
    expect(answers.at(-1)).toBe(429);
    // Not even the right one is looked at now.
    expect(await status(server, '/api/cameras', { authorization: `Bearer ${TOKEN}` })).toBe(429);
  });
});

it('without a token answers only to the names of this machine', async () => {
  const server = await startServer(hub);
  expect(await status(server, '/api/cameras', { host: 'evil.example' })).toBe(403);
  expect(await status(server, '/api/cameras', { host: `localhost:${server.port}` })).toBe(200);
  server.stop();
});

it('answers an address that asks too often with 429 and when to come again', async () => {
  const server = await startServer(hub, { requestsPerMinute: 5 });
  let last = await fetch(`${server.url}/healthz`);
  for (let i = 0; i < 6; i++) last = await fetch(`${server.url}/healthz`);
  expect([last.status, Number(last.headers.get('retry-after')) > 0]).toEqual([429, true]);
  server.stop();
});

it('refills what may be asked with time', () => {
  let now = 0;
  const limit = new RateLimit(60, () => now);
  for (let i = 0; i < 60; i++) expect(limit.take('a')).toBe(0);
  expect([limit.take('a'), limit.take('b')]).toEqual([1, 0]);
  now = 1000;
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 1]);
});

/** A certificate for itself, and its key. */
function makeCertificate(folder: string, name: string): { certificate: string; key: string } {
  const [key, certificate] = [join(folder, `${name}-key.pem`), join(folder, `${name}.pem`)];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost'],
    ],
    { stdio: 'ignore' },
  );
  return { certificate, key };
}

it('serves TLS with the files it is given, where they belong together', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'relens-tls-'));
  const own = makeCertificate(folder, 'own');
  const { key } = makeCertificate(folder, 'other');
  for (const wrong of [{ key }, { key: own.certificate }, { key: join(folder, 'none.pem') }]) {
    await expect(startServer(hub, { ...own, ...wrong })).rejects.toMatchObject({ code: 'CONFIG' });
  }
  const server = await startServer(hub, own);
  expect(server.url).toMatch(/^https:/);
  const code = await new Promise<number>((resolve, reject) => {
    secureRequest(`${server.url}/healthz`, { rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
  expect(code).toBe(200);
  server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('settings', () => {
  const refused = (change: object) => {
    try {
      checkSettings({ ...SETTINGS, ...change });
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('open no door to outside without a token', () => {
    expect(refused({ host: '0.0.0.0' })).toContain('needs a token');
    expect(refused({ host: '192.168.1.5' })).toContain('needs a token');
    expect(refused({ host: '0.0.0.0', token: TOKEN })).toBe('');
    expect(refused({ host: '127.0.0.1' })).toBe('');
    expect(refused({ host: '::1' })).toBe('');
  });

  it('refuse a short token without saying it, and half a TLS', () => {
    expect(refused({ token: 'hunter2' })).toMatch(/at least 16/);
    expect(refused({ token: 'hunter2' })).not.toContain('hunter2');
    expect(refused({ certificate: 'a.pem' })).toContain('server.key');
  });
});

it('says in one line that the port is taken', async () => {
  const server = await startServer(hub);
  await expect(startServer(hub, { port: server.port })).rejects.toMatchObject({
    code: 'ADDRESS_TAKEN',
  });
  server.stop();
});
