/** The detectors that are networks, each in a worker of its own; lanes may share them. */
import { NETWORK_DETECTORS } from '../src/detectors/index.js';
import type { NetworkDetector, NetworkSession } from '../src/detectors/network.js';
import type { SourceInfo } from '../src/frame/seams.js';
import type { DeviceName } from '../src/inference/devices.js';
import { openEngine, type Engine } from '../src/inference/engine.js';
import { loadModelCard } from '../src/inference/model-card.js';

export interface DetectionNetworks {
  /** One lane's memory of each. */
  open(
    info: SourceInfo,
  ): { readonly detector: NetworkDetector; readonly session: NetworkSession }[];
  /** Names and SHA-256. */
  readonly models: readonly { readonly model: string; readonly sha256: string }[];
  close(): Promise<void>;
}

/** Where a frame cannot wait: statistical detectors only. */
export const NO_NETWORKS: Pick<DetectionNetworks, 'open'> = { open: () => [] };

/**
 * @param threads 0 = one for each core
 * @throws RelensError DEVICE, MODEL
 */
export async function openDetectionNetworks(
  device: DeviceName | 'auto',
  threads: number,
): Promise<DetectionNetworks> {
  const engines = new Map<NetworkDetector, Engine>();
  const close = async () => {
    await Promise.all([...engines.values()].map((engine) => engine.close()));
  };
  try {
    for (const detector of NETWORK_DETECTORS) {
      const card = await loadModelCard(detector.model, 'detector');
      engines.set(detector, await openEngine(card, device, threads));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    models: [...engines.values()].map(({ card }) => ({ model: card.name, sha256: card.sha256 })),
    open: (info) =>
      [...engines].map(([detector, engine]) => ({
        detector,
        session: detector.open(info, (feeds) => engine.run(feeds)),
      })),
    close,
  };
}
