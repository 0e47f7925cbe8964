/** onnxruntime-node behind our own words. */
import * as ort from 'onnxruntime-node';
import type { TensorData, Tensors } from './tensors.js';

export type Session = ort.InferenceSession;

// A device that is missing is thrown as an error; the runtime's own lines on stderr add nothing.
ort.env.logLevel = 'fatal';

/**
 * @param device an execution provider of onnxruntime: cpu, cuda, webgpu
 * @param threads 0 = one for each core
 * @throws what onnxruntime throws: a missing provider, a file that is no model
 */
export async function openSession(path: string, device: string, threads: number): Promise<Session> {
  return ort.InferenceSession.create(path, {
    executionProviders: [device],
    ...(threads > 0 ? { intraOpNumThreads: threads } : {}),
    graphOptimizationLevel: 'all',
    // Spinning threads would starve ffmpeg and gain next to nothing.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    // What fails is reported by us, in one line.
    logSeverityLevel: 4,
  });
}

export async function runSession(session: Session, feeds: Tensors): Promise<Tensors> {
  const given: Record<string, ort.Tensor> = {};
  for (const [name, { data, dims }] of Object.entries(feeds)) {
    given[name] =
      data instanceof Uint8Array
        ? new ort.Tensor('uint8', data, dims)
        : new ort.Tensor('float32', data, dims);
  }
  const made = await session.run(given);
  const results: Tensors = {};
  for (const [name, tensor] of Object.entries(made)) {
    results[name] = { data: ownMemory(tensor.data), dims: tensor.dims };
  }
  return results;
}

/** Results must own their whole buffer to be moved to another thread. */
function ownMemory(data: ort.Tensor['data']): TensorData {
  if (data instanceof Uint8Array) return new Uint8Array(data);
  if (data instanceof Float32Array) return new Float32Array(data);
  throw new Error(`expected uint8 or float32 from the model, got ${data.constructor.name}`);
}
