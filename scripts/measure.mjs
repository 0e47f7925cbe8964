/** Measures the built command on this machine: throughput, milliseconds by stage, peak memory. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { locate } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(root, 'dist', 'src', 'cli.js');
const FOOTAGE = join(root, 'fixtures', 'campus-path.mp4');
/** Frames a second of the footage. */
const RATE = 10;
/** Luma samples of a tile's side; see src/restorers/regions.ts. */
const TILE = 128;

/**
 * What a restored file's report tells that is shown here; see src/evidence/restore-report.ts.
 * @typedef {object} Report
 * @property {number} frames
 * @property {{mean: number}} noise
 * @property {Record<string, number>} stages
 * @property {number} wallMs
 * @property {{device: string, model: string, modelSha256: string, tilesTotal: number, tilesRun: number}} inference
 * @property {Record<string, string>} versions
 */

/**
 * @typedef {object} Run
 * @property {string} name
 * @property {Report} report
 * @property {number} wallMs From the start of the process to its end.
 * @property {number} peakMiB The largest resident set of the process, without ffmpeg's.
 */

/** What is measured; `--quick` shows that it works, its figures mean nothing. */
const PLANS = {
  full: {
    speeds: [
      { width: 640, height: 360, frames: 100 },
      { width: 1280, height: 720, frames: 60 },
    ],
    memory: { width: 160, height: 120, seconds: [10, 600] },
  },
  quick: {
    speeds: [
      { width: 256, height: 128, frames: 6 },
      { width: 320, height: 192, frames: 6 },
    ],
    memory: { width: 96, height: 64, seconds: [1, 3] },
  },
  hour: {
    speeds: [],
    memory: { width: 96, height: 64, seconds: [60, 3600] },
  },
};

/** @typedef {{width: number, height: number, frames: number}} Clip */

/**
 * @param {string[]} args
 */
function ffmpeg(args) {
  const program = locate(process.env).ffmpeg;
  if (program === undefined) throw new Error('ffmpeg was not found: npm run setup');
  const { status, stderr } = spawnSync(program, ['-v', 'error', '-y', ...args]);
  if (status !== 0) throw new Error(`ffmpeg could not make a clip: ${stderr.toString()}`);
}

/**
 * The bundled footage, scaled and repeated.
 * @param {string} path
 * @param {Clip} clip
 * @param {boolean} noisy Noise all over, so that the network runs on whole frames.
 */
function makeClip(path, { width, height, frames }, noisy) {
  const noise = noisy ? ',noise=alls=30:allf=t:all_seed=7' : '';
  const filter = `scale=${width}:${height}${noise}`;
  const coding = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '12', '-pix_fmt', 'yuv420p'];
  const looped = ['-stream_loop', '-1', '-i', FOOTAGE, '-frames:v', String(frames), '-an'];
  ffmpeg([...looped, '-vf', filter, ...coding, path]);
}

/**
 * A mask with a spot in the middle of every tenth tile.
 * @param {string} path
 * @param {Clip} clip
 */
function makeMask(path, { width, height }) {
  const [columns, rows] = [Math.ceil(width / TILE), Math.ceil(height / TILE)];
  const spots = Array.from({ length: Math.max(1, Math.floor((columns * rows) / 10)) }, (_, n) => {
    const tile = n * 10;
    const x = (tile % columns) * TILE + TILE / 2 - 8;
    const y = Math.floor(tile / columns) * TILE + TILE / 2 - 8;
    return `drawbox=${x}:${y}:16:16:white:fill`;
  });
  const black = `color=black:s=${width}x${height},format=gray,${spots.join(',')}`;
  ffmpeg(['-f', 'lavfi', '-i', black, '-frames:v', '1', path]);
}

/** Runs first in the measured process: at its end it tells its largest resident set on fd 3. */
const TELL_PEAK = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs';
   import { isMainThread } from 'node:worker_threads';
   const tell = () => writeSync(3, String(process.resourceUsage().maxRSS));
   if (isMainThread) process.on('exit', tell);`,
)}`;

/**
 * @param {string} name
 * @param {string} input
 * @param {string} folder
 * @param {string[]} options
 * @returns {Promise<Run>}
 */
