/** What finding damage costs beside what the network costs that repairs it: processor and wall-clock time a frame. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { locate } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const FOOTAGE = join(root, 'fixtures', 'campus-path.mp4');
/** Frames that are not counted: the first belief of an archive is formed, and what is asked every 16th frame only grows warm. */
const WARM = 96;
/** Frames in which damage is found before some are repaired, and how many: about as long. */
const ROUND = 32;
const REPAIRS = 8;
/** Frames after the one that is inspected; see pipelines/inspection.ts. */
const AHEAD = 16;

const dist = (/** @type {string[]} */ ...path) =>
  import(pathToFileURL(join(root, 'dist', ...path)).href);

/**
 * The footage scaled, forwards and backwards without end, with noise or as it is.
 * @param {number} width
 * @param {number} height
 * @param {number} frames
 * @param {boolean} noisy
 */
function picturesOf(width, height, frames, noisy) {
  const program = locate(process.env).ffmpeg;
  if (program === undefined) throw new Error('ffmpeg was not found: npm run setup');
  const noise = noisy ? ',noise=alls=30:allf=t:all_seed=7' : '';
  const given = ['-stream_loop', '-1', '-i', FOOTAGE, '-frames:v', String(frames)];
  const made = ['-vf', `scale=${width}:${height}${noise}`, '-pix_fmt', 'yuv420p', '-f', 'rawvideo'];
  const bytes = (width * height * 3) / 2;
  const options = { maxBuffer: frames * bytes + 1024 };
  const { status, stdout, stderr } = spawnSync(
    program,
    ['-v', 'error', ...given, ...made, 'pipe:1'],
    options,
  );
  if (status !== 0) throw new Error(`ffmpeg could not make pictures: ${stderr.toString()}`);
  return Array.from({ length: frames }, (_, seq) => ({
    lane: 'measured',
    seq,
    timestamp: seq,
    width,
    height,
    data: new Uint8Array(stdout.subarray(seq * bytes, (seq + 1) * bytes)),
  }));
}

/** Milliseconds of all processors, and of the clock. */
class Watch {
  cpu = 0;
  wall = 0;

  /** @param {() => Promise<unknown>} work */
  async time(work) {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    await work();
    const { user, system } = process.cpuUsage(cpu);
    this.cpu += (user + system) / 1000;
    this.wall += performance.now() - wall;
  }

  /** @param {number} times */
  each(times) {
    return { cpu: this.cpu / times, wall: this.wall / times };
  }
}

/**
 * Finds the damage of one frame after the other.
 * @param {ReturnType<typeof picturesOf>} frames
 * @param {number} threads
 */
async function openDetection(frames, threads) {
  const { openInspection } = await dist('pipelines', 'inspection.js');
  const { openDetectionNetworks } = await dist('pipelines', 'detection-networks.js');
  const { StageTimes } = await dist('src', 'telemetry', 'stage-times.js');
  const networks = await openDetectionNetworks('cpu', threads);
  const { lane, width, height } = frames[0] ?? { lane: '', width: 0, height: 0 };
  const info = { lane, width, height, frameRate: 10 };
  const session = openInspection(info, new StageTimes(), () => 0, networks);
  let index = 0;
  const next = async () => {
    const [frame, ...rest] = frames.slice(index, ++index + AHEAD);
    const ahead = rest.map((one) => ({ frame: one }));
    session.mask(await session.inspect({ frame }, ahead));
  };
  return { next, close: () => networks.close() };
}

/**
 * Repairs a whole frame with noise all over, time and again.
 * @param {number} width
 * @param {number} height
 * @param {number} threads
 */
