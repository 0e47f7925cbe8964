/** Pulls the cable of a camera for real: a network of its own, cut and joined again, with the times. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locate } from './setup.mjs';

/** @param {...string} path @returns {Promise<any>} */
const built = (...path) => import(new URL(`../dist/${path.join('/')}`, import.meta.url).href);

const NAMESPACE = 'relens-lab';
const [HERE, THERE] = ['10.77.77.1', '10.77.77.2'];
/** @param {string} line */
const say = (line) => void process.stdout.write(`${line}\n`);

/** @param {string} line */
function ip(line) {
  const { status, stderr } = spawnSync('ip', line.split(' '), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${line}: ${stderr.trim()} (root and iproute2 are needed)`);
}

function connectNetwork() {
  ip(`netns add ${NAMESPACE}`);
  ip('link add lab-here type veth peer name lab-there');
  ip(`link set lab-there netns ${NAMESPACE}`);
  ip(`addr add ${HERE}/24 dev lab-here`);
  ip(`-n ${NAMESPACE} addr add ${THERE}/24 dev lab-there`);
  ip('link set lab-here up');
  ip(`-n ${NAMESPACE} link set lab-there up`);
}

/** @param {string} clip */
async function startCamera(clip) {
  const script = new URL('../test/live/gst-camera.py', import.meta.url).pathname;
  const mounts = ['--address', THERE, `/h264=${clip}`];
  const python = ['/usr/bin/python3', script, ...mounts];
  const child = spawn('ip', ['netns', 'exec', NAMESPACE, ...python], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await once(child.stdout, 'data');
  return { port: Number(String(text).trim()), kill: () => child.kill('SIGKILL') };
}

async function lab() {
  const { ffmpeg = '' } = locate(process.env);
  const folder = mkdtempSync(join(tmpdir(), 'relens-lab-'));
  const clip = join(folder, 'clip.mp4');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=320x192:r=10:d=120', '-g', '10', '-bf', '0'];
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
  spawnSync(ffmpeg, ['-v', 'error', ...source, ...coding, clip]);
  connectNetwork();
  const camera = await startCamera(clip);
  const { live } = await built('pipelines', 'live.js');
  const { createLogger } = await built('src', 'telemetry', 'logger.js');
  const { loadConfig } = await built('src', 'config', 'load.js');
  const { BehaviorSubject, filter, firstValueFrom, timeout } = await import('rxjs');
  const { inference, input, repair, masks, live: settings } = loadConfig();
  const url = `rtsp://${THERE}:${camera.port}/h264`;
  const cameras = [
    { name: 'tcp', url, transport: 'tcp' },
    { name: 'udp', url, transport: 'udp' },
  ];
  const terminal = { line: say, status: () => undefined };
  /** @type {{ unsubscribe: () => void } | undefined} */
  let running;
  const hub = await new Promise((resolve, reject) => {
    running = live({
      ...{ ...inference, ...input, ...repair, masks, ...settings },
      dirt: { share: settings.dirtyShare, seconds: settings.dirtySeconds },
      cameras$: new BehaviorSubject(cameras),
      logger: createLogger(/** @type {any} */ (terminal), 'error'),
    }).subscribe({ next: resolve, error: reject });
  });
  /** Resolves with the milliseconds until the camera has this status.
   * @param {string} name @param {string} status */
  const become = async (name, status) => {
    const began = performance.now();
    const is = (/** @type {any} */ state) => state.status === status;
    const state$ = hub.camera(name).state$.pipe(filter(is), timeout({ first: 30_000 }));
    const { reason } = await firstValueFrom(state$);
    return { ms: Math.round(performance.now() - began), reason };
  };
  const names = cameras.map(({ name }) => name);
  try {
    for (let round = 1; round <= 3; round++) {
      await Promise.all(names.map((name) => become(name, 'live')));
      await new Promise((resolve) => setTimeout(resolve, 4000));
      ip('link set lab-here down');
      const seen = await Promise.all(names.map((name) => become(name, 'stalled')));
      await new Promise((resolve) => setTimeout(resolve, 3000));
      ip('link set lab-here up');
      const back = await Promise.all(names.map((name) => become(name, 'live')));
      for (const [index, name] of names.entries()) {
        const [gone, again] = [seen[index], back[index]];
        say(`${name}, round ${round}: seen after ${gone?.ms} ms, back after ${again?.ms} ms`);
      }
      say(`  said: ${seen[0]?.reason}`);
    }
  } finally {
    running?.unsubscribe();
    camera.kill();
    spawnSync('ip', ['link', 'del', 'lab-here']);
    spawnSync('ip', ['netns', 'del', NAMESPACE]);
    rmSync(folder, { recursive: true, force: true });
  }
}

await lab();
