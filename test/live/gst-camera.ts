/** Starts GStreamer's RTSP server as a test camera, where it is installed. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The system's own: its GStreamer bindings are no package of another Python. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, 'gst-camera.py');

/** Undefined when it can run, else what is missing. */
export function gstreamerMissing(): string | undefined {
  const code = "import gi; gi.require_version('GstRtspServer', '1.0')";
  return spawnSync(PYTHON, ['-c', code]).status === 0
    ? undefined
    : 'needs GStreamer: apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 ' +
        'gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad';
}

export interface GstCamera {
  readonly port: number;
  kill(): void;
}

export async function startGstCamera(args: readonly string[]): Promise<GstCamera> {
  const child: ChildProcess = spawn(PYTHON, [SCRIPT, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(child.stdout!, 'data')) as [Buffer];
  return { port: Number(text.toString().trim()), kill: () => child.kill('SIGKILL') };
}
