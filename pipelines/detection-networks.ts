/** The detectors that are networks, each in a worker of its own; lanes may share them. */
import { availableParallelism } from 'node:os';
import { NETWORK_DETECTORS } from '../src/detectors/index.js';
import { RelensError } from '../src/errors.js';
import type { NetworkDetector, NetworkSession } from '../src/detectors/network.js';
import type { SourceInfo } from '../src/frame/seams.js';
import type { DeviceName } from '../src/inference/devices.js';
import { openEngine, type Engine, type EngineResult } from '../src/inference/engine.js';
import { loadModelCard } from '../src/inference/model-card.js';
import type { Tensors } from '../src/inference/tensors.js';

export interface DetectionNetworks {
  /** One lane's memory of each. */
  open(
    info: SourceInfo,
  ): { readonly detector: NetworkDetector; readonly session: NetworkSession }[];
  /** Runs one of the models, by its name, for a session that lives elsewhere. */
  run(model: string, feeds: Tensors): Promise<EngineResult>;
  /** Names and SHA-256. */
  readonly models: readonly { readonly model: string; readonly sha256: string }[];
  close(): Promise<void>;
}

/** Where a frame cannot wait: statistical detectors only. */
export const NO_NETWORKS: Pick<DetectionNetworks, 'open'> = { open: () => [] };

/**
 * @param threads 0 = one for each core
 * @param detectors those that are wanted
 * @throws RelensError DEVICE, MODEL
 */
export async function openDetectionNetworks(
  device: DeviceName | 'auto',
  threads: number,
  detectors: readonly NetworkDetector[] = NETWORK_DETECTORS,
): Promise<DetectionNetworks> {
  const engines = new Map<NetworkDetector, Engine>();
  const close = async () => {
    await Promise.all([...engines.values()].map((engine) => engine.close()));
  };
  try {
    for (const detector of detectors) {
      const card = await loadModelCard(detector.model, 'detector');
      const cores = threads > 0 ? threads : availableParallelism();
      const share = detector.everyFrame ? Math.ceil(cores / 2) : cores;
      engines.set(detector, await openEngine(card, device, share));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    run: (model, feeds) => {
      for (const [detector, engine] of engines) {
        if (detector.model === model) return engine.run(feeds);
      }
      return Promise.reject(
        new RelensError('MODEL', `expected a model that is open, not ${model}`),
      );
    },
    models: [...engines.values()].map(({ card }) => ({ model: card.name, sha256: card.sha256 })),
    open: (info) =>
      [...engines].map(([detector, engine]) => ({
        detector,
        session: detector.open(info, (feeds) => engine.run(feeds)),
      })),
    close,
  };
}
