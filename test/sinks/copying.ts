/** Decodes a file and writes it again, with nothing in between. */
import { lastValueFrom } from 'rxjs';
import { expect, vi } from 'vitest';
import { FramePool } from '../../src/frame/frame-pool.js';
import { videoFile, type VideoFileReport, type VideoFileSpec } from '../../src/sinks/video-file.js';
import { openFile, type FileSpec } from '../../src/sources/file.js';
import { ffmpeg } from '../ffmpeg/clips.js';

/** Also checks that no frame is left open. `.mkv` is written without loss. */
export async function copy(
  input: string,
  output: string,
  options: Partial<VideoFileSpec> = {},
  spec: Partial<FileSpec> = {},
): Promise<VideoFileReport> {
  const source = await openFile({ path: input, ffmpeg, deinterlace: 'auto', ...spec });
  const pool = new FramePool(source.info, 3);
  const { start, end } = spec;
  const sink = videoFile({
    path: output,
    ffmpeg,
    info: source.info,
    lossless: output.endsWith('.mkv'),
    carry: {
      path: input,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    },
    ...options,
  });
  try {
    return await lastValueFrom(sink.consume(source.frames(pool)));
  } finally {
    await vi.waitFor(() => expect(pool.inUse).toBe(0), { timeout: 20_000 });
  }
}
