/** What a restore job is told, and what it tells while it runs. */

import type { HandMaskOptions } from './hand-masks.js';

/** What one restore job is told; the CLI and the bench both build it. */
export interface RestoreOptions extends HandMaskOptions {
  /** A file, an image sequence pattern (`dir/%04d.png`) or a folder of images. */
  readonly input: string;
  readonly output: string;
  /** Path of the ffmpeg binary, when the user names one; else RELENS_FFMPEG, else the PATH. */
  readonly ffmpeg?: string;
  /** A model name from models/, or a path to an .onnx file with its card beside it. */
  readonly model: string;
  readonly device: 'auto' | 'cpu' | 'cuda' | 'webgpu';
  /** Inference threads; 0 = one for each core. */
  readonly threads: number;
  /** 0–1: how much of the noise is taken away. */
  readonly strength: number;
  readonly lossless: boolean;
  readonly codec?: string;
  readonly crf?: number;
  /** Seconds. */
  readonly start?: number;
  readonly end?: number;
  /** For streams without timestamps. */
  readonly frameRate?: number;
  readonly deinterlace: 'auto' | 'off';
  /** Grey levels; a frame with less noise than this is left bit-exact outside the mask. */
  readonly noiseFloor?: number;
  /** False: what was never seen stays as it was. */
  readonly synthesis: boolean;
  /** What was never seen and is not synthesised: kept (the default), or covered with a hatch. */
  readonly unseen?: 'keep' | 'hatch';
  /** True: synthesised areas are outlined in the picture, and a legend says so. */
  readonly burnIn?: boolean;
  /** How the job is recorded and proven; without it nothing but the output is written. */
  readonly record?: RecordOptions;
  /** Called for each restored frame, in order; the arrays are lent for the call. */
  readonly observe?: (decision: FrameDecision) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/** What cannot change a result, or is recorded in another way. */
export type NotRecorded =
  'input' | 'output' | 'ffmpeg' | 'mask' | 'protect' | 'record' | 'observe' | 'onProgress';

/** How a job keeps its journal, and what it leaves as proof. */
export interface RecordOptions {
  /** At most so many frames (rounded up to whole blocks) are done again after a crash. */
  readonly partFrames: number;
  /** Path of an Ed25519 private key that signs the manifest. */
  readonly sign?: string;
  /** True: what an interrupted run finished is not used. */
  readonly restart?: boolean;
}

/** What was decided about one frame, on the chroma grid `[rows, columns]`. */
export interface FrameDecision {
  readonly seq: number;
  /** µs */
  readonly timestamp: number;
  /** 255 = repair. */
  readonly mask: Uint8Array;
  /** u8, see frame/provenance.ts. */
  readonly provenance: Uint8Array;
  /** u8, see frame/uncertainty.ts. */
  readonly uncertainty: Uint8Array;
  /** Grey levels. */
  readonly sigma: number;
}

export interface Progress {
  readonly frames: number;
  readonly frameCount?: number;
}
