/** Waits for what a running job does in its hidden folder. */
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Resolves when `count` things have happened in the folder of the job of `output`, or when it has ended. */
export async function happenings(
  output: string,
  count: number,
  ended: Promise<unknown>,
): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  void ended.finally(() => over.abort());
  const target = dirname(output);
  const job = join(target, `.${basename(output)}.relens-job`);
  try {
    if (!existsSync(job)) {
      const above = watch(target, { signal });
      while (!existsSync(job)) await once(above, 'change', { signal });
      above.close();
    }
    const watcher = watch(job, { signal });
    for (let seen = 0; seen < count; seen++) await once(watcher, 'change', { signal });
    watcher.close();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
