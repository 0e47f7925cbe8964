/** Runs the live pipeline for long: prints memory, latency and frame counts, and whether they drift. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { availableParallelism, cpus } from 'node:os';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { locate } from './setup.mjs';

/**
 * A module of the built program, which type checks do without.
 * @param {...string} path
 * @returns {Promise<any>}
 */
const built = (...path) => import(new URL(`../dist/${path.join('/')}`, import.meta.url).href);

const SIZE = { width: 320, height: 192 };
const CELL = 8;
/** Bits of the clock that is burnt into each picture, in ms: it comes round after 12 days. */
const BITS = 30;
const REPORT_MS = 10_000;
/** Between two looks at the page. */
const BROWSER_MS = 500;

/** @returns {string} */
function ffmpegPath() {
  const { ffmpeg } = locate(process.env);
  if (ffmpeg === undefined) throw new Error('ffmpeg was not found: npm run setup');
  return ffmpeg;
}

/**
 * A noisy picture with the time in its first row of squares: white is 1.
 * @param {number} now ms
 * @returns {Buffer} yuv420p
 */
function clockPicture(now) {
  const { width, height } = SIZE;
  const picture = Buffer.alloc((width * height * 3) / 2, 128);
  for (let at = CELL * width; at < width * height; at++) {
    picture[at] = 96 + ((at % width) >> 3) + Math.floor(Math.random() * 40);
  }
  for (let bit = 0; bit < BITS; bit++) {
    const value = Math.floor(now / 2 ** bit) % 2 === 1 ? 235 : 16;
    for (let row = 0; row < CELL; row++) {
      const from = row * width + bit * CELL;
      picture.fill(value, from, from + CELL);
    }
  }
  return picture;
}

/**
 * @param {ArrayLike<number>} luma One row through the squares of the clock.
 * @param {number} now ms
 * @returns {number} ms since the clock that is burnt in
 */
function ageOf(luma, now) {
  let stamp = 0;
  for (let bit = 0; bit < BITS; bit++) {
    if ((luma[bit * CELL + CELL / 2] ?? 0) > 128) stamp += 2 ** bit;
  }
  const span = 2 ** BITS;
  return (((now - stamp) % span) + span) % span;
}

/**
 * A camera that shows what time it is: MJPEG over HTTP.
 * @param {number} rate frames a second
 */
async function clockCamera(rate) {
  const { width, height } = SIZE;
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`];
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'multipart/x-mixed-replace;boundary=ffmpeg');
    const args = ['-v', 'error', '-probesize', '32', ...raw, '-r', String(rate), '-i', '-'];
    const jpeg = ['-c:v', 'mjpeg', '-q:v', '3', '-threads', '1', '-flush_packets', '1'];
    const child = spawn(ffmpegPath(), [...args, ...jpeg, '-f', 'mpjpeg', '-']);
    child.stdin.on('error', () => undefined);
    child.stdout.pipe(response);
    const timer = setInterval(() => child.stdin.write(clockPicture(Date.now())), 1000 / rate);
    response.on('close', () => {
      clearInterval(timer);
      child.kill('SIGKILL');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}

/**
 * Decodes a stream of access units and reads the clock of each restored picture.
 * @param {import('../src/frame/live-seams.ts').LiveCamera} camera
 * @param {(ageMs: number) => void} read
 */
function viewer(camera, read) {
  const low = ['-v', 'error', '-probesize', '32', '-flags', 'low_delay', '-f', 'h264', '-i', '-'];
  const out = [
    '-fps_mode',
    'passthrough',
    '-c:v',
    'rawvideo',
    '-threads',
    '1',
    '-f',
    'rawvideo',
    '-',
  ];
  const child = spawn(ffmpegPath(), [...low, ...out]);
  child.stdin.on('error', () => undefined);
  const bytes = SIZE.width * SIZE.height * 3;
  let pending = Buffer.alloc(0);
  child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (; pending.length >= bytes; pending = pending.subarray(bytes)) {
      read(ageOf(pending.subarray((CELL / 2) * SIZE.width), Date.now()));
    }
  });
  const subscription = camera.units$.subscribe((unit) => child.stdin.write(unit.data));
  return () => {
    subscription.unsubscribe();
    child.kill('SIGKILL');
  };
}

/**
 * The live page on a free port, and a browser on its first camera.
 * @param {any} hub
 * @param {string} ffmpeg
 */
async function watchedByBrowser(hub, ffmpeg) {
  const { openBrowser } = await import('./soak-browser.mjs');
  const { liveView } = await built('pipelines', 'live-view.js');
  const { loadConfig } = await built('src', 'config', 'load.js');
  const { createLogger } = await built('src', 'telemetry', 'logger.js');
  const { server, notify } = loadConfig();
  const terminal = { line: () => undefined, status: () => undefined };
  const logger = createLogger(/** @type {any} */ (terminal), 'error');
  const settings = { ffmpeg, server: { ...server, port: 0 }, notify, logger };
  /** @type {{ unsubscribe: () => void } | undefined} */
  let serving;
  const { url } = await new Promise((resolve, reject) => {
    serving = liveView(hub, settings).subscribe({ next: resolve, error: reject });
  });
  const browser = await openBrowser(`${url}/#camera-1`, { ...SIZE, cell: CELL });
  /** @type {number[]} */
  let ages = [];
  const timer = setInterval(() => {
    void browser.read().then((shown) => {
      if (shown !== undefined) ages.push(ageOf(shown.luma, shown.now));
    });
  }, BROWSER_MS);
  return {
    /** Of the time since it was asked last. */
    take: () => {
      const taken = ages;
      ages = [];
      return taken;
    },
    close: async () => {
      clearInterval(timer);
      await browser.close();
      serving?.unsubscribe();
    },
  };
}

