#!/usr/bin/env node
/**
 * Measures how well each kind of damage is found on seeded damage of its own: precision, recall and
 * IoU of the cells that are told, as they are known when a mask is made of them; what is told of
 * the undamaged clips; and the error of the noise estimate. All in the mean over clips. `relens
 * evaluate` measures what is repaired, all kinds together. Build first.
 *
 *   node scripts/measure-classes.mjs CLIPS [--frames 32] [--kinds dirt,drop,clean,noise] [--sheet FILE]
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { inspectClip } from './inspect-clip.mjs';

const dist = new URL('../dist/', import.meta.url);
/** @param {string} path */
const load = (path) => import(new URL(path, dist).href);
const { NETWORK_DETECTORS } = await load('src/detectors/index.js');
const { clipName, damageRaw, MAX_WIDTH, seedOf } = await load('src/evaluation/damage-clip.js');
const { damageCaseNamed } = await load('src/evaluation/damage/index.js');
const { bytesOf, decodeToRaw } = await load('src/evaluation/clip.js');
const { listClips } = await load('src/evaluation/list-clips.js');
const { addedNoise } = await load('src/evaluation/metrics/noise-level.js');
const { paintClassSheet } = await load('src/evaluation/report/class-sheet.js');
const { findFfmpeg } = await load('src/ffmpeg/find.js');
const { REPAIR_FROM } = await load('src/masks/build.js');
const { openFile } = await load('src/sources/file.js');

/** The case that draws each kind. */
const CASES = {
  dirt: 'dirt',
  drop: 'drops',
  cobweb: 'cobweb',
  'drop-out': 'tape',
  'lost-block': 'packetloss',
  'dead-pixel': 'deadpx',
  passing: 'insects',
  glare: 'glare',
};
/** White noise, by the deviation in RGB (and, -planes, in luma). */
const NOISES = ['clean', 'awgn10', 'awgn25', 'awgn50', 'awgn50-planes'];
const KINDS = [...Object.keys(CASES), 'clean', 'noise'];
/** What is too small to be seen in a picture of half the size. */
const ZOOM = /** @type {Record<string, number>} */ ({ 'dead-pixel': 8 });

/** @type {(line: string, status: number) => never} */
const refuse = (line, status) => {
  process.stderr.write(`measure-classes: ${line}\n`);
  process.exit(status);
};
const USAGE =
  'usage: node scripts/measure-classes.mjs CLIPS... [--frames 32] [--kinds dirt,drop] [--sheet FILE.jpg]';

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        frames: { type: 'string', default: '32' },
        kinds: { type: 'string' },
        sheet: { type: 'string' },
      },
    });
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split('. ');
    return refuse(`${line}; ${USAGE}`, 2);
  }
}

const { values, positionals } = readOptions();
if (positionals.length === 0) refuse(USAGE, 2);
const wanted = values.kinds?.split(',') ?? KINDS;
for (const kind of wanted) {
  if (!KINDS.includes(kind)) refuse(`unknown kind "${kind}"; the kinds are ${KINDS.join(', ')}`, 2);
}
if (!/^[1-9]\d*$/.test(values.frames)) {
  refuse(`--frames is a number of frames, at least 1, not "${values.frames}"`, 2);
}
if (values.sheet !== undefined && !/\.jpe?g$/i.test(values.sheet)) {
  refuse(`--sheet writes a JPEG: expected a .jpg, got "${values.sheet}"`, 2);
}
// What takes minutes should not fail at its end.
if (values.sheet !== undefined) await mkdir(dirname(values.sheet), { recursive: true });
/** @type {string[]} */
const clips = [];
for (const input of positionals) {
  const found = await listClips(input).catch((/** @type {Error} */ { message }) =>
    refuse(message, 1),
  );
  clips.push(...found);
}
const ffmpeg = await findFfmpeg();
const { signal } = new AbortController();
const folder = await mkdtemp(join(tmpdir(), 'relens-classes-'));

/** @typedef {{ hits: number, told: number, real: number, cells: number }} Sum */

/** @type {Map<string, Sum[]>} of each kind and clip */
const found = new Map();
/** @type {Map<string, number[]>} share of the undamaged clips' cells that is told, in % */
const wrong = new Map();
/** @type {Map<string, number[]>} error of each clip's noise, grey levels */
const errors = new Map();
/** @type {Map<string, { most: number, picture: unknown }>} */
const shown = new Map();
/**
 * @template T
 * @param {Map<string, T[]>} map
 * @param {string} key
 * @param {T} value
 */
const note = (map, key, value) => map.set(key, [...(map.get(key) ?? []), value]);

try {
  for (const path of clips) {
    const spec = { path, ffmpeg, deinterlace: 'off', maxWidth: MAX_WIDTH };
    const raw = join(folder, 'clean.yuv');
    const clean = await decodeToRaw(openFile, spec, Number(values.frames), raw, signal);
    for (const [kind, name] of Object.entries(CASES)) {
      if (wanted.includes(kind))
        note(found, kind, await measureKind(clipName(path), clean, kind, name));
    }
    if (wanted.includes('clean')) await measureClean(clipName(path), clean);
    if (wanted.includes('noise')) {
      for (const name of NOISES) await measureNoise(clipName(path), clean, name);
    }
    process.stderr.write(`${clipName(path)}\n`);
  }
  if (values.sheet !== undefined) {
    const pictures = [...shown.values()].map(({ picture }) => picture);
    await paintClassSheet(pictures, values.sheet);
  }
} finally {
  await rm(folder, { recursive: true });
}

