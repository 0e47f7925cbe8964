/** The files of the repository, as the house rules look at them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.js';

const NOT_OURS = new Set(['node_modules', 'dist', 'out', 'coverage', 'runs', '__pycache__']);

export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** All files below the given folders of the repository whose names end in one of `endings`. */
export function sourceFiles(folders: readonly string[], endings: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => below(folder))
    .flatMap((path) =>
      endings.some((ending) => path.endsWith(ending))
        ? [{ path, text: readFileSync(join(packageRoot, path), 'utf8') }]
        : [],
    );
}

function below(folder: string): string[] {
  const entries = readdirSync(join(packageRoot, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith('.') || NOT_OURS.has(entry.name)) return [];
    return entry.isDirectory() ? below(path) : [path];
  });
}