/** @param {number[]} ages */
const quoted = (ages) => `${quantile(ages, 0.5)}/${quantile(ages, 0.99)}`;

/**
 * @param {number[]} values
 * @param {number} share
 */
function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

const MIB = 2 ** 20;
const NAMES = {
  rss: 'resident memory, MiB',
  held: 'held by the program (heap and buffers), MiB',
  p50: 'age of the shown picture, ms',
};

/** @param {readonly string[]} args */
async function soak(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      cameras: { type: 'string', default: '2' },
      rate: { type: 'string', default: '5' },
      browser: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  const count = Number(values.cameras);
  if (!(minutes > 0) || !(count > 0)) {
    process.stderr.write('soak: expected --minutes and --cameras above 0\n');
    process.exit(2);
  }
  const { live } = await built('pipelines', 'live.js');
  const { createLogger } = await built('src', 'telemetry', 'logger.js');
  const { BehaviorSubject } = await import('rxjs');
  const sources = await Promise.all(
    Array.from({ length: count }, () => clockCamera(Number(values.rate))),
  );
  // Squares that stand still before a noisy wall look like dirt: the clock is left as it is.
  const top = CELL / SIZE.height;
  const keep = [
    [
      [0, 0],
      [1, 0],
      [1, top],
      [0, top],
    ],
  ];
  const cameras = sources.map(({ url }, index) => ({ name: `camera-${index + 1}`, url }));
  const say = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);
  const terminal = { line: say, status: () => undefined };
  const { loadConfig } = await built('src', 'config', 'load.js');
  const { inference, input, repair, masks, live: settings } = loadConfig();
  /** @type {{ unsubscribe: () => void } | undefined} */
  let running;
  const hub = await new Promise((resolve, reject) => {
    running = live({
      ...{ ...inference, ...input, ...repair, masks: { ...masks, keep }, ...settings },
      dirt: { share: settings.dirtyShare, seconds: settings.dirtySeconds },
      cameras$: new BehaviorSubject(cameras),
      logger: createLogger(/** @type {any} */ (terminal), 'info'),
    }).subscribe({ next: resolve, error: reject });
  });
  const [cpu] = cpus();
  say(`${availableParallelism()} cores of ${cpu?.model ?? 'unknown'}, node ${process.version}`);
  say(`${count} cameras of ${SIZE.width}x${SIZE.height} at ${values.rate} frames a second`);
  const watched = values.browser ? await watchedByBrowser(hub, ffmpegPath()) : undefined;
  if (watched) say('the first one is shown by a browser, and its clock read from the page');
  say(
    'minute | RSS MiB | held MiB | fps | age of the shown picture p50/p99 ms | in the browser | frames | dropped | let through',
  );
  /** @type {number[]} */
  let ages = [];
  /** @type {{ rss: number, held: number, p50: number }[]} */
  const rows = [];
  const close = hub
    .cameras()
    .map((/** @type {any} */ camera) => viewer(camera, (age) => ages.push(age)));
  const began = Date.now();
  const report = () => {
    const figures = hub.cameras().map((/** @type {any} */ camera) => camera.figures());
    const sum = (/** @type {(one: any) => number} */ pick) =>
      figures.reduce((/** @type {number} */ all, /** @type {any} */ one) => all + pick(one), 0);
    // What is held, not what has not been collected yet.
    globalThis.gc?.();
    const { rss: resident, heapUsed, arrayBuffers } = process.memoryUsage();
    const rss = resident / MIB;
    const held = (heapUsed + arrayBuffers) / MIB;
    const p50 = quantile(ages, 0.5);
    rows.push({ rss, held, p50 });
    const cells = [
      ((Date.now() - began) / 60_000).toFixed(1),
      rss.toFixed(0),
      held.toFixed(1),
      sum((one) => one.fps).toFixed(1),
      `${p50}/${quantile(ages, 0.99)}`,
      watched === undefined ? '–' : quoted(watched.take()),
      ...[sum((one) => one.frames), sum((one) => one.dropped), sum((one) => one.passedThrough)],
    ];
    say(cells.join(' | '));
    ages = [];
  };
  const timer = setInterval(report, REPORT_MS);
  await new Promise((resolve) => setTimeout(resolve, minutes * 60_000));
  clearInterval(timer);
  // The first quarter warms up: memory pools fill, code is compiled.
  const part = Math.max(1, Math.floor(rows.length / 4));
  const mean = (/** @type {typeof rows} */ some, /** @type {'rss' | 'held' | 'p50'} */ key) =>
    some.reduce((all, row) => all + row[key], 0) / Math.max(1, some.length);
  for (const key of /** @type {const} */ (['rss', 'held', 'p50'])) {
    const [second, last] = [mean(rows.slice(part, 2 * part), key), mean(rows.slice(-part), key)];
    const name = NAMES[key];
    say(`${name}: second quarter ${second.toFixed(1)}, last quarter ${last.toFixed(1)}`);
  }
  close.forEach((/** @type {() => void} */ end) => end());
  await watched?.close();
  running?.unsubscribe();
  sources.forEach((source) => source.close());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await soak(process.argv.slice(2));

export { ageOf, clockPicture };
