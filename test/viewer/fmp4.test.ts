/** What the page hands to Media Source Extensions is MP4 that others read too. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, take, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { run } from '../../src/ffmpeg/process.js';
import { codecName, nalUnits } from '../../src/viewer/annex-b.js';
import { fragment, initSegment } from '../../src/viewer/fmp4.js';
import { scratchFolder } from '../ffmpeg/clips.js';
import { ffmpeg } from '../server/test-hub.js';
import { TestCamera } from '../server/test-camera.js';

const folder = scratchFolder();

it('holds every frame at its time, one a fragment', async () => {
  const camera = new TestCamera('door', ffmpeg);
  const units = await firstValueFrom(camera.units$.pipe(take(12), toArray()));
  camera.close();
  const first = nalUnits(units[0]!.data);
  expect(codecName(first)).toBe(units[0]!.codec);
  const parts = [initSegment(first, 320, 360)!];
  units.forEach(({ data, key }, i) => {
    parts.push(
      fragment({ sequence: i + 1, time: i * 3600, duration: 3600, key, units: nalUnits(data) }),
    );
  });
  const path = join(folder, 'units.mp4');
  writeFileSync(path, Buffer.concat(parts));
  const entries = 'packet=pts_time,flags:stream=width,height,codec_name';
  const asked = ['-v', 'error', '-show_entries', entries, '-of', 'json', path];
  const { stdout, stderr } = await run(ffmpeg.ffprobe, asked);
  expect(stderr.lines).toEqual([]);
  const { packets, streams } = JSON.parse(stdout.toString()) as {
    packets: { pts_time: string; flags: string }[];
    streams: object[];
  };
  expect(streams).toEqual([{ codec_name: 'h264', width: 320, height: 360 }]);
  expect(packets.map(({ pts_time }) => Number(pts_time).toFixed(2))).toEqual(
    units.map((_, i) => (i * 0.04).toFixed(2)),
  );
  expect(packets[0]!.flags.startsWith('K')).toBe(true);
  // And it can be decoded without a complaint.
  const decoded = await run(ffmpeg.ffmpeg, ['-v', 'error', '-i', path, '-f', 'null', '-']);
  expect([decoded.exit.code, decoded.stderr.lines]).toEqual([0, []]);
});

it('makes nothing of a frame without parameter sets', () => {
  expect(initSegment([Uint8Array.of(0x41, 1, 2)], 320, 360)).toBeUndefined();
});
