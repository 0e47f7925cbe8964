/** The registry of archived sources: the first that takes a path has it. */
import type { Stats } from 'node:fs';
import type { FileSpec } from './file-source.js';
import { isImage, isPattern, probeImages } from './images.js';
import type { ProbedInput } from './input.js';
import { probeVideo } from './video.js';

export interface FileKind {
  readonly name: string;
  /** @param stats undefined when nothing of that name is there */
  readonly takes: (path: string, stats: Stats | undefined) => boolean;
  readonly probe: (spec: FileSpec) => Promise<ProbedInput>;
}

export const FILE_KINDS: readonly FileKind[] = [
  {
    name: 'images',
    takes: (path, stats) =>
      stats === undefined ? isPattern(path) : stats.isDirectory() || isImage(path),
    probe: probeImages,
  },
  { name: 'video', takes: (_path, stats) => stats !== undefined, probe: probeVideo },
];
