/** The bench from clips to report, with a restorer that changes nothing. */
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import type { Restore, RestoreOptions, RestoreReport } from '../../pipelines/restore.js';
import { restoreSettings } from '../../pipelines/settings.js';
import { loadConfig } from '../../src/config/load.js';
import { RelensError } from '../../src/errors.js';
import { encodeLossless } from '../../src/evaluation/clip.js';
import { renderTable } from '../../src/evaluation/report/table.js';
import { findFfmpeg, type Ffmpeg } from '../../src/ffmpeg/find.js';
import { movingSquare, temporaryFolder } from '../evaluation/clips.js';

const SIZE = { width: 64, height: 48, frames: 6 };
const CELLS = 32 * 24;
const relens = restoreSettings(loadConfig());
let ffmpeg: Ffmpeg;

beforeAll(async () => {
  ffmpeg = await findFfmpeg();
});

async function folderOfClips(...names: string[]) {
  const folder = await temporaryFolder();
  const work = await temporaryFolder();
  const clean = await movingSquare(work, SIZE);
  for (const name of names) {
    await encodeLossless(ffmpeg, clean, join(folder, name), new AbortController().signal);
  }
  return folder;
}

/** Hands the damaged clip back, and says that nothing was damaged. */
const identity: Restore = (options) =>
  defer(async () => {
    await copyFile(options.input, options.output);
    for (let seq = 0; seq < SIZE.frames; seq++) {
      const none = new Uint8Array(CELLS);
      const cells = { mask: none, provenance: none, uncertainty: none };
      options.observe?.({ seq, timestamp: seq * 40_000, sigma: 0, ...cells });
    }
    return accountOf(options);
  });

function accountOf({ input, output }: RestoreOptions): RestoreReport {
  return {
    input,
    output,
    ...SIZE,
    damage: {},
    cuts: [],
    events: [],
    noise: { mean: 0, overTime: [], byRegion: [] },
    provenance: { original: 1, denoised: 0, recovered: 0, synthesised: 0 },
    inference: {
      device: 'cpu',
      model: 'none',
      modelSha256: '',
      framesWithNetwork: 0,
      tilesTotal: 0,
      tilesRun: 0,
    },
    stages: { copy: 6 },
    wallMs: 12,
    framesPerSecond: 500,
    lost: [],
    conversions: [],
    versions: {},
  };
}

const run = (options: Parameters<typeof evaluate>[0], restore = identity) =>
  lastValueFrom(evaluate(options, new AbortController().signal, restore));

describe('evaluate', () => {
  it('holds the tool against the input and the anchors, per clip and in the mean', async () => {
    const clips = await folderOfClips('a.mkv', 'b.mkv');
    const out = await temporaryFolder();
    const json = join(out, 'deep', 'report.json');
    const html = join(out, 'report.html');
    const options = { clips, cases: ['holes', 'clean'], frames: 6, relens, json, html };
    const report = await run(options);
    expect(report.clips.map(({ clip, case: name }) => `${clip} ${name}`)).toEqual([
      'a holes',
      'a clean',
      'b holes',
      'b clean',
    ]);
    const [holes, clean] = report.cases;
    const methods = holes!.rows.map(({ method }) => method);
    expect(methods).toEqual(['input', 'Telea', 'NS', 'temporal median', 'relens']);
    const [input, , , , tool] = holes!.rows;
    expect(tool!.inside).toBe(input!.inside);
    expect(tool!.framesPerSecond).toBe(500);
    expect(clean!.rows.map(({ psnr }) => psnr)).toEqual([100, 100]);
    expect(report.clips[0]!.tool!.alteredOriginals).toBe(0);

    const table = renderTable(report);
    expect(table).toContain('holes: four moving free-form holes');
    expect(table).toContain('mean of 2 clips');
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ frames: 6 });
    const page = await readFile(html, 'utf8');
    expect(page).toContain('data:image/jpeg;base64,');
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
  });

  it('goes on when the tool fails on a clip, and says so in its row', async () => {
    const clips = await folderOfClips('a.mkv');
    const failing: Restore = () =>
      defer(() => Promise.reject(new RelensError('INFERENCE', 'the network is ill')));
    const options = { clips, cases: ['tape'], frames: 6, relens, anchors: false };
    const report = await run(options, failing);
    const row = report.clips[0]!.rows.at(-1);
    expect(row).toMatchObject({ method: 'relens', note: 'the network is ill', psnr: undefined });
    expect(renderTable(report)).toContain('the network is ill');
  });

  it('notices that frames are missing', async () => {
    const clips = await folderOfClips('a.mkv');
    const quiet: Restore = ({ observe: _, ...options }) =>
      identity(options, new AbortController().signal);
    const report = await run({ clips, cases: ['tape'], frames: 6, relens, anchors: false }, quiet);
    expect(report.clips[0]!.rows.at(-1)!.note).toContain('6 frames went in');
  });

  it('refuses an unknown case, a folder without clips, and too few frames', async () => {
    const clips = await folderOfClips('a.mkv');
    const base = { clips, cases: [], frames: 6, relens };
    await expect(run({ ...base, cases: ['snow'] })).rejects.toMatchObject({ code: 'EVALUATION' });
    await expect(run({ ...base, frames: 1 })).rejects.toMatchObject({ code: 'USAGE' });
    const empty = await temporaryFolder();
    await expect(run({ ...base, clips: empty })).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    const nowhere = join(empty, 'none');
    await expect(run({ ...base, clips: nowhere })).rejects.toMatchObject({
      code: 'INPUT_NOT_FOUND',
    });
  });

  it('ends with ABORTED and leaves no folder behind when it is stopped', async () => {
    const clips = await folderOfClips('a.mkv');
    const stop = new AbortController();
    const stopping: Restore = (): Observable<RestoreReport> =>
      defer(() => {
        stop.abort();
        return Promise.reject(new RelensError('ABORTED', 'stopped'));
      });
    const before = await benchFolders();
    const options = { clips, cases: ['tape'], frames: 6, relens };
    const stopped = lastValueFrom(evaluate(options, stop.signal, stopping));
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await benchFolders()).toEqual(before);
  });
});

async function benchFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('relens-evaluate-'));
}
