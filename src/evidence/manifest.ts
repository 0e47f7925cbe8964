/** The manifest of a restored file: its schema, how it is read and written. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RelensError } from '../errors.js';
import { writeDurably } from './durable.js';

export const MANIFEST_FORMAT = 'relens-manifest/1';

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256, hex');
const file = z.object({
  name: z.string().describe('relative to the manifest, with /'),
  bytes: z.int().nonnegative(),
  sha256: hash,
});
const plain = z.record(z.string(), z.unknown());

/** Every `describe` ends up in the published JSON schema. */
export const manifestSchema = z
  .object({
    format: z.literal(MANIFEST_FORMAT),
    input: file.extend({
      sha256: hash.describe('SHA-256 of the file; of all files one after another for images'),
      container: z.string(),
      codec: z.string(),
      pixelFormat: z.string(),
      width: z.int(),
      height: z.int(),
      frameRate: z.number(),
      colour: plain,
    }),
    output: file.extend({
      encoder: z.string(),
      lossless: z.boolean().describe('true: the decoded output is exactly the planes of the list'),
      images: z.boolean().describe('true: `name` is a pattern of numbered images'),
    }),
    mask: file.optional().describe("the user's own mask"),
    protect: file.optional().describe("the user's own mask of what is left alone"),
    frames: file.extend({
      count: z.int().nonnegative(),
      chain: hash.describe('the last link of the hash chain'),
    }),
    cells: file.extend({
      columns: z.int(),
      rows: z.int(),
      planes: z.array(z.string()).describe('from the top: what each grey picture holds'),
    }),
    software: z.record(z.string(), z.string()).describe('names and versions'),
    inference: z.object({
      device: z.string(),
      model: z.string(),
      modelSha256: hash,
      detectors: z
        .array(z.object({ model: z.string(), sha256: hash }))
        .describe('networks that looked for damage'),
    }),
    settings: plain.describe('everything the job was told, as it was used'),
    steps: z
      .array(
        z.object({
          step: z.string(),
          what: z.string(),
          why: z.string(),
          parameters: plain,
          reference: z.string().optional(),
        }),
      )
      .describe('in order'),
    findings: plain.describe(
      'damage, noise, provenance shares, cuts, camera events and what else was found, as in the report',
    ),
    lost: z.array(z.string()).describe('what could not be decoded, in words'),
    conversions: z.array(z.string()).describe('what bringing the input to yuv420p cost'),
    highlights: z.array(
      z.object({ seq: z.int(), timestamp: z.int(), most: z.string(), share: z.number() }),
    ),
    signer: z
      .object({ algorithm: z.literal('Ed25519'), publicKey: z.string(), fingerprint: hash })
      .optional()
      .describe('whose detached signature of this very file lies beside it'),
    run: plain.describe('when and how fast; differs from run to run, all else does not'),
  })
  .describe('What Relens did to one recording, and how it can be checked and repeated.');

export type Manifest = z.infer<typeof manifestSchema>;

/** The schema as it is published in schemas/. */
export function manifestJsonSchema(): unknown {
  return z.toJSONSchema(manifestSchema, { target: 'draft-2020-12' });
}

export interface ReadManifest {
  readonly manifest: Manifest;
  /** As they lie on the disk, for the signature. */
  readonly bytes: Uint8Array;
}

/** @throws RelensError MANIFEST when it is not there, no JSON, or not of the schema */
export async function readManifest(path: string): Promise<ReadManifest> {
  let bytes: Uint8Array;
  let json: unknown;
  try {
    bytes = await readFile(path);
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is no JSON: it was changed' : 'cannot be read';
    throw new RelensError('MANIFEST', `"${path}" ${why}; expected NAME.relens.json`, { cause });
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return { manifest: parsed.data, bytes };
  const issue = parsed.error.issues[0];
  const what = `"${issue?.path.join('.') ?? ''}" ${issue?.message ?? 'is not valid'}`;
  throw new RelensError('MANIFEST', `"${path}" is not a ${MANIFEST_FORMAT}: ${what}`);
}

/** @returns the bytes that were written */
export async function writeManifest(path: string, manifest: Manifest): Promise<Uint8Array> {
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  await writeDurably(path, bytes);
  return bytes;
}
