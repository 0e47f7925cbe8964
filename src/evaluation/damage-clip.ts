/** Damages one clip: the seeded damage of a case, its true mask, and the file a tool is given. */
import { basename, extname, join } from 'node:path';
import type { Ffmpeg } from '../ffmpeg/find.js';
import { encodeH264, throughLossyTransport } from './carrier.js';
import { bytesOf, decodeAtRate, encodeLossless, type RawClip } from './clip.js';
import type { DamageCase } from './damage/damage.js';
import { throwIfAborted } from './ffmpeg-job.js';
import { Random } from './random.js';
import { RawReader, RawWriter } from './raw-file.js';

/** Pictures wider than this are scaled down before they are damaged. */
export const MAX_WIDTH = 640;

/** A damaged clip as raw planes beside the clean one. */
export interface Damaged {
  readonly clip: RawClip;
  /** Raw masks `[rows, columns]` in a row; undefined for cases that lose no cells. */
  readonly mask?: string;
  /** What the tool is given. */
  readonly file: string;
}

/**
 * Damages a clean raw clip. The damage depends on `seed` alone: the same seed, size and length
 * give the same bytes (as far as the codec of the case does).
 * @param folder all files are written here; the caller removes it
 */
export async function damageRaw(
  ffmpeg: Ffmpeg,
  damage: DamageCase,
  clean: RawClip,
  seed: string,
  folder: string,
  signal: AbortSignal,
): Promise<Damaged> {
  const random = new Random(seed);
  const planes = { ...clean, path: join(folder, 'damaged.yuv') };
  const rawMask = join(folder, 'mask.gray');
  const file = join(folder, 'damaged.mkv');
  await damageFrames(damage, clean, random, planes.path, rawMask, signal);
  switch (damage.carrier) {
    case 'lossless':
      await encodeLossless(ffmpeg, planes, file, signal);
      return { clip: planes, file, ...(damage.masked ? { mask: rawMask } : {}) };
    case 'h264': {
      await encodeH264(ffmpeg, planes, file, signal);
      const decoded = join(folder, 'decoded.yuv');
      return { clip: await decodeAtRate(ffmpeg, file, clean, decoded, signal), file };
    }
    case 'lossy-transport': {
      const lost = await throughLossyTransport(ffmpeg, planes, random, folder, signal);
      return { clip: lost.concealed, mask: lost.mask, file: lost.stream };
    }
  }
}

async function damageFrames(
  damage: DamageCase,
  clean: RawClip,
  random: Random,
  path: string,
  maskPath: string,
  signal: AbortSignal,
): Promise<void> {
  const bytes = bytesOf(clean);
  const data = new Uint8Array(bytes.frame);
  const mask = new Uint8Array(bytes.mask);
  const harm = damage.open({ ...clean, frameRate: clean.rate[0] / clean.rate[1], random });
  const reader = await RawReader.open(clean.path, bytes.frame);
  const frames = await RawWriter.create(path);
  const masks = await RawWriter.create(maskPath);
  try {
    for (let index = 0; index < clean.frames; index++) {
      throwIfAborted(signal);
      await reader.read(index, data);
      mask.fill(0);
      harm(data, mask);
      await frames.write(data);
      await masks.write(mask);
    }
  } finally {
    await Promise.all([reader, frames, masks].map((file) => file.close()));
  }
}

export function clipName(path: string): string {
  return basename(path, extname(path));
}

export function seedOf(clip: string, caseName: string): string {
  return `${clip}/${caseName}`;
}