const lines = [];
if (found.size + wrong.size > 0) {
  lines.push(
    '| kind | case | clips | precision | recall | IoU | false, % of clean cells | told of undamaged clips, % |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  );
}
for (const [kind, name] of Object.entries(CASES)) {
  const sums = found.get(kind) ?? [];
  const undamaged = wrong.get(kind) ?? [];
  if (sums.length + undamaged.length === 0) continue;
  const cells = [
    ...[kind, name, Math.max(sums.length, undamaged.length)],
    cell(sums.map(({ hits, told }) => hits / told)),
    cell(sums.map(({ hits, real }) => hits / real)),
    cell(sums.map(({ hits, told, real }) => hits / (told + real - hits))),
    cell(sums.map(({ hits, told, real, cells: all }) => (100 * (told - hits)) / (all - real))),
    cell(undamaged),
  ];
  lines.push(`| ${cells.join(' | ')} |`);
}
if (errors.size > 0) {
  lines.push('', '| noise | clips | mean error, grey levels | of the worst clip |');
  lines.push('| --- | ---: | ---: | ---: |');
}
for (const [name, all] of errors) {
  const cells = [name, all.length, mean(all).toFixed(2), Math.max(...all).toFixed(2)];
  lines.push(`| ${cells.join(' | ')} |`);
}
process.stdout.write(`${lines.join('\n')}\n`);

/** @param {number[]} numbers those that are not known (what is the precision where nothing is told?) do not count */
function mean(numbers) {
  const known = numbers.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** @param {number[]} numbers */
function cell(numbers) {
  const value = mean(numbers);
  return Number.isNaN(value) ? '–' : value.toFixed(3);
}

/**
 * @param {string} clip
 * @param {any} clean
 * @param {string} kind
 * @param {string} name
 */
async function measureKind(clip, clean, kind, name) {
  const damaged = await damageRaw(
    ...[ffmpeg, damageCaseNamed(name), clean, seedOf(clip, name), folder, signal],
  );
  const truth = await readFile(damaged.mask);
  const bytes = bytesOf(clean);
  const sum = { hits: 0, told: 0, real: 0, cells: 0 };
  const askable = NETWORK_DETECTORS.filter((/** @type {{ kinds: string[] }} */ { kinds }) =>
    kinds.includes(kind),
  );
  await inspectClip(damaged.file, ffmpeg, askable, ({ frame, maps }) => {
    const score = maps.find((map) => map.kind === kind)?.score;
    let hits = 0;
    for (let at = 0; at < bytes.mask; at++) {
      const isTold = (score?.[at] ?? 0) >= REPAIR_FROM;
      const isReal = truth[frame.seq * bytes.mask + at] !== 0;
      hits += isTold && isReal ? 1 : 0;
      sum.told += isTold ? 1 : 0;
      sum.real += isReal ? 1 : 0;
    }
    sum.hits += hits;
    sum.cells += bytes.mask;
    if (score === undefined || hits <= (shown.get(kind)?.most ?? 0)) return;
    const { width, height, colour } = clean;
    const picture = { label: kind, width, height, colour, zoom: ZOOM[kind] ?? 2 };
    const cells = score.map((value) => (value >= REPAIR_FROM ? 255 : 0));
    shown.set(kind, {
      most: hits,
      picture: { ...picture, data: frame.data.slice(), found: cells },
    });
  });
  return sum;
}

/**
 * @param {string} clip
 * @param {any} clean
 */
async function measureClean(clip, clean) {
  const { file } = await damageRaw(
    ...[ffmpeg, damageCaseNamed('clean'), clean, seedOf(clip, 'clean'), folder, signal],
  );
  /** @type {Map<string, number>} */
  const told = new Map(Object.keys(CASES).map((kind) => [kind, 0]));
  let cells = 0;
  await inspectClip(file, ffmpeg, NETWORK_DETECTORS, ({ maps }) => {
    cells += bytesOf(clean).mask;
    for (const { kind, score } of maps) {
      const count = score.reduce((sum, value) => sum + (value >= REPAIR_FROM ? 1 : 0), 0);
      told.set(kind, (told.get(kind) ?? 0) + count);
    }
  });
  for (const [kind, count] of told) note(wrong, kind, (100 * count) / cells);
}

/**
 * @param {string} clip
 * @param {any} clean
 * @param {string} name
 */
async function measureNoise(clip, clean, name) {
  const { file } = await damageRaw(
    ...[ffmpeg, damageCaseNamed(name), clean, seedOf(clip, name), folder, signal],
  );
  const pictures = await readFile(clean.path);
  const { frame: size } = bytesOf(clean);
  /** @type {number[]} */
  const all = [];
  await inspectClip(file, ffmpeg, [], ({ frame, sigma }) => {
    const before = pictures.subarray(frame.seq * size, (frame.seq + 1) * size);
    const added = addedNoise(clean, before, frame.data);
    if (added !== undefined) all.push(Math.abs(sigma - added));
  });
  if (all.length > 0) note(errors, name, mean(all));
}
