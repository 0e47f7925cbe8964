/** Encodes the test camera's stacked pictures as H.264 and hands out one access unit a picture. */
import { ByteReader } from '../../src/ffmpeg/byte-reader.js';
import type { Ffmpeg } from '../../src/ffmpeg/find.js';
import { NutReader } from '../../src/ffmpeg/nut-reader.js';
import { start, type Running } from '../../src/ffmpeg/process.js';
import { planesOf, type Frame } from '../../src/frame/frame.js';
import { nowMs, type AccessUnit, type FrameTimes } from '../../src/frame/live-seams.js';
import { SCENE } from './scene.js';

interface Picture {
  readonly original: Frame;
  readonly restored: Frame;
  readonly times: FrameTimes;
}

export class SceneEncoder {
  readonly #child: Running;
  readonly #inside: Omit<Picture, 'original'>[] = [];

  constructor(ffmpeg: Ffmpeg, fps: number, onUnit: (unit: AccessUnit) => void) {
    this.#child = start({
      command: ffmpeg.ffmpeg,
      args: [
        ...['-hide_banner', '-loglevel', 'error', '-fflags', 'nobuffer', '-probesize', '32'],
        ...['-f', 'rawvideo', '-pix_fmt', 'yuv420p'],
        ...['-video_size', `${SCENE.width}x${2 * SCENE.height}`, '-framerate', String(fps)],
        ...['-i', 'pipe:0', '-fps_mode', 'passthrough', '-c:v', 'libx264', '-preset', 'ultrafast'],
        ...['-tune', 'zerolatency', '-profile:v', 'baseline', '-g', String(fps), '-threads', '1'],
        // Encoders give Annex B with the parameter sets in each key frame where no header is asked.
        ...['-bsf:v', 'dump_extra=freq=keyframe', '-f', 'nut', '-flush_packets', '1', 'pipe:1'],
      ],
      stdin: 'pipe',
      stdout: 'pipe',
    });
    void this.#read(onUnit);
  }

  write(picture: Picture): void {
    const above = planesOf(SCENE, picture.restored.data);
    const below = planesOf(SCENE, picture.original.data);
    this.#inside.push(picture);
    this.#child.stdin?.write(Buffer.concat([above.y, below.y, above.u, below.u, above.v, below.v]));
  }

  close(): void {
    this.#child.kill();
  }

  async #read(onUnit: (unit: AccessUnit) => void): Promise<void> {
    const reader = new NutReader(new ByteReader(this.#child.stdout!));
    for (;;) {
      const frame = await reader.frame();
      if (frame === undefined) return;
      const data = new Uint8Array(frame.size);
      if (!(await frame.readInto(data))) return;
      const picture = this.#inside.shift();
      if (picture === undefined) continue;
      const { restored, times } = picture;
      onUnit({
        ...{ key: nalTypes(data).includes(5), data, codec: codecOf(data), ...SCENE },
        ...{
          timestamp: restored.timestamp,
          seq: restored.seq,
          passedThrough: false,
          trusted: true,
        },
        times: { ...times, encodedMs: nowMs() },
      });
    }
  }
}

function nalTypes(data: Uint8Array): number[] {
  return starts(data).map((at) => (data[at] ?? 0) & 31);
}

/** From the sequence parameter set; a fixed one where there is none. */
function codecOf(data: Uint8Array): string {
  const at = starts(data).find((start) => ((data[start] ?? 0) & 31) === 7);
  if (at === undefined) return 'avc1.42c00d';
  return `avc1.${Buffer.from(data.subarray(at + 1, at + 4)).toString('hex')}`;
}

/** Where NAL units begin, after their start codes. */
function starts(data: Uint8Array): number[] {
  const found: number[] = [];
  for (let i = 2; i < data.length; i++) {
    if (data[i] === 1 && data[i - 1] === 0 && data[i - 2] === 0) found.push(i + 1);
  }
  return found;
}
