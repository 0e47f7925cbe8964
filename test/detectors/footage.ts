/** The first frames of the bundled footage, as planes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { campusPath } from '../../fixtures/index.js';
import { bytesOf, decodeToRaw, type RawClip } from '../../src/evaluation/clip.js';
import { RawReader } from '../../src/evaluation/raw-file.js';
import { findFfmpeg } from '../../src/ffmpeg/find.js';
import { openFile } from '../../src/sources/file.js';

export interface Footage {
  readonly clip: RawClip;
  /** yuv420p. */
  readonly pictures: readonly Uint8Array[];
}

export async function readFootage(frames: number, maxWidth: number): Promise<Footage> {
  const folder = await mkdtemp(join(tmpdir(), 'relens-footage-'));
  try {
    const ffmpeg = await findFfmpeg();
    const spec = { path: campusPath, ffmpeg, deinterlace: 'off', maxWidth } as const;
    const { signal } = new AbortController();
    const clip = await decodeToRaw(openFile, spec, frames, join(folder, 'clip.yuv'), signal);
    const reader = await RawReader.open(clip.path, bytesOf(clip).frame);
    const pictures: Uint8Array[] = [];
    for (let seq = 0; seq < frames; seq++) {
      const picture = new Uint8Array(bytesOf(clip).frame);
      await reader.read(seq, picture);
      pictures.push(picture);
    }
    await reader.close();
    return { clip, pictures };
  } finally {
    await rm(folder, { recursive: true });
  }
}
