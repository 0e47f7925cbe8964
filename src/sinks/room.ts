/** Whether a folder can be written to again: the disk has room, and nobody forbids it. */
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Less is full again in no time. */
const ROOM_BYTES = 32 * 2 ** 20;

/** Never rejects. Makes the folder where it is not there any more. */
export async function hasRoom(folder: string): Promise<boolean> {
  const trial = join(folder, '.relens-trial');
  try {
    await mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < ROOM_BYTES) return false;
    await writeFile(trial, 'may be written');
    await rm(trial);
    return true;
  } catch {
    return false;
  }
}
