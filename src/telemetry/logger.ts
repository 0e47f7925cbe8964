/** The one log style: plain lines on stderr, values behind the message. */
import { pino, type Logger } from 'pino';
import type { Terminal } from './terminal.js';

export type { Logger };

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** --quiet and --verbose, else RELENS_LOG, else info. An unknown RELENS_LOG counts as info. */
export function logLevel(
  flags: { readonly quiet?: boolean; readonly verbose?: boolean },
  env: NodeJS.ProcessEnv,
): LogLevel {
  if (flags.verbose === true) return 'debug';
  if (flags.quiet === true) return 'error';
  return LOG_LEVELS.find((level) => level === env['RELENS_LOG']) ?? 'info';
}

/** For people, or for whoever collects logs: one JSON object a line, with its time. */
export type LogFormat = 'plain' | 'json';

export function createLogger(
  terminal: Terminal,
  level: LogLevel,
  format: LogFormat = 'plain',
): Logger {
  const levels = { level: (label: string) => ({ level: label }) };
  if (format === 'json') {
    const collect = (line: string) => {
      terminal.line(line.trimEnd());
    };
    return pino(
      { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: levels },
      { write: collect },
    );
  }
  const write = (json: string) => {
    terminal.line(plainLine(JSON.parse(json) as Record<string, unknown>));
  };
  return pino({ level, base: null, timestamp: false, formatters: levels }, { write });
}

/** `relens: warning: message (key=value, key=value)` */
function plainLine({ level, msg, ...values }: Record<string, unknown>): string {
  const kind = level === 'info' ? '' : level === 'warn' ? 'warning: ' : `${String(level)}: `;
  const pairs = Object.entries(values).map(([key, value]) => `${key}=${plain(value)}`);
  return `relens: ${kind}${typeof msg === 'string' ? msg : ''}${pairs.length > 0 ? ` (${pairs.join(', ')})` : ''}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
