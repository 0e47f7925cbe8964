/** What a manifest says a job was told: only what a job may be told, and only values that it takes. */
import { z } from 'zod';
import { configSchema } from '../src/config/schema.js';
import { RelensError } from '../src/errors.js';
import type { Manifest } from '../src/evidence/manifest.js';
import type { NotRecorded, RestoreOptions } from './restore-options.js';

const { inference, input, repair, output } = configSchema.shape;
const seconds = z.number().nonnegative();

/** One for each setting that a manifest records: a new one is missed by the compiler. */
const settings = {
  model: inference.shape.model,
  device: inference.shape.device,
  threads: inference.shape.threads,
  strength: repair.shape.strength,
  noiseFloor: repair.shape.noiseFloor.optional(),
  synthesis: repair.shape.synthesis,
  unseen: repair.shape.unseen.optional(),
  burnIn: output.shape.burnIn.optional(),
  lossless: output.shape.lossless,
  codec: z.string().optional(),
  crf: z.number().optional(),
  start: seconds.optional(),
  end: seconds.optional(),
  frameRate: z.number().positive().optional(),
  deinterlace: input.shape.deinterlace,
  masks: configSchema.shape.masks.optional(),
} satisfies Record<Exclude<keyof RestoreOptions, NotRecorded>, z.ZodType>;

const schema = z.strictObject(settings);

export type RecordedSettings = Pick<RestoreOptions, keyof typeof settings>;

/**
 * A manifest may come from anybody: it must not name a program to run, or a file to write.
 * @throws RelensError MANIFEST
 */
export function recordedSettings(path: string, manifest: Manifest): RecordedSettings {
  const parsed = schema.safeParse(manifest.settings);
  // Absent and undefined are the same in JSON.
  if (parsed.success) return parsed.data as RecordedSettings;
  const issue = parsed.error.issues[0];
  const key = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.');
  const what = `its setting "${key ?? ''}" is none that a job can be told`;
  throw new RelensError('MANIFEST', `"${path}": ${what}: it was changed, or is of a newer version`);
}
