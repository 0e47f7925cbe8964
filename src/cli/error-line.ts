/** The one line that an error becomes, and the exit code it stands for. */
import { isRelensError } from '../errors.js';

/** Exit codes: 0 done, 1 failed, 2 used wrongly, 130 stopped by Ctrl-C. */
export const EXIT = { done: 0, failed: 1, usage: 2, stopped: 130 } as const;

/** `[CODE] message` for our own errors; for all others a line that says where to look. */
export function errorLine(error: unknown): string {
  if (isRelensError(error)) return `[${error.code}] ${oneLine(error.message)}`;
  const message = error instanceof Error ? error.message : String(error);
  return `unexpected error: ${oneLine(message)} (RELENS_DEBUG=1 shows where)`;
}

export function exitCode(error: unknown): number {
  if (!isRelensError(error)) return EXIT.failed;
  if (error.code === 'USAGE' || error.code === 'CONFIG') return EXIT.usage;
  return error.code === 'ABORTED' ? EXIT.stopped : EXIT.failed;
}

/** The stack, and those of the causes below it. */
export function stackLines(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackLines(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
