/** Waits for files to appear in a folder, by the events of the file system. */
import { existsSync, mkdirSync, readdirSync, watch } from 'node:fs';

/** Resolves with the names of the folder's files once `test` holds for them. */
export function filesOf(folder: string, test: (names: string[]) => boolean): Promise<string[]> {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  return new Promise((resolve) => {
    const look = () => {
      const names = readdirSync(folder).sort();
      if (!test(names)) return;
      watcher.close();
      resolve(names);
    };
    const watcher = watch(folder, look);
    look();
  });
}