async function restore(name, input, folder, options) {
  const report = join(folder, 'report.json');
  const output = join(folder, 'restored.mkv');
  const args = ['restore', input, '--output', output, '--report', report, '--quiet', ...options];
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', TELL_PEAK, CLI, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let peak = '';
  child.stdio[3]?.on('data', (chunk) => (peak += String(chunk)));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${name}: the command ended with ${code}`);
  const wallMs = performance.now() - began;
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  return { name, report: files[0].report, wallMs, peakMiB: Number(peak) / 1024 };
}

/**
 * @param {string[]} head
 * @param {(string | number)[][]} rows
 */
function table(head, rows) {
  const line = (/** @type {(string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, n) => (n === 0 ? '---' : '--:'))), ...rows.map(line)];
}

const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(0)} %`;

/**
 * @param {Run[]} speeds
 * @param {Run[]} memory
 * @returns {string[]} Lines of Markdown.
 */
export function describeRuns(speeds, memory) {
  const stages = [...new Set(speeds.flatMap(({ report }) => Object.keys(report.stages)))];
  const perSecond = (/** @type {number} */ frames, /** @type {number} */ ms) =>
    ms > 0 ? ((frames * 1000) / ms).toFixed(1) : '–';
  const others = (/** @type {Report} */ { stages: all, wallMs }) => {
    const sum = Object.entries(all).reduce(
      (ms, [name, one]) => ms + (name === 'network' ? 0 : one),
      0,
    );
    return percent(sum / wallMs);
  };
  const [short, long] = memory;
  const ratio = short && long ? (long.peakMiB / short.peakMiB).toFixed(2) : '–';
  return [
    'Frames a second; "restoring" is without the start of the process and of the model.',
    '',
    ...table(
      ['', 'frames', 'noise', 'tiles run', 'whole command', 'restoring', 'network alone'],
      speeds.map(({ name, report, wallMs }) => [
        name,
        report.frames,
        report.noise.mean.toFixed(1),
        percent(report.inference.tilesRun / report.inference.tilesTotal),
        perSecond(report.frames, wallMs),
        perSecond(report.frames, report.wallMs),
        perSecond(report.frames, report.stages['network'] ?? 0),
      ]),
    ),
    '',
    "Milliseconds a frame by stage; the network works beside the others. The last column is all stages but the network, as a share of a frame's time.",
    '',
    ...table(
      ['', ...stages, 'a frame', 'others'],
      speeds.map(({ name, report }) => [
        name,
        ...stages.map((stage) => ((report.stages[stage] ?? 0) / report.frames).toFixed(1)),
        (report.wallMs / report.frames).toFixed(1),
        others(report),
      ]),
    ),
    '',
    'Peak memory: the largest resident set of the process.',
    '',
    ...table(
      ['', 'frames', 'peak memory', 'frames a second'],
      memory.map(({ name, report, wallMs, peakMiB }) => [
        name,
        report.frames,
        `${peakMiB.toFixed(0)} MiB`,
        perSecond(report.frames, wallMs),
      ]),
    ),
    '',
    `Ratio of the longer to the shorter: ${ratio}`,
  ];
}

/** @param {Report} report */
function machine({ inference, versions }) {
  const { device, model, modelSha256 } = inference;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`,
    programs.join(', '),
    `model ${model} (${modelSha256.slice(0, 12)}) on ${device}`,
  ].join('; ');
}

async function main() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      hour: { type: 'boolean', default: false },
      threads: { type: 'string' },
    },
  });
  const plan = values.quick ? PLANS.quick : values.hour ? PLANS.hour : PLANS.full;
  const options = values.threads === undefined ? [] : ['--threads', values.threads];
  const say = (/** @type {string} */ line) => process.stderr.write(`measure: ${line}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'relens-measure-'));
  try {
    const input = join(folder, 'clip.mkv');
    const mask = join(folder, 'mask.png');
    /** @type {Run[]} */
    const speeds = [];
    for (const clip of plan.speeds) {
      for (const noisy of [true, false]) {
        const name = `${clip.width}x${clip.height}, ${noisy ? 'noise all over' : 'a few spots'}`;
        say(name);
        makeClip(input, clip, noisy);
        if (!noisy) makeMask(mask, clip);
        const more = noisy ? options : [...options, '--mask', mask];
        speeds.push(await restore(name, input, folder, more));
      }
    }
    /** @type {Run[]} */
    const memory = [];
    const { width, height, seconds } = plan.memory;
    for (const length of seconds) {
      const name = `${length} s of ${width}x${height}`;
      say(name);
      makeClip(input, { width, height, frames: length * RATE }, true);
      memory.push(await restore(name, input, folder, options));
    }
    const first = speeds[0] ?? memory[0];
    const lines = [...(first ? [machine(first.report), ''] : []), ...describeRuns(speeds, memory)];
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
