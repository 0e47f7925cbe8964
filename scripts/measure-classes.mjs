#!/usr/bin/env node
/**
 * Measures how well each kind of damage is found on seeded damage of its own: precision, recall and
 * IoU of the cells that are told, in the mean over clips. `relens evaluate` measures what is
 * repaired, all kinds together. Build first.
 *
 *   node scripts/measure-classes.mjs CLIPS [--frames 32] [--kinds dirt,drop]
 */
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const dist = new URL('../dist/', import.meta.url);
/** @param {string} path */
const load = (path) => import(new URL(path, dist).href);
const { openDetectionNetworks } = await load('pipelines/detection-networks.js');
const { AHEAD, openInspection } = await load('pipelines/inspection.js');
const { clipName, damageRaw, MAX_WIDTH, seedOf } = await load('src/evaluation/damage-clip.js');
const { damageCaseNamed } = await load('src/evaluation/damage/index.js');
const { bytesOf, decodeToRaw } = await load('src/evaluation/clip.js');
const { listClips } = await load('src/evaluation/list-clips.js');
const { findFfmpeg } = await load('src/ffmpeg/find.js');
const { REPAIR_FROM } = await load('src/masks/build.js');
const { openFile } = await load('src/sources/file.js');
const { StageTimes } = await load('src/telemetry/stage-times.js');

/** The case that draws each kind. */
const CASES = {
  dirt: 'dirt',
  drop: 'drops',
  'drop-out': 'tape',
  'dead-pixel': 'deadpx',
  passing: 'insects',
  glare: 'glare',
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { frames: { type: 'string', default: '32' }, kinds: { type: 'string' } },
});
if (positionals.length === 0) {
  process.stderr.write(
    'usage: node scripts/measure-classes.mjs CLIPS... [--frames 32] [--kinds dirt,drop]\n',
  );
  process.exit(2);
}
const wanted = values.kinds?.split(',');
/** @type {(line: string, status: number) => never} */
const refuse = (line, status) => {
  process.stderr.write(`measure-classes: ${line}\n`);
  process.exit(status);
};
for (const kind of wanted ?? []) {
  if (!(kind in CASES)) {
    refuse(`unknown kind "${kind}"; the kinds are ${Object.keys(CASES).join(', ')}`, 2);
  }
}
for (const input of positionals) {
  await listClips(input).catch((/** @type {Error} */ { message }) => refuse(message, 1));
}
const ffmpeg = await findFfmpeg();
const { signal } = new AbortController();
const networks = await openDetectionNetworks('cpu', 1);
const folder = await mkdtemp(join(tmpdir(), 'relens-classes-'));
const lines = [
  '| kind | case | clips | precision | recall | IoU | false, % of clean cells |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
];
try {
  for (const [kind, name] of Object.entries(CASES)) {
    if (wanted !== undefined && !wanted.includes(kind)) continue;
    /** @type {Awaited<ReturnType<typeof measureClip>>[]} */
    const rows = [];
    for (const input of positionals) {
      for (const path of await listClips(input)) rows.push(await measureClip(path, kind, name));
    }
    /** @param {(row: (typeof rows)[number]) => number} pick */
    const mean = (pick) => {
      const known = rows.map(pick).filter((value) => !Number.isNaN(value));
      return (known.reduce((sum, value) => sum + value, 0) / known.length).toFixed(3);
    };
    const cells = [
      ...[kind, name, rows.length, mean(({ hits, told }) => hits / told)],
      ...[
        mean(({ hits, real }) => hits / real),
        mean(({ hits, told, real }) => hits / (told + real - hits)),
      ],
      mean(({ hits, told, real, cells }) => (100 * (told - hits)) / (cells - real)),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
} finally {
  await networks.close();
  await rm(folder, { recursive: true });
}
process.stdout.write(`${lines.join('\n')}\n`);

/**
 * @param {string} path
 * @param {string} kind
 * @param {string} name
 */
async function measureClip(path, kind, name) {
  const spec = { path, ffmpeg, deinterlace: 'off', maxWidth: MAX_WIDTH };
  const raw = join(folder, 'clean.yuv');
  const clean = await decodeToRaw(openFile, spec, Number(values.frames), raw, signal);
  const seed = seedOf(clipName(path), name);
  const damaged = await damageRaw(ffmpeg, damageCaseNamed(name), clean, seed, folder, signal);
  const bytes = bytesOf(clean);
  const [pictures, truth] = await Promise.all([
    readFile(damaged.clip.path),
    readFile(damaged.mask),
  ]);
  const { width, height } = clean;
  const info = { width, height, lane: 'classes', frameRate: clean.rate[0] / clean.rate[1] };
  const opened = Array.from({ length: clean.frames }, (_, seq) => ({
    frame: {
      ...info,
      seq,
      timestamp: Math.round((seq * 1e6) / info.frameRate),
      data: pictures.subarray(seq * bytes.frame, (seq + 1) * bytes.frame),
    },
  }));
  const session = openInspection(info, new StageTimes(), () => 0, networks);
  const sum = { hits: 0, told: 0, real: 0, cells: 0 };
  for (const [seq, one] of opened.entries()) {
    const { maps } = await session.inspect(one, opened.slice(seq + 1, seq + 1 + AHEAD));
    /** @type {Uint8Array | undefined} */
    const score = maps.find(/** @param {{ kind: string }} map */ (map) => map.kind === kind)?.score;
    for (let cell = 0; cell < bytes.mask; cell++) {
      const isTold = (score?.[cell] ?? 0) >= REPAIR_FROM;
      const isReal = truth[seq * bytes.mask + cell] !== 0;
      sum.hits += isTold && isReal ? 1 : 0;
      sum.told += isTold ? 1 : 0;
      sum.real += isReal ? 1 : 0;
    }
    sum.cells += bytes.mask;
  }
  process.stderr.write(`${kind} ${clipName(path)}\n`);
  return sum;
}
