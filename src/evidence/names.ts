/** The names of what lies beside a restored file. */
import { basename, dirname, join, resolve } from 'node:path';

export interface EvidenceFiles {
  readonly manifest: string;
  /** The list of frames. */
  readonly frames: string;
  /** The provenance track. */
  readonly cells: string;
  readonly signature: string;
}

/** @param output the file, or the folder of a sequence of images */
export function evidenceFiles(output: string): EvidenceFiles {
  const base = join(dirname(resolve(output)), basename(output));
  return {
    manifest: `${base}.relens.json`,
    frames: `${base}.relens-frames.tsv`,
    cells: `${base}.relens-cells.mkv`,
    signature: signatureOf(`${base}.relens.json`),
  };
}

/** The detached signature of a manifest. */
export function signatureOf(manifest: string): string {
  return `${manifest.replace(/\.json$/, '')}.sig`;
}

/** True for the provenance track, which is no footage. */
export const isEvidence = (name: string) => /\.relens-cells\.mkv$/.test(name);
