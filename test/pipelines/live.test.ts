/** The live pipeline: real cameras in, restored pictures and H.264 out, each camera for itself. */
import { spawnSync } from 'node:child_process';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameBytes } from '../../src/frame/frame.js';
import { nowMs } from '../../src/frame/live-seams.js';
import { ffmpeg, psnr } from '../ffmpeg/clips.js';
import { makeClip } from '../live/access-units.js';
import { cameraOf, endHubs, some, startHub } from '../live/hub.js';
import { RtspCamera } from '../live/rtsp-camera.js';

endHubs();

// A still picture with noise: a restored one is far nearer to the next original than that is.
const noisy = makeClip({
  size: '192x128',
  rate: 5,
  source: 'smptebars',
  filter: 'noise=alls=40:allf=t',
});
let camera: RtspCamera;
beforeAll(async () => {
  camera = await new RtspCamera({ clips: [noisy] }).start();
});
afterAll(() => camera.kill());

const restored = (picture: { readonly passedThrough: boolean }) => !picture.passedThrough;

/** The pictures of a stream of access units, as yuv420p. */
function decoded(units: readonly { readonly data: Uint8Array }[]): Buffer {
  const args = [
    '-v',
    'error',
    '-f',
    'h264',
    '-i',
    '-',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'yuv420p',
    '-',
  ];
  const { stdout } = spawnSync(ffmpeg.ffmpeg, args, {
    input: Buffer.concat(units.map(({ data }) => data)),
  });
  return stdout;
}

describe('a live camera', () => {
  it('is restored from its past, with its times and what was done to it', async () => {
    const tested = await startHub([{ name: 'door', url: camera.url() }]);
    const door = cameraOf(tested, 'door');
    const pictures = await some(door.pictures$, 8, restored);
    expect(pictures.at(-1)!.sigma).toBeGreaterThan(5);
    expect(pictures.at(-1)!.overlay.provenance).toContain(1);
    for (const { times } of pictures) {
      expect(times.decodedMs).toBeGreaterThanOrEqual(times.receivedMs);
      expect(times.restoredMs).toBeGreaterThanOrEqual(times.decodedMs);
    }
    const snapshot = await door.snapshot();
    const clean = await door.snapshot();
    const gain = psnr(snapshot.restored, clean.restored) - psnr(snapshot.original, clean.original);
    expect(gain).toBeGreaterThan(6);
    expect(door.state()).toMatchObject({ status: 'live', width: 192, height: 128, codec: 'h264' });
    expect(door.figures()).toMatchObject({ reconnects: 0 });
    expect(door.figures().frames).toBeGreaterThanOrEqual(8);
    expect(
      tested.hub
        .events()
        .map(({ kind }) => kind)
        .slice(0, 2),
    ).toEqual(['added', 'live']);
  });

  it('is encoded once, in sync with its original, and at once for whoever comes late', async () => {
    const tested = await startHub([{ name: 'door', url: camera.url() }]);
    const door = cameraOf(tested, 'door');
    const units = await some(door.units$, 4);
    expect(units[0]).toMatchObject({ key: true, width: 192, height: 128 });
    expect(units[0]!.times.encodedMs).toBeGreaterThan(units[0]!.times.restoredMs);
    const planes = decoded(units);
    expect(planes.length).toBe(4 * frameBytes({ width: 192, height: 256 }));
    const began = nowMs();
    const late = await some(door.units$, 4);
    expect(nowMs() - began).toBeLessThan(1000);
    // The same units, not another encode.
    expect(late.slice(0, 4).map(({ data }) => data)).toEqual(units.map(({ data }) => data));
  });

  it('is repaired where a person drew, and left alone where a person drew', async () => {
    const quarter = (x: number, y: number) =>
      [
        [x, y],
        [x + 0.5, y],
        [x + 0.5, y + 0.5],
        [x, y + 0.5],
      ] as const;
    const masks = { osd: true, damaged: [], keep: [quarter(0.5, 0.5)] };
    const damaged = [quarter(0, 0)];
    const tested = await startHub([{ name: 'door', url: camera.url(), damaged }], { masks });
    const [picture] = await some(cameraOf(tested, 'door').pictures$, 1, restored);
    const { mask, provenance, columns, rows } = picture!.overlay;
    const at = (x: number, y: number) => Math.floor(y * rows) * columns + Math.floor(x * columns);
    expect(mask[at(0.25, 0.25)]).toBe(255);
    expect(mask[at(0.25, 0.75)]).toBe(0);
    expect(provenance[at(0.75, 0.75)]).toBe(0);
  });

  it('lets through what the network is late for, and marks it', async () => {
    const tested = await startHub([{ name: 'door', url: camera.url() }], { lateMs: 1 });
    const door = cameraOf(tested, 'door');
    const [picture] = await some(door.pictures$, 1, ({ passedThrough }) => passedThrough);
    expect(picture!.overlay.provenance).not.toContain(1);
    expect(door.figures().passedThroughShare).toBeGreaterThan(0);
  });
});

describe('many cameras', () => {
  it('are restored in turn, each of them', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const tested = await startHub(names.map((name) => ({ name, url: camera.url() })));
    await Promise.all(names.map((name) => some(cameraOf(tested, name).pictures$, 3, restored)));
  });

  it('are added, changed and removed without touching the others', async () => {
    const url = camera.url();
    const tested = await startHub([{ name: 'stays', url }]);
    const { hub, wish } = tested;
    const stays = cameraOf(tested, 'stays');
    await some(stays.pictures$, 1);
    hub.add({ name: 'yard', url });
    expect(() => hub.add({ name: 'yard', url })).toThrow(/yard is there already/);
    expect(() => hub.add({ name: 'a b', url })).toThrow(/name must be/);
    expect(() => hub.add({ name: 'x', url: 'ftp://cam:secret@host/' })).toThrow(/got ftp:\/\//);
    await some(cameraOf(tested, 'yard').pictures$, 1);
    hub.change('yard', { name: 'yard', url, maxWidth: 96 });
    await some(cameraOf(tested, 'yard').pictures$, 1, ({ original }) => original.width === 96);
    // A change that cannot be made leaves the camera as it is.
    const record = '/dev/null/x';
    expect(() => hub.change('yard', { name: 'yard', url, record })).toThrow(/cannot be made/);
    await some(cameraOf(tested, 'yard').pictures$, 1, ({ original }) => original.width === 96);
    const ended = firstValueFrom(cameraOf(tested, 'yard').units$).catch((error: unknown) => error);
    hub.remove('yard');
    expect(String(await ended)).toContain('no elements');
    expect(() => hub.remove('yard')).toThrow(/yard is none/);
    // The wished list changes what it names and nothing else, and does what can be done of it.
    wish.next([
      { name: 'stays', url, record },
      { name: 'gate', url },
    ]);
    await some(cameraOf(tested, 'gate').pictures$, 1);
    expect(tested.log.join()).toContain('/dev/null/x/stays');
    wish.next([{ name: 'stays', url }]);
    expect(hub.cameras().map(({ name }) => name)).toEqual(['stays']);
    expect(cameraOf(tested, 'stays')).toBe(stays);
    expect(stays.figures().reconnects).toBe(0);
    await some(stays.pictures$, 1);
  });
});
