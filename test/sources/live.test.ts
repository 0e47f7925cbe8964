/** A live source against a real RTSP server: pictures, faults, and the time each takes. */
import { afterEach, describe, expect, it } from 'vitest';
import { nowMs } from '../../src/frame/live-seams.js';
import { makeClip } from '../live/access-units.js';
import { RtspCamera, type RtspCameraOptions } from '../live/rtsp-camera.js';
import { endWatches, report, Watch } from '../live/watch.js';

/** Milliseconds: a stall must be seen, and a picture be back, within these. */
const SEEN_MS = 2000;
const BACK_MS = 3000;

const cameras: RtspCamera[] = [];
const small = makeClip();
/** Pictures of many packets: of ten per cent of loss, some get through whole and some do not. */
const rich = makeClip({ size: '640x352', filter: 'noise=alls=20:allf=t' });

endWatches();
afterEach(async () => {
  await Promise.all(cameras.splice(0).map((camera) => camera.kill()));
});

async function camera(
  options: Partial<RtspCameraOptions> = {},
  port?: number,
): Promise<RtspCamera> {
  const made = await new RtspCamera({ clips: [small], ...options }).start(port);
  cameras.push(made);
  return made;
}

describe('a camera that works', () => {
  it('is shown without delay, stamped with the time at which its pictures came', async () => {
    const door = await camera();
    const began = nowMs();
    const watch = new Watch(door.url());
    await watch.more(30);
    expect(watch.link).toEqual({ status: 'live', attempts: 0 });
    expect(watch.codec).toBe('h264');
    expect(watch.frames[0]!.discontinuity).toBe(true);
    const later = watch.frames.slice(15);
    // A decoder that holds pictures back would be a tenth of a second late for each.
    const ages = later.map(({ age }) => age).sort((a, b) => a - b);
    expect(ages[7]).toBeLessThan(90);
    for (const [index, { timestamp }] of later.slice(1).entries()) {
      expect(timestamp).toBeGreaterThan(later[index]!.timestamp);
    }
    expect(Math.abs(watch.last.timestamp / 1000 - (nowMs() - began))).toBeLessThan(1000);
  });

  it.each([
    ['UDP', { transport: 'udp' }, {}],
    ['UDP where TCP is refused', {}, { refuses: 'tcp' }],
    ['TCP where UDP is refused', {}, { refuses: 'udp' }],
    ['a width of at most 160', { maxWidth: 160 }, {}],
  ] as const)('is shown over %s', async (_, watched, made) => {
    const door = await camera(made);
    const watch = new Watch(door.url(), watched);
    await watch.more(3);
    expect(watch.last).toMatchObject('maxWidth' in watched ? { width: 160, height: 96 } : {});
  });

  it.each(['basic', 'digest'] as const)('is shown after %s authentication', async (auth) => {
    const door = await camera({ auth, password: 'pa/ss:w@rd' });
    const watch = new Watch(door.url('cam:pa%2Fss%3Aw%40rd'));
    await watch.more(2);
    expect(watch.link.status).toBe('live');
  });
});

describe('a camera that cannot be shown', () => {
  it('is not hammered with a wrong password, and says so', async () => {
    const door = await camera({ auth: 'digest', password: 'right' });
    const watch = new Watch(door.url('cam:wrong-secret'));
    const seen = await watch.until(() => watch.link.nextAttemptMs !== undefined);
    report('a wrong password', { seen });
    expect(watch.link).toMatchObject({
      status: 'unauthorised',
      reason: 'the camera refuses this user and password: correct them',
    });
    expect(watch.link.nextAttemptMs! - nowMs()).toBeGreaterThan(45_000);
    expect(JSON.stringify(watch.links)).not.toContain('wrong-secret');
  });

  it('asks for the password that is missing', async () => {
    const door = await camera({ auth: 'basic', password: 'right' });
    const watch = new Watch(door.url());
    await watch.until(() => watch.link.status === 'unauthorised');
    expect(watch.link.reason).toContain('put them into its address');
  });

  it.each([
    [
      'no such stream',
      async () => (await camera()).url().replace('/stream', '/other'),
      'no stream at this address',
    ],
    [
      'nobody listens',
      () => Promise.resolve('rtsp://127.0.0.1:9/stream'),
      'refuses the connection',
    ],
    [
      'an unknown host',
      () => Promise.resolve('rtsp://camera.invalid/stream'),
      'camera.invalid is not known',
    ],
    [
      'a codec of its own',
      async () => (await camera({ clips: [rich], codec: 'X-VENDOR-9' })).url(),
      'X-VENDOR-9',
    ],
    ['a file that is not there', () => Promise.resolve('/no/such/film.mp4'), 'is not there'],
  ])('says why: %s', async (fault, address, words) => {
    const watch = new Watch(await address());
    const seen = await watch.until(() => watch.link.nextAttemptMs !== undefined);
    report(fault, { seen });
    expect(watch.link.status).toBe('failed');
    expect(watch.link.reason).toContain(words);
    expect(watch.link.nextAttemptMs! - nowMs()).toBeLessThan(2000);
  });
});

