/** Makes the final list of frames from what was noted of each part, and from the output itself. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { syncFile, writeFailed } from './durable.js';
import { CHAIN_START, chainedLine, FRAME_LIST_HEAD, linesOf } from './frame-list.js';

export interface WrittenList {
  readonly count: number;
  readonly chain: string;
}

/**
 * @param parts the files of lines, in order
 * @param files SHA-256 of what each frame became in the output; frames without one get `-`
 * @throws RelensError DISK_FULL, OUTPUT_WRITE
 */
export async function writeFrameList(
  path: string,
  parts: readonly string[],
  files: AsyncIterator<string, undefined>,
): Promise<WrittenList> {
  let chain = CHAIN_START;
  let count = 0;
  async function* chained(): AsyncGenerator<string> {
    yield FRAME_LIST_HEAD;
    for (const part of parts) {
      for await (const line of linesOf(part)) {
        const file = await files.next();
        const whole = chainedLine(chain, line, file.done === true ? '-' : file.value);
        chain = whole.slice(whole.lastIndexOf('\t') + 1);
        count++;
        yield `${whole}\n`;
      }
    }
  }
  const partial = `${path}.part`;
  try {
    await pipeline(Readable.from(chained()), createWriteStream(partial));
    await syncFile(partial);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw writeFailed(path, cause);
  } finally {
    await files.return?.(undefined);
  }
  return { count, chain };
}
