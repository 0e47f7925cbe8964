/** A Firefox as Debian ships it, spoken to by WebDriver BiDi (w3.org/TR/webdriver-bidi). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const PATHS = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/** Undefined when there is none: RELENS_FIREFOX names one elsewhere. */
export function findFirefox(): string | undefined {
  const named = process.env['RELENS_FIREFOX'];
  return [...(named === undefined ? [] : [named]), ...PATHS].find((path) => existsSync(path));
}

export const NO_FIREFOX = 'no Firefox: install it, or name one with RELENS_FIREFOX';

// Playwright speaks to such a Firefox too, but sends commands that the one of Debian 12 does not know.
export interface Firefox {
  /** Settles when the page has loaded. */
  open(url: string): Promise<void>;
  /** What an expression is in the page, as text; undefined where it is neither text nor a number. */
  read(expression: string): Promise<string | number | undefined>;
  close(): Promise<void>;
}

interface Answer {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly message?: string;
  readonly result?: unknown;
}

export async function launchFirefox(path: string): Promise<Firefox> {
  const profile = await mkdtemp(join(tmpdir(), 'relens-firefox-'));
  const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let address: string | undefined;
  for await (const line of createInterface(child.stderr)) {
    address = /BiDi listening on (ws:\S+)/.exec(line)?.[1];
    if (address !== undefined) break;
  }
  if (address === undefined) throw new Error('Firefox ended without saying where it listens');
  child.stderr.resume();
  const socket = new WebSocket(`${address}/session`);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    waiting.get(answer.id ?? -1)?.(answer);
  });
  let last = 0;
  const ask = async <T>(method: string, params: object): Promise<T> => {
    const id = ++last;
    const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { type, message, result } = await answer;
    if (type !== 'success') throw new Error(`${method}: ${message}`);
    return result as T;
  };
  await ask('session.new', { capabilities: {} });
  const { contexts } = await ask<{ contexts: { context: string }[] }>(
    'browsingContext.getTree',
    {},
  );
  const { context } = contexts[0]!;
  return {
    open: (url) => ask('browsingContext.navigate', { context, url, wait: 'complete' }),
    read: async (expression) => {
      const params = { expression, target: { context }, awaitPromise: true };
      const { result } = await ask<{ result?: { value?: string | number } }>(
        'script.evaluate',
        params,
      );
      return result?.value;
    },
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      socket.terminate();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