describe('a camera that fails', () => {
  it('is missed at once when it is killed, and seen soon after it is back', async () => {
    const door = await camera();
    const { port } = door;
    const watch = new Watch(door.url());
    await watch.more(5);
    await door.kill();
    const seen = await watch.until(() => watch.link.status === 'failed');
    expect(seen).toBeLessThan(SEEN_MS);
    expect(watch.link.reason).toContain('was lost');
    await watch.until(() => watch.link.attempts >= 3);
    expect(watch.link.reason).toContain('refuses the connection');
    await door.start(port);
    const back = await watch.more(1);
    report('a killed camera', { seen, back });
    expect(back).toBeLessThan(BACK_MS);
    expect(watch.last.discontinuity).toBe(true);
  });

  it('is called stalled when it hangs, and seen soon after it goes on', async () => {
    const door = await camera();
    const watch = new Watch(door.url());
    await watch.more(15);
    door.frozen = true;
    const seen = await watch.until(() => watch.link.status === 'stalled');
    expect(seen).toBeLessThan(SEEN_MS);
    expect(watch.link.reason).toContain('no picture for');
    await watch.until(() => watch.link.attempts >= 1 && watch.link.nextAttemptMs === undefined);
    door.frozen = false;
    const back = await watch.more(1);
    report('a camera that hangs', { seen, back });
    expect(back).toBeLessThan(BACK_MS);
  });

  it('is shown in its new size, without a break of the connection', async () => {
    const large = makeClip({ size: '640x352' });
    const door = await camera({ clips: [small, large] });
    const watch = new Watch(door.url());
    await watch.more(5);
    const links = watch.links.length;
    door.playing = 1;
    const shown = await watch.until(() => watch.last.width === 640);
    report('another size in mid-stream', { shown });
    expect(watch.last).toMatchObject({ height: 352, discontinuity: true });
    expect(watch.links).toHaveLength(links);
  });

  it('is shown with another codec when it comes back with one', async () => {
    const before = await camera();
    const watch = new Watch(before.url());
    await watch.more(3);
    const { port } = before;
    await before.kill();
    await camera({ clips: [makeClip({ coding: 'hevc' })] }, port);
    const shown = await watch.until(() => watch.codec === 'hevc');
    report('another codec', { shown });
    expect(watch.link.status).toBe('live');
  });

  it('is shown on through ten per cent of lost packets and a clock that jumps an hour', async () => {
    const door = await camera({ clips: [rich] });
    const watch = new Watch(door.url());
    await watch.more(5);
    const before = watch.last.timestamp;
    door.clockOffset = 3600;
    await watch.more(10);
    expect(watch.last.timestamp - before).toBeLessThan(10e6);
    door.loss = 0.1;
    await watch.more(20);
    expect(watch.link.status).toBe('live');
    expect(watch.decodeErrors).toBeGreaterThan(0);
    expect(watch.trusted.slice(0, 5)).not.toContain(false);
    await watch.until(() => watch.trusted.includes(false));
    door.loss = 0;
    const from = watch.trusted.length;
    // The next key frame owes nothing to what was lost.
    await watch.until(() => watch.trusted.slice(from).includes(true));
    const trusted = watch.trusted.indexOf(true, from);
    await watch.more(15);
    expect(watch.trusted.slice(trusted)).not.toContain(false);
  });
});
