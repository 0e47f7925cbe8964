/** What a live camera leaves behind: recordings with their accounts, and a stream for other servers. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { firstValueFrom, filter } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CameraEvent } from '../../src/frame/live-seams.js';
import { ffmpeg, probed, scratchFolder } from '../ffmpeg/clips.js';
import { makeClip } from '../live/access-units.js';
import { filesOf } from '../live/files.js';
import { gstreamerMissing, startGstCamera } from '../live/gst-camera.js';
import { cameraOf, endHubs, some, startHub } from '../live/hub.js';
import { RtspCamera } from '../live/rtsp-camera.js';
import { run } from '../../src/ffmpeg/process.js';

endHubs();
const folder = scratchFolder();
const clip = makeClip({ size: '192x128', rate: 10, filter: 'noise=alls=30:allf=t' });
let camera: RtspCamera;
beforeAll(async () => {
  camera = await new RtspCamera({ clips: [clip] }).start();
});
afterAll(() => camera.kill());

interface Account {
  readonly file: string;
  readonly sha256: string;
  readonly kind: string;
  readonly camera: string;
  readonly frames?: number;
  readonly versions: Record<string, string>;
}

/** A hash for each coded picture of a file, whatever container it is in. */
async function pictures(path: string): Promise<string[]> {
  const args = ['-v', 'error', '-i', path, '-map', '0:v:0', '-c', 'copy'];
  const { stdout } = await run(ffmpeg.ffmpeg, [
    ...[...args, '-bsf:v', 'h264_mp4toannexb,filter_units=pass_types=1|5'],
    ...['-f', 'framemd5', '-'],
  ]);
  const lines = stdout.toString().split('\n');
  return lines.flatMap((line) => (/^\d/.test(line) ? [line.split(',').at(-1)!.trim()] : []));
}

describe('a recording', () => {
  it('keeps the original untouched beside the restored, each with its account', async () => {
    const tested = await startHub([{ name: 'door', url: camera.url(), record: folder }], {
      segmentSeconds: 2,
    });
    const door = join(folder, 'door');
    const complete = (names: string[], kind: string) =>
      names.filter((name) => name.startsWith(kind) && name.endsWith('.json')).length;
    await filesOf(
      door,
      (names) => complete(names, 'original') > 1 && complete(names, 'restored') > 1,
    );
    tested.stop();
    const count = (all: string[], ending: string) =>
      all.filter((name) => name.endsWith(ending)).length;
    const names = await filesOf(door, (all) => count(all, '.json') === count(all, '.mkv'));
    const accounts = names
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(door, name), 'utf8')) as Account);
    for (const { file, sha256, camera: name } of accounts) {
      expect(name).toBe('door');
      const bytes = readFileSync(join(door, file));
      expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
    const original = accounts.filter(({ kind }) => kind === 'original');
    const sent = new Set(await pictures(clip.path));
    const kept = (await Promise.all(original.map(({ file }) => pictures(join(door, file))))).flat();
    expect(kept.length).toBeGreaterThan(20);
    expect(kept.filter((hash) => !sent.has(hash))).toEqual([]);
    const restored = accounts.filter(({ kind }) => kind === 'restored');
    expect(restored[0]!.versions['modelSha256']).toMatch(/^[0-9a-f]{64}$/);
    for (const { file, frames } of restored) {
      const packets = Number(
        probed(join(door, file), 'stream=nb_read_packets', '-count_packets')[0],
      );
      // A picture may be on its way when one file ends and the next begins.
      expect(Math.abs(packets - frames!)).toBeLessThanOrEqual(8);
    }
  });

  it('that cannot be written is said, disturbs no picture, and goes on when it can', async () => {
    const cameras = [{ name: 'yard', url: camera.url(), record: folder }];
    const tested = await startHub(cameras, { segmentSeconds: 1 });
    const yard = join(folder, 'yard');
    const has = (names: string[], kind: string, ending: string) =>
      names.some((name) => name.startsWith(kind) && name.endsWith(ending));
    const both = (ending: string) => (names: string[]) =>
      has(names, 'original', ending) && has(names, 'restored', ending);
    await filesOf(yard, both('.mkv'));
    const happens = (over: boolean) =>
      firstValueFrom(
        tested.hub.events$.pipe(
          filter(({ kind, end }) => kind === 'record-failed' && (end !== undefined) === over),
        ),
      );
    const failed = happens(false);
    rmSync(yard, { recursive: true });
    writeFileSync(yard, 'a file in the place of the folder');
    expect((await failed).text).toContain(`nothing can be recorded in ${yard}`);
    await some(cameraOf(tested, 'yard').pictures$, 5);
    expect(cameraOf(tested, 'yard').figures()).toMatchObject({ reconnects: 0, distrusted: 0 });
    const mended = happens(true);
    rmSync(yard);
    await mended;
    await filesOf(yard, both('.json'));
    expect(cameraOf(tested, 'yard').state().status).toBe('live');
  });

  it('of a camera that does not come is nobody’s fault, and leaves nothing', async () => {
    const url = 'rtsp://127.0.0.1:9/stream';
    const { hub } = await startHub([{ name: 'away', url, record: folder }]);
    await some(hub.camera('away')!.state$, 1, ({ attempts }) => attempts >= 2);
    expect(hub.events().map(({ kind }) => kind)).toEqual(['added', 'failed']);
    expect(readdirSync(join(folder, 'away'))).toEqual([]);
  });

  it('is refused where its folder cannot be', async () => {
    const hub = startHub([{ name: 'door', url: camera.url(), record: '/dev/null/x' }]);
    await expect(hub).rejects.toMatchObject({ code: 'OUTPUT_WRITE' });
  });
});

