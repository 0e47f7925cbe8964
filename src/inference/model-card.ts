/** The models that are shipped, each with the card that says what it is. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { packageFile } from '../config/package-root.js';
import { RelensError } from '../errors.js';

const cardSchema = z.object({
  name: z.string(),
  file: z.string(),
  /** What it is for: to restore pictures, or to find damage. */
  role: z.enum(['generator', 'detector']).default('generator'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  inputs: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), z.string()),
  maskPolarity: z.literal('255 = repair'),
  /** Rows and columns of cells must be multiples of this. */
  cellMultiple: z.int().positive(),
  parameters: z.int().positive(),
  gflopsAt640x360: z.number().positive(),
});

export type ModelRole = z.infer<typeof cardSchema>['role'];

export interface ModelCard extends z.infer<typeof cardSchema> {
  /** Of the ONNX file. */
  readonly path: string;
}

/**
 * @param nameOrPath a name in models/, or the path of an .onnx file with its card (.json) beside it
 * @param role what the model must be for; default: anything
 * @throws RelensError MODEL when it is not there, has no card, is for something else, or is not the
 *   file the card describes
 */
export async function loadModelCard(nameOrPath: string, role?: ModelRole): Promise<ModelCard> {
  const card = await readCard(nameOrPath);
  if (role !== undefined && card.role !== role) {
    throw new RelensError('MODEL', `model ${card.name}: expected a ${role}, it is a ${card.role}`);
  }
  const sha256 = await hashOf(card.path);
  if (sha256 !== card.sha256) {
    throw new RelensError(
      'MODEL',
      `model ${card.name}: expected sha256 ${card.sha256}, got ${sha256}; ` +
        'the file was changed or cut short: fetch it again',
    );
  }
  return card;
}

/** The cards in models/, sorted by name; hashes are not checked. */
export async function listModels(): Promise<ModelCard[]> {
  const folder = modelsFolder();
  const files = await readdir(folder).catch(() => []);
  const cards = files.filter((file) => file.endsWith('.json')).sort();
  return Promise.all(cards.map((file) => readCard(join(folder, file.replace(/json$/, 'onnx')))));
}

/** SHA-256 of a file, hex. */
export async function hashOf(path: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (cause) {
    throw new RelensError('MODEL', `expected a model at ${path}, cannot read it`, { cause });
  }
}

function modelsFolder(): string {
  return packageFile('models');
}

async function readCard(nameOrPath: string): Promise<ModelCard> {
  const byPath = nameOrPath.endsWith('.onnx');
  const path = byPath ? nameOrPath : join(modelsFolder(), `${nameOrPath}.onnx`);
  const cardPath = path.replace(/onnx$/, 'json');
  let text: string;
  try {
    text = await readFile(cardPath, 'utf8');
  } catch (cause) {
    const names = (await readdir(modelsFolder()).catch(() => []))
      .filter((file) => file.endsWith('.onnx'))
      .map((file) => basename(file, '.onnx'));
    throw new RelensError(
      'MODEL',
      `expected model "${nameOrPath}" with its card ${basename(cardPath)}, found none in ` +
        `${dirname(cardPath)}; shipped models: ${names.join(', ') || 'none'}`,
      { cause },
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RelensError('MODEL', `${cardPath}: expected JSON, got something else`, { cause });
  }
  const parsed = cardSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RelensError(
      'MODEL',
      `${cardPath}: "${issue?.path.join('.') ?? ''}" ${issue?.message ?? 'is not valid'}`,
    );
  }
  return { ...parsed.data, path };
}
