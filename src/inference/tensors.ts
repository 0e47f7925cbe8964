/** Tensors as they cross the worker's boundary: moved, never copied. */

export type TensorData = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

export interface TensorValue {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

/** By the names of the model card. */
export type Tensors = Record<string, TensorValue>;

/** To the worker. */
export type EngineRequest =
  | {
      readonly type: 'open';
      readonly path: string;
      readonly device: string;
      readonly threads: number;
    }
  | { readonly type: 'run'; readonly id: number; readonly feeds: Tensors }
  | { readonly type: 'close' };

/** From the worker; `feeds` come back with the results so that their memory can be used again. */
export type EngineReply =
  | { readonly type: 'opened' }
  | {
      readonly type: 'done';
      readonly id: number;
      readonly results: Tensors;
      readonly feeds: Tensors;
      readonly ms: number;
    }
  | { readonly type: 'failed'; readonly id?: number; readonly message: string };
