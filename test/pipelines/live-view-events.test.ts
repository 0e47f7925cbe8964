/** What befalls a camera's view, live: told when it begins and ends, and part of the state meanwhile. */
import { filter, firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CameraEvent } from '../../src/frame/live-seams.js';
import { makeClip } from '../live/access-units.js';
import { cameraOf, endHubs, startHub, type TestedHub } from '../live/hub.js';
import { RtspCamera } from '../live/rtsp-camera.js';

endHubs();
let camera: RtspCamera;
beforeAll(async () => {
  const size = '192x128';
  // Noise, for a picture that comes again to the bit is frozen.
  const scene = makeClip({ size, filter: 'noise=alls=6:allf=t', seconds: 8 });
  const black = makeClip({ size, filter: 'drawbox=c=black:t=fill', group: 5 });
  camera = await new RtspCamera({ clips: [scene, black] }).start();
});
afterAll(() => camera.kill());

const event = (tested: TestedHub, test: (event: CameraEvent) => boolean) =>
  firstValueFrom(tested.hub.events$.pipe(filter(test)));

it('is an event with a length, and part of the state as long as it lasts', async () => {
  const tested = await startHub([{ name: 'door', url: camera.url() }]);
  const door = cameraOf(tested, 'door');
  await firstValueFrom(door.pictures$.pipe(filter(({ original }) => original.seq > 30)));
  expect(door.state().view).toEqual([]);
  const raised = event(tested, ({ kind }) => kind === 'black');
  camera.playing = 1;
  const black = await raised;
  expect(black.text).toContain('without any structure');
  expect(door.state().view).toMatchObject([{ kind: 'black', since: black.start }]);
  const cleared = event(tested, ({ id, end }) => id === black.id && end !== undefined);
  camera.playing = 0;
  const over = await cleared;
  expect(over.end! - over.start).toBeGreaterThan(1000);
  expect(door.state().view).toEqual([]);
  expect(door.state().status).toBe('live');
});
