/** The rules of a camera's settings, from a config file, a command line or a request. */
import { z } from 'zod';
import { RelensError } from '../errors.js';
import { areas } from './areas.js';
import { parseAddress } from './camera-address.js';
import type { CameraConfig } from '../frame/live-seams.js';
import { closest } from './closest.js';

/** In an address, a file name, a metric. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/i;

/** Each `describe` is the rule as a sentence's end: `"key" must be …`. */
export const cameraSchema = z.strictObject({
  url: z.string().min(1).describe('an address of rtsp, rtsps, http or https, or a file'),
  transport: z.enum(['auto', 'tcp', 'udp']).optional().describe('one of "auto", "tcp", "udp"'),
  maxWidth: z.int().min(16).max(16384).optional().describe('a whole number from 16 to 16384'),
  record: z.string().min(1).optional().describe('the path of a folder'),
  publish: z.string().min(1).optional().describe('an rtsp address to publish to'),
  damaged: areas.optional().describe(areas.description ?? ''),
  keep: areas.optional().describe(areas.description ?? ''),
});

export const camerasSchema = z.record(z.string(), z.unknown()).describe('cameras by their names');

/**
 * @param name of the camera; checked too
 * @param settings all but the name
 * @throws RelensError CONFIG; the message quotes no address, for it may hold a password
 */
export function readCamera(name: string, settings: unknown): CameraConfig {
  const key = `cameras.${name}`;
  if (!NAME.test(name)) {
    throw new RelensError(
      'CONFIG',
      `"${key}": a camera's name must be up to 64 letters, digits, "-" and "_", and begin with a ` +
        'letter or digit',
    );
  }
  const result = cameraSchema.safeParse(settings);
  if (!result.success) {
    // A key that is misspelt is missing too: the misspelling is the news.
    const { issues } = result.error;
    throw refusal(key, issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]);
  }
  const { transport, maxWidth, record, publish, damaged, keep, url } = result.data;
  check(`${key}.url`, () => parseAddress(url));
  if (publish !== undefined) {
    check(`${key}.publish`, () => {
      if (!publish.startsWith('rtsp://') || parseAddress(publish).kind !== 'rtsp') {
        throw new RelensError('CONFIG', 'expected rtsp://server/path');
      }
    });
  }
  return {
    name,
    url,
    ...(transport !== undefined && { transport }),
    ...(maxWidth !== undefined && { maxWidth }),
    ...(record !== undefined && { record }),
    ...(publish !== undefined && { publish }),
    ...(damaged !== undefined && { damaged }),
    ...(keep !== undefined && { keep }),
  };
}

/** @param file where they stand, for errors. @throws RelensError CONFIG */
export function readCameras(
  cameras: Readonly<Record<string, unknown>>,
  file?: string,
): CameraConfig[] {
  try {
    return Object.entries(cameras).map(([name, settings]) => readCamera(name, settings));
  } catch (error) {
    if (file === undefined || !(error instanceof RelensError)) throw error;
    throw new RelensError(error.code, `${error.message} (in ${file})`, { cause: error });
  }
}

function check(key: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RelensError)) throw error;
    throw new RelensError('CONFIG', `"${key}": ${error.message}`);
  }
}

type Issue = z.core.$ZodIssue;

function refusal(key: string, issue: Issue | undefined): RelensError {
  const names = Object.keys(cameraSchema.shape);
  if (issue?.code === 'unrecognized_keys') {
    const unknown = issue.keys[0] ?? '';
    const near = closest(unknown, names);
    const hint = near === undefined ? '' : `, did you mean "${near}"?`;
    return new RelensError('CONFIG', `"${key}.${unknown}": unknown key${hint}`);
  }
  const [field] = issue?.path ?? [];
  if (field === undefined) {
    return new RelensError('CONFIG', `"${key}" must be a group of keys with a url`);
  }
  const rule = cameraSchema.shape[field as keyof typeof cameraSchema.shape].description ?? '';
  return new RelensError('CONFIG', `"${key}.${String(field)}" must be ${rule}`);
}
