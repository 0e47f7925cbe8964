/** Turns what a failed ffmpeg said into one error a user can act on. */
import { RelensError, type ErrorCode } from '../errors.js';
import type { Exit, LineLog } from './process.js';

const KNOWN: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/No space left on device|Disk quota exceeded/i, 'DISK_FULL', 'the disk is full: make room'],
  [
    /Permission denied|Read-only file system|Operation not permitted/i,
    'OUTPUT_WRITE',
    'it may not be written: check the permissions of its folder',
  ],
  [/Unknown encoder/i, 'CODEC_MISSING', 'this ffmpeg has no such encoder: `relens doctor` lists'],
];

/** The error of an ffmpeg that was writing `path`. */
export function writingFailed(path: string, exit: Exit, stderr: LineLog): RelensError {
  for (const [pattern, code, advice] of KNOWN) {
    if (stderr.lines.some((line) => pattern.test(line))) {
      return new RelensError(code, `${path}: ${advice}`);
    }
  }
  return new RelensError('FFMPEG_FAILED', `${path}: ffmpeg ${ending(exit)} (${reason(stderr)})`);
}

/** For example `ended with code 1`. */
export function ending({ code, signal, error }: Exit): string {
  if (error !== undefined) return `could not be started (${error.message})`;
  return signal === null ? `ended with code ${code ?? '?'}` : `was ended by ${signal}`;
}

/** The first complaint, which is the cause of those that follow, without ffmpeg's own addresses. */
export function reason(stderr: LineLog): string {
  return stderr.lines[0]?.replace(/^\[[^\]]*\]\s*/, '') ?? 'it gave no reason';
}