async function openRepair(width, height, threads) {
  const { loadModelCard } = await dist('src', 'inference', 'model-card.js');
  const { openEngine } = await dist('src', 'inference', 'engine.js');
  const card = await loadModelCard('lite', 'generator');
  const engine = await openEngine(card, 'cpu', threads);
  const cells = (/** @type {number} */ side) => Math.ceil(side / 2 / 8) * 8;
  const [rows, columns] = [cells(height), cells(width)];
  const bytes = (/** @type {number} */ planes, /** @type {number} */ scale) => ({
    data: new Uint8Array(planes * rows * columns * scale * scale).map((_, n) => 100 + (n % 50)),
    dims: [1, planes, rows * scale, columns * scale],
  });
  const one = { data: new Float32Array([1]), dims: [1] };
  const hidden = bytes(1, 1);
  hidden.data.fill(0);
  const [luma, chroma, counts, sigma] = [bytes(4, 2), bytes(8, 1), bytes(3, 1), bytes(1, 1)];
  let feeds = { luma, chroma, counts, mask: hidden, sigma, strength: one, synthesis: { ...one } };
  feeds.synthesis.data = new Float32Array([1]);
  const next = async () => {
    ({ feeds } = await engine.run(feeds));
  };
  return { next, close: () => engine.close() };
}

/**
 * Both in turns, so that whatever else the machine does falls on both.
 * @param {ReturnType<typeof picturesOf>} pictures
 * @param {number} threads
 */
async function inTurns(pictures, threads) {
  const { width, height } = pictures[0] ?? { width: 0, height: 0 };
  const found = await openDetection(pictures, threads);
  const repaired = await openRepair(width, height, threads);
  const repeat = async (/** @type {number} */ times, /** @type {() => Promise<void>} */ work) => {
    for (let n = 0; n < times; n++) await work();
  };
  try {
    await repeat(WARM, found.next);
    await repeat(2, repaired.next);
    const [finding, repairing] = [new Watch(), new Watch()];
    let [finds, repairs] = [0, 0];
    for (let left = pictures.length - AHEAD - WARM; left > 0; left -= ROUND) {
      const frames = Math.min(ROUND, left);
      await finding.time(() => repeat(frames, found.next));
      await repairing.time(() => repeat(REPAIRS, repaired.next));
      finds += frames;
      repairs += REPAIRS;
    }
    return { found: finding.each(finds), repaired: repairing.each(repairs) };
  } finally {
    await Promise.all([found.close(), repaired.close()]);
  }
}

/**
 * @param {string} name
 * @param {{cpu: number, wall: number}} found
 * @param {{cpu: number, wall: number}} repaired
 */
export function row(name, found, repaired) {
  const ms = (/** @type {number} */ value) => value.toFixed(1);
  const share = (/** @type {'cpu' | 'wall'} */ kind) =>
    `${((100 * found[kind]) / repaired[kind]).toFixed(0)} %`;
  const cells = [ms(found.cpu), ms(repaired.cpu), share('cpu')];
  return `| ${[name, ...cells, ms(found.wall), ms(repaired.wall), share('wall')].join(' | ')} |`;
}

async function main() {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '640x360' },
      frames: { type: 'string', default: '256' },
      threads: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const [width = 0, height = 0] = values.size.split('x').map(Number);
  const [frames, threads] = [Number(values.frames), Number(values.threads)];
  const isEven = width > 0 && height > 0 && width % 2 === 0 && height % 2 === 0;
  if (!isEven || !(frames > 0) || !(threads > 0)) {
    throw new Error(
      `expected --size WIDTHxHEIGHT of even numbers, --frames and --threads above 0; got ${values.size}, ${values.frames}, ${values.threads}`,
    );
  }
  const lines = [
    `| ${width}x${height}, ${threads} threads | detection, processor ms | \`lite\`, processor ms | share | detection, ms | \`lite\`, ms | share |`,
    '| --- | --: | --: | --: | --: | --: | --: |',
  ];
  for (const noisy of [true, false]) {
    const pictures = picturesOf(width, height, frames + WARM + AHEAD, noisy);
    const { found, repaired } = await inTurns(pictures, threads);
    lines.push(row(noisy ? 'noise all over' : 'as recorded', found, repaired));
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main().catch((/** @type {unknown} */ error) => {
    process.stderr.write(
      `measure-detection: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 1;
  });
}
