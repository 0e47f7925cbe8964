/** A model that is opened when it is first asked, for what most jobs never need. */
import type { DeviceName } from './devices.js';
import { openEngine, type Engine } from './engine.js';
import type { ModelCard } from './model-card.js';

export type LazyEngine = Pick<Engine, 'card' | 'run' | 'close'>;

/**
 * `run` opens it, and then throws what `openEngine` throws; `close` waits for an opening under way.
 * @param threads 0 = one for each core
 */
export function lazyEngine(
  card: ModelCard,
  device: DeviceName | 'auto',
  threads: number,
): LazyEngine {
  let opened: Promise<Engine> | undefined;
  return {
    card,
    async run(feeds) {
      opened ??= openEngine(card, device, threads);
      return (await opened).run(feeds);
    },
    async close() {
      await opened?.then(
        (engine) => engine.close(),
        () => undefined,
      );
    },
  };
}
