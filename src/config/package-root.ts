/** Where the package lies, so that src/ and dist/ find the same configs, models and fixtures. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RelensError } from '../errors.js';

/** The folder of this package's own package.json, found by walking up from this file. */
export const packageRoot = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
  return findRoot(parent);
}

/** Absolute path of a file of the package. */
export function packageFile(...segments: string[]): string {
  return join(packageRoot, ...segments);
}

/**
 * A worker needs a file of JavaScript, also when the rest runs from TypeScript (tests).
 * @throws RelensError INFERENCE when the project was not built
 */
export function builtFile(...segments: string[]): string {
  const path = packageFile('dist', ...segments);
  if (existsSync(path)) return path;
  throw new RelensError('INFERENCE', `expected ${path}, found nothing; run npm run build`);
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
