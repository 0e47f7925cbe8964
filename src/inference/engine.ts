/** Runs a model in a worker thread; tensors in, tensors out. */
import { Worker } from 'node:worker_threads';
import { builtFile } from '../config/package-root.js';
import { RelensError } from '../errors.js';
import { chooseDevice, type DeviceName } from './devices.js';
import type { ModelCard } from './model-card.js';
import type { EngineReply, EngineRequest, Tensors } from './tensors.js';

export interface EngineResult {
  readonly results: Tensors;
  /** The tensors that were given, to be filled again. */
  readonly feeds: Tensors;
  /** Milliseconds in the runtime. */
  readonly ms: number;
}

export interface Engine {
  readonly device: string;
  readonly card: ModelCard;
  /** Moves the feeds' memory away until the promise settles. Runs in the order of the calls. */
  run(feeds: Tensors): Promise<EngineResult>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: EngineResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param threads 0 = one for each core
 * @throws RelensError DEVICE when the named device cannot run, MODEL when the file is no model
 */
export async function openEngine(
  card: ModelCard,
  device: DeviceName | 'auto',
  threads: number,
): Promise<Engine> {
  const chosen = await chooseDevice(device);
  const worker = new Worker(builtFile('src', 'inference', 'worker.js'));
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let broken: Error | undefined;

  const send = (request: EngineRequest, moved: ArrayBuffer[] = []) => {
    worker.postMessage(request, moved);
  };
  const fail = (error: Error) => {
    broken = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const opened = new Promise<void>((resolve, reject) => {
    worker.on('message', (reply: EngineReply) => {
      if (reply.type === 'opened') {
        resolve();
      } else if (reply.type === 'done') {
        waiting.get(reply.id)?.resolve(reply);
        waiting.delete(reply.id);
      } else if (reply.id === undefined) {
        reject(
          new RelensError(
            'MODEL',
            `cannot open model ${card.name} on ${chosen}: ${reply.message}; ` +
              'try --device cpu, or see relens doctor',
          ),
        );
      } else {
        const text = `inference failed on ${chosen}: ${reply.message}; try --device cpu`;
        waiting.get(reply.id)?.reject(new RelensError('INFERENCE', text));
        waiting.delete(reply.id);
      }
    });
    worker.on('error', (error) => {
      reject(error);
      fail(error);
    });
    worker.on('exit', (code) => {
      fail(new RelensError('INFERENCE', `the inference worker ended with code ${code}; run again`));
    });
  });
  send({ type: 'open', path: card.path, device: chosen, threads });
  try {
    await opened;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    device: chosen,
    card,
    run: (feeds) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined) {
          reject(broken);
          return;
        }
        const id = next++;
        waiting.set(id, { resolve, reject });
        send(
          { type: 'run', id, feeds },
          Object.values(feeds).map(({ data }) => data.buffer),
        );
      }),
    close: async () => {
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      send({ type: 'close' });
      await ended;
    },
  };
}