const missing = gstreamerMissing();

describe.skipIf(missing !== undefined)(`a published stream ${missing ?? ''}`, () => {
  it.each(['basic', 'digest'] as const)('arrives at an RTSP server (%s)', async (auth) => {
    const file = join(folder, `published-${auth}.h264`);
    const server = await startGstCamera([
      '--auth',
      auth,
      '--password',
      'nvr-pass',
      '--record',
      file,
    ]);
    const publish = `rtsp://cam:nvr-pass@127.0.0.1:${server.port}/in`;
    const tested = await startHub([{ name: 'door', url: camera.url(), publish }]);
    await filesOf(dirname(file), (names) => {
      return names.includes(basename(file)) && statSync(file).size > 30_000;
    });
    tested.stop();
    server.kill();
    const [size, ...frames] = probed(file, 'frame=width,height', '-select_streams', 'v:0');
    expect(size).toBe('192,128');
    expect(frames.length).toBeGreaterThan(5);
    expect(tested.hub.events().map(({ kind }) => kind)).toContain('published');
  });

  it('goes on when its server has gone and is back', async () => {
    const first = await startGstCamera(['--record', join(folder, 'before.h264')]);
    const publish = `rtsp://127.0.0.1:${first.port}/in`;
    const { hub } = await startHub([{ name: 'door', url: camera.url(), publish }]);
    const happens = (kind: string) =>
      firstValueFrom(hub.events$.pipe(filter((event) => event.kind === kind)));
    await happens('published');
    const failed = happens('publish-failed');
    first.kill();
    const gone = await failed;
    const again = happens('published');
    const file = join(folder, 'after.h264');
    const second = await startGstCamera(['--port', String(first.port), '--record', file]);
    await again;
    expect(hub.events().find(({ id }) => id === gone.id)?.end).toBeDefined();
    await filesOf(dirname(file), (names) => {
      return names.includes(basename(file)) && statSync(file).size > 10_000;
    });
    second.kill();
  });

  it('is tried again, and the reason said without its password', async () => {
    const server = await startGstCamera([
      '--auth',
      'digest',
      '--password',
      'right',
      '--record',
      '/dev/null',
    ]);
    const publish = `rtsp://cam:wrong-pass@127.0.0.1:${server.port}/in`;
    const tested = await startHub([{ name: 'door', url: camera.url(), publish }]);
    const isFailure = ({ kind }: CameraEvent) => kind === 'publish-failed';
    const known = tested.hub.events().find(isFailure);
    const event = known ?? (await firstValueFrom(tested.hub.events$.pipe(filter(isFailure))));
    expect(event.text).toContain('refuses this user and password');
    expect(event.text).not.toContain('wrong-pass');
    // The camera itself is not touched by it.
    await some(cameraOf(tested, 'door').pictures$, 3);
    server.kill();
  });
});
