/** One log, for people or for machines. */
import { expect, it } from 'vitest';
import { createLogger, type LogFormat } from '../../src/telemetry/logger.js';
import { Terminal } from '../../src/telemetry/terminal.js';

function logged(format?: LogFormat): string {
  let text = '';
  const terminal = new Terminal({ write: (part: string) => (text += part) });
  createLogger(terminal, 'info', format).warn({ camera: 'door' }, 'the picture stopped');
  return text;
}

it('is plain lines with values behind the message', () => {
  expect(logged()).toBe('relens: warning: the picture stopped (camera=door)\n');
});

it('is one JSON object a line where that is asked for', () => {
  const { time, ...rest } = JSON.parse(logged('json')) as Record<string, string>;
  expect(rest).toEqual({ level: 'warn', camera: 'door', msg: 'the picture stopped' });
  expect(new Date(time!).getTime()).toBeGreaterThan(0);
});
