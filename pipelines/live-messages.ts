/** What is said between a camera and the worker that looks at its frames; buffers are moved. */
import type { DirtyLensRule } from '../src/detectors/events/dirty-lens.js';
import type { CameraEvent } from '../src/frame/camera-event.js';
import type { FrameSize } from '../src/frame/frame.js';
import type { ModelCard } from '../src/inference/model-card.js';
import type { EngineResult } from '../src/inference/engine.js';
import type { TensorData, Tensors } from '../src/inference/tensors.js';
import type { LiveRestored } from '../src/restorers/live-work.js';
import type { MaskSettings } from './hand-masks.js';
import type { LiveNetworks } from './live-networks.js';

/** What a worker is opened with. */
export interface LaneSettings {
  readonly lane: string;
  readonly size: FrameSize;
  readonly frameRate: number;
  readonly card: ModelCard;
  readonly strength: number;
  readonly synthesis: boolean;
  readonly noiseFloor: number;
  readonly masks: MaskSettings;
  readonly networks: LiveNetworks;
  readonly dirt: DirtyLensRule;
}

/** A frame, without the handles of its memory. */
export interface SentFrame {
  readonly seq: number;
  readonly timestamp: number;
  readonly discontinuity: boolean;
  readonly trusted: boolean;
  /** Errors of the decoder so far. */
  readonly decodeErrors: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

export type ToWorker =
  | ({ readonly type: 'frame'; readonly id: number } & SentFrame)
  | { readonly type: 'ran'; readonly run: number; readonly result: EngineResult }
  | {
      readonly type: 'not-run';
      readonly run: number;
      readonly aborted: boolean;
      readonly message: string;
    };

export type FromWorker =
  /** `id` is that of the frame for which the network is asked. */
  | { readonly type: 'run'; readonly run: number; readonly id: number; readonly feeds: Tensors }
  /** One of the networks that detect is asked. */
  | {
      readonly type: 'detect';
      readonly run: number;
      readonly model: string;
      readonly feeds: Tensors;
    }
  | { readonly type: 'done'; readonly id: number; readonly restored: LiveRestored }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'events'; readonly id: number; readonly events: readonly CameraEvent[] };

/** The tensors in memory of their own, to be moved: results of a batch share theirs. */
export function movable(tensors: Tensors): { tensors: Tensors; moved: ArrayBuffer[] } {
  const moved: ArrayBuffer[] = [];
  const own = Object.entries(tensors).map(([name, { data, dims }]) => {
    const alone: TensorData =
      data.byteLength === data.buffer.byteLength && !moved.includes(data.buffer)
        ? data
        : data.slice();
    moved.push(alone.buffer);
    return [name, { data: alone, dims }] as const;
  });
  return { tensors: Object.fromEntries(own), moved };
}
