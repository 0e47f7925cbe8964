/** The networks that detect, live: dirt on the lens is found and painted over, and nobody waits for it. */
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inBackground } from '../../pipelines/live-networks.js';
import { lensNetwork } from '../../src/detectors/lens-network.js';
import type { NetworkSession } from '../../src/detectors/network.js';
import type { Frame } from '../../src/frame/frame.js';
import { PROVENANCE } from '../../src/frame/provenance.js';
import { scratchFolder } from '../ffmpeg/clips.js';
import { frame } from '../detectors/scene.js';
import { dirtyCamera, SPOT } from '../live/dirty-camera.js';
import { cameraOf, endHubs, some, startHub } from '../live/hub.js';
import type { RtspCamera } from '../live/rtsp-camera.js';

endHubs();
let camera: RtspCamera;
beforeAll(async () => {
  camera = await dirtyCamera(scratchFolder());
});
afterAll(() => camera.kill());

it('find dirt on the lens of a camera, which is painted over', async () => {
  const tested = await startHub([{ name: 'door', url: camera.url() }], { networks: 'lens' });
  const cell = (SPOT.y / 2) * 192 + SPOT.x / 2;
  const [picture] = await some(
    cameraOf(tested, 'door').pictures$,
    1,
    ({ passedThrough, overlay }) => !passedThrough && overlay.mask[cell] === 255,
  );
  expect(picture!.overlay.provenance[cell]).toBe(PROVENANCE.synthesised);
  const luma = picture!.restored.data[SPOT.y * 384 + SPOT.x]!;
  expect(Math.abs(luma - picture!.original.data[SPOT.y * 384 + SPOT.x]!)).toBeGreaterThan(15);
});

it('tell that the lens is dirty, and that it was cleaned', async () => {
  camera.playing = 0;
  const dirt = { share: 0.01, seconds: 0.5 };
  const tested = await startHub([{ name: 'door', url: camera.url() }], { networks: 'lens', dirt });
  const happens = (over: boolean) =>
    firstValueFrom(
      tested.hub.events$.pipe(
        filter(({ kind, end }) => kind === 'lens-dirty' && (end !== undefined) === over),
      ),
    );
  const dirty = await happens(false);
  expect(dirty.text).toMatch(/^what lies on the lens hides [1-9]\.\d % of the picture$/);
  const seen = cameraOf(tested, 'door').state();
  expect(seen.view).toMatchObject([{ kind: 'lens-dirty', since: dirty.start }]);
  expect(seen.status).toBe('live');
  const cleaned = happens(true);
  camera.playing = 1;
  const clean = await cleaned;
  expect(clean.id).toBe(dirty.id);
  expect(clean.end! - clean.start).toBeGreaterThan(500);
  expect(cameraOf(tested, 'door').state().view).toEqual([]);
});

it('are not waited for where damage stays, and say what they know meanwhile', async () => {
  const shown: number[] = [];
  let finish: () => void = () => undefined;
  const believed = {
    kind: 'dirt',
    columns: 2,
    rows: 2,
    score: new Uint8Array(4).fill(200),
  } as const;
  let belief: readonly (typeof believed)[] = [];
  const session: NetworkSession = {
    inspect: (one: Frame) => {
      shown.push(one.seq);
      return new Promise((resolve) => {
        finish = () => {
          belief = [believed];
          resolve(belief);
        };
      });
    },
    ...{ current: () => belief, reset: () => undefined, save: () => undefined },
    load: () => undefined,
  };
  const background = inBackground(session, lensNetwork, { columns: 2, rows: 2 });
  const show = (seq: number) => background.inspect(frame(new Uint8Array(0), seq), []);
  expect(await show(0)).toEqual([]);
  expect(await show(1)).toEqual([]);
  finish();
  await new Promise((resolve) => setImmediate(resolve));
  expect(await show(2)).toEqual([believed]);
  expect(shown).toEqual([0, 2]);
});
