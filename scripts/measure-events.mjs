#!/usr/bin/env node
/**
 * Measures the camera watch on real clips: false events on untouched footage, and for each way of
 * tampering how often it is noticed, after how long, and how soon its end is. Build first.
 *
 *   node scripts/measure-events.mjs CLIPS [--tampers cover,freeze]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

const dist = new URL('../dist/src/', import.meta.url);
/**
 * @typedef {import('../src/evaluation/tamper/stage.js').Notice} Notice
 * @typedef {import('../src/evaluation/tamper/tamper.js').Tamper} Tamper
 * @typedef {import('../src/frame/camera-event.js').CameraEvent} CameraEvent
 */

/** @param {string} path */
const load = (path) => import(new URL(path, dist).href);
const { openCameraEvents } = await load('detectors/events/camera-events.js');
const { bytesOf, decodeToRaw } = await load('evaluation/clip.js');
const { listClips } = await load('evaluation/list-clips.js');
const { RawReader } = await load('evaluation/raw-file.js');
const { TAMPERS } = await load('evaluation/tamper/index.js');
const { noticeOf, playTampered } = await load('evaluation/tamper/stage.js');
const { findFfmpeg } = await load('ffmpeg/find.js');
const { openFile } = await load('sources/file.js');

/** Seconds. */
const ACTS = { before: 4, during: 7, after: 3 };
/** Shorter clips would have to be played to and fro so often that they are loops. */
const SHORTEST = 6;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tampers: { type: 'string' } },
});
if (positionals.length === 0) {
  process.stderr.write(
    'usage: node scripts/measure-events.mjs CLIPS... [--tampers cover,freeze]\n',
  );
  process.exit(2);
}
const wanted = values.tampers?.split(',');
/** @type {Tamper[]} */
const all = TAMPERS;
const tampers = all.filter(({ name }) => wanted === undefined || wanted.includes(name));
const ffmpeg = await findFfmpeg();
const { signal } = new AbortController();
/** @type {Map<string, Notice[]>} */
const rows = new Map(tampers.map(({ name }) => [name, []]));
/** @type {{ seconds: number, events: string[] }} */
const quiet = { seconds: 0, events: [] };
const folder = await mkdtemp(join(tmpdir(), 'relens-events-'));
try {
  for (const input of positionals) {
    for (const path of await listClips(input)) await measureClip(path);
  }
} finally {
  await rm(folder, { recursive: true });
}
print();

/** @param {string} path */
async function measureClip(path) {
  const raw = join(folder, 'clip.yuv');
  const spec = { path, ffmpeg, deinterlace: 'off', maxWidth: 384 };
  const clip = await decodeToRaw(openFile, spec, Infinity, raw, signal);
  const frameRate = clip.rate[0] / clip.rate[1];
  const seconds = clip.frames / frameRate;
  const reader = await RawReader.open(raw, bytesOf(clip).frame);
  const { width, height, frames } = clip;
  /** @type {import('../src/evaluation/tamper/stage.js').Footage['read']} */
  const read = (index, into) => reader.read(index, into);
  const footage = { width, height, frames, frameRate, read };
  try {
    const acts = { before: seconds, during: 0, after: 0 };
    const alone = await playTampered(footage, undefined, acts, '', openCameraEvents(clip));
    quiet.seconds += seconds;
    quiet.events.push(
      ...alone.events.map(
        /** @param {CameraEvent} event */ (event) => `${basename(path)}: ${event.kind}`,
      ),
    );
    if (seconds < SHORTEST) return;
    for (const tamper of tampers) {
      const seed = `${basename(path)} ${tamper.name}`;
      const play = await playTampered(footage, tamper, ACTS, seed, openCameraEvents(clip));
      rows.get(tamper.name)?.push(noticeOf(tamper, play));
    }
  } finally {
    await reader.close();
  }
  process.stderr.write(`${basename(path)}\n`);
}

function print() {
  /** @param {number[]} values @param {(values: number[]) => number} pick */
  const figure = (values, pick) => (values.length === 0 ? '–' : pick(values).toFixed(1));
  /** @param {number[]} values */
  const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  const lines = [
    '| tampering | clips | noticed | raised after, s: median | latest | end noticed within, s | wrong events |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  for (const [name, notices] of rows) {
    const raised = notices.flatMap(({ raisedAfter }) => raisedAfter ?? []);
    const cleared = notices.flatMap(({ clearedAfter }) =>
      clearedAfter === undefined ? [] : [Math.abs(clearedAfter)],
    );
    const wrong = notices.reduce((sum, notice) => sum + notice.wrong.length, 0);
    const cells = [
      ...[name, notices.length, raised.length, figure(raised, median)],
      figure(raised, (some) => Math.max(...some)),
      figure(cleared, (some) => Math.max(...some)),
      wrong,
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  lines.push('', `untouched: ${quiet.seconds.toFixed(0)} s, ${quiet.events.length} events`);
  lines.push(...quiet.events);
  process.stdout.write(`${lines.join('\n')}\n`);
}
