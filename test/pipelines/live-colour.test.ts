/** What leaves a live camera says how its samples are to be read, as the camera said it. */
import { statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nalUnits } from '../../src/viewer/annex-b.js';
import { fragment, initSegment } from '../../src/viewer/fmp4.js';
import { make, probed, scratchFolder } from '../ffmpeg/clips.js';
import { filesOf } from '../live/files.js';
import { gstreamerMissing, startGstCamera } from '../live/gst-camera.js';
import { cameraOf, endHubs, some, startHub } from '../live/hub.js';
import { RtspCamera } from '../live/rtsp-camera.js';

endHubs();
const folder = scratchFolder();
const size = { width: 192, height: 128 };

const CAMERAS = [
  {
    name: 'full',
    pixelFormat: 'yuvj420p',
    tags: 'range=pc:colorspace=smpte170m',
    // What the camera does not say is not made up.
    said: 'pc,smpte170m,unknown,unknown',
  },
  {
    name: 'limited',
    pixelFormat: 'yuv420p',
    tags: 'range=tv:colorspace=bt709:color_trc=bt709:color_primaries=bt709',
    said: 'tv,bt709,bt709,bt709',
  },
] as const;

const coloursOf = (path: string) =>
  probed(path, 'stream=color_range,color_space,color_transfer,color_primaries')[0];

const missing = gstreamerMissing();

describe.skipIf(missing !== undefined)(`a camera of known colours ${missing ?? ''}`, () => {
  it.each(CAMERAS)(
    'is read so wherever it goes: $name',
    async ({ name, pixelFormat, tags, said }) => {
      const path = join(folder, `${name}.mp4`);
      make(
        ...['-f', 'lavfi', '-i', 'testsrc2=s=192x128:r=10:d=3', '-pix_fmt', pixelFormat],
        ...['-vf', `format=${pixelFormat},setparams=${tags}`],
        ...['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '10', path],
      );
      expect(coloursOf(path)).toBe(said);
      const camera = await new RtspCamera({ clips: [{ path, coding: 'h264', rate: 10 }] }).start();
      const published = join(folder, `${name}.h264`);
      const server = await startGstCamera(['--record', published]);
      const tested = await startHub(
        [
          {
            ...{ name, url: camera.url(), record: folder },
            publish: `rtsp://127.0.0.1:${server.port}/in`,
          },
        ],
        { segmentSeconds: 1 },
      );
      const units = await some(cameraOf(tested, name).units$, 3);
      const door = join(folder, name);
      const isRestored = (file: string) => file.startsWith('restored') && file.endsWith('.json');
      const names = await filesOf(door, (all) => all.some(isRestored));
      const isThere = (all: string[]) =>
        all.includes(basename(published)) && statSync(published).size > 10_000;
      await filesOf(dirname(published), isThere);
      tested.stop();
      server.kill();
      await camera.kill();

      expect(coloursOf(published)).toBe(said);
      expect(coloursOf(join(door, names.find(isRestored)!.replace('.json', '')))).toBe(said);
      const viewed = join(folder, `${name}-viewed.mp4`);
      const parts = [initSegment(nalUnits(units[0]!.data), size.width, 2 * size.height)!];
      units.forEach(({ data, key }, i) => {
        const timing = { sequence: i + 1, time: i * 9000, duration: 9000, key };
        parts.push(fragment({ ...timing, units: nalUnits(data) }));
      });
      writeFileSync(viewed, Buffer.concat(parts));
      expect(coloursOf(viewed)).toBe(said);
    },
  );
});
