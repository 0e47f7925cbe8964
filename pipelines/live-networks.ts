/** The networks that detect, live: which are asked, and how one is asked without waiting for it. */
import { damageNetwork } from '../src/detectors/damage-network.js';
import { lensNetwork } from '../src/detectors/lens-network.js';
import type { NetworkDetector, NetworkSession } from '../src/detectors/network.js';
import type { DamageMap } from '../src/frame/damage-map.js';
import type { CellGrid } from '../src/frame/frame.js';

/** `lens` is asked for one frame of 64, `all` for each frame. */
export type LiveNetworks = 'none' | 'lens' | 'all';

export const LIVE_NETWORKS: Readonly<Record<LiveNetworks, readonly NetworkDetector[]>> = {
  none: [],
  lens: [lensNetwork],
  all: [damageNetwork, lensNetwork],
};

/**
 * What lies on the lens stays there, so that no frame waits for it: each is answered with what is known,
 * and frames that come while the network is at work are not shown to it.
 */
export function inBackground(
  session: NetworkSession,
  { kinds }: NetworkDetector,
  { columns, rows }: CellGrid,
): NetworkSession {
  const nothing = kinds.map((kind): DamageMap => ({
    kind,
    columns,
    rows,
    score: new Uint8Array(columns * rows),
  }));
  const known = () => session.current?.() ?? nothing;
  let working = false;
  let failure: Error | undefined;
  return {
    ...session,
    inspect: (frame, ahead) => {
      if (failure !== undefined) return Promise.reject(failure);
      if (!working) {
        working = true;
        session.inspect(frame, ahead).then(
          () => {
            working = false;
          },
          (error: unknown) => {
            failure = error instanceof Error ? error : new Error(String(error));
          },
        );
      }
      return Promise.resolve(known());
    },
    current: known,
  };
}
