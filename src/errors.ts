/** Every error that Relens raises on purpose, each with a stable code. */

/** Stable codes; scripts may match on them, so a code is never renamed or reused. */
export type ErrorCode =
  | 'USAGE'
  | 'CONFIG'
  | 'INPUT_NOT_FOUND'
  | 'INPUT_NOT_VIDEO'
  | 'INPUT_NEEDS_RATE'
  | 'OUTPUT_EXISTS'
  | 'OUTPUT_WRITE'
  | 'OUTPUT_BUSY'
  | 'DISK_FULL'
  | 'CODEC_MISSING'
  | 'FFMPEG_NOT_FOUND'
  | 'FFMPEG_FAILED'
  | 'NUT_SYNTAX'
  | 'MASK'
  | 'MODEL'
  | 'DEVICE'
  | 'INFERENCE'
  | 'EVALUATION'
  | 'MANIFEST'
  | 'SIGNATURE'
  | 'CAMERA_EXISTS'
  | 'CAMERA_NOT_FOUND'
  | 'CAMERA_NOT_LIVE'
  | 'PUBLISH'
  | 'ADDRESS_TAKEN'
  | 'ABORTED';

/**
 * An error a user can act on. The message says what was expected, what came, and what to do,
 * in one line and without secrets.
 */
export class RelensError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RelensError';
    this.code = code;
  }
}

/** True for errors whose message may be shown as it is. */
export function isRelensError(error: unknown): error is RelensError {
  return error instanceof RelensError;
}
