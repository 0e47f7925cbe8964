/** Which devices can run a model here, found by asking, not by name. */
import { cpus } from 'node:os';
import { listSupportedBackends } from 'onnxruntime-node';
import { RelensError } from '../errors.js';
import { openSession } from './onnx.js';
import { listModels } from './model-card.js';

export const DEVICES = ['cpu', 'cuda', 'webgpu'] as const;
export type DeviceName = (typeof DEVICES)[number];

export interface DeviceReport {
  readonly name: DeviceName;
  readonly available: boolean;
  /** What it is, or why it cannot be used and what to do. */
  readonly detail: string;
}

/** Opens the first shipped model on each device. */
export async function listDevices(): Promise<DeviceReport[]> {
  return Promise.all(DEVICES.map(probeDevice));
}

/**
 * `auto` is CUDA where it works and else the CPU; WebGPU only by name, since a software adapter
 * would answer too, and be slower than the CPU.
 * @throws RelensError DEVICE when a device asked for by name does not work
 */
export async function chooseDevice(wanted: DeviceName | 'auto'): Promise<DeviceName> {
  if (wanted === 'cpu') return 'cpu';
  const report = await probeDevice(wanted === 'auto' ? 'cuda' : wanted);
  if (report.available) return report.name;
  if (wanted === 'auto') return 'cpu';
  throw new RelensError(
    'DEVICE',
    `expected a working ${wanted} device, found none (${report.detail}); use --device cpu or auto`,
  );
}

async function probeDevice(name: DeviceName): Promise<DeviceReport> {
  if (name === 'cpu') {
    const [core] = cpus();
    const detail = `${cpus().length} cores, ${core?.model.trim() ?? 'unknown'}`;
    return { name, available: true, detail };
  }
  const listed = listSupportedBackends().some((backend) => backend.name === name);
  if (!listed) {
    return { name, available: false, detail: 'not in this build of onnxruntime' };
  }
  const model = (await listModels())[0];
  if (model === undefined) {
    return { name, available: false, detail: 'no model to try it with' };
  }
  try {
    const session = await openSession(model.path, name, 0);
    await session.release();
    return { name, available: true, detail: 'opens the model' };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const hint =
      name === 'cuda'
        ? 'needs an NVIDIA driver, CUDA 12 and cuDNN 9, and: node node_modules/onnxruntime-node/script/install.js'
        : 'needs a Vulkan, Metal or Direct3D 12 driver';
    return { name, available: false, detail: `${hint} [${text.split('\n')[0] ?? ''}]` };
  }
}
