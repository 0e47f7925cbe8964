/** The registry of archived sources: the first that takes a path opens it. */
import type { Stats } from 'node:fs';
import type { FileSource, FileSpec } from './file-source.js';
import { isImage, isPattern, openImages } from './images.js';
import { openVideo } from './video.js';

export interface FileKind {
  readonly name: string;
  /** @param stats undefined when nothing of that name is there */
  takes(path: string, stats: Stats | undefined): boolean;
  open(spec: FileSpec): Promise<FileSource>;
}

export const FILE_KINDS: readonly FileKind[] = [
  {
    name: 'images',
    takes: (path, stats) =>
      stats === undefined ? isPattern(path) : stats.isDirectory() || isImage(path),
    open: openImages,
  },
  { name: 'video', takes: (_path, stats) => stats !== undefined, open: openVideo },
];
