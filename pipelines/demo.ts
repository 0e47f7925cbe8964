/** Damages the bundled footage, restores it, and measures the gain against the clean original. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatMap, defer, finalize, last, type Observable } from 'rxjs';
import { campusPath } from '../fixtures/index.js';
import {
  colourArgs,
  decodeAtRate,
  decodeToRaw,
  rawInput,
  type RawClip,
} from '../src/evaluation/clip.js';
import { damageRaw, type Damaged } from '../src/evaluation/damage-clip.js';
import { damageCase, inTurn } from '../src/evaluation/damage/damage.js';
import { stuckPixels } from '../src/evaluation/damage/dead-pixels.js';
import { dropOuts } from '../src/evaluation/damage/tape.js';
import { whiteNoise } from '../src/evaluation/damage/white-noise.js';
import { runFfmpeg } from '../src/evaluation/ffmpeg-job.js';
import { measure } from '../src/evaluation/measure.js';
import type { Measures } from '../src/evaluation/report/rows.js';
import { findFfmpeg, type Ffmpeg } from '../src/ffmpeg/find.js';
import { chooseVideoCodec } from '../src/ffmpeg/video-codec.js';
import { openFile } from '../src/sources/file.js';
import { paintWorstFrame } from './demo-picture.js';
import type { Progress, Restore, RestoreReport } from './restore.js';
import type { RestoreSettings } from './settings.js';

/** What the bundled footage suffers: a noisy sensor with stuck pixels, played from a worn tape. */
const DAMAGE = damageCase({
  name: 'demo',
  title: 'white noise of 15, tape drop-outs and 0.15 % stuck pixels',
  open: inTurn(whiteNoise(15), stuckPixels, dropOuts),
  masked: true,
});

export interface DemoOptions extends RestoreSettings {
  /** Folder for the files that are written. */
  readonly output: string;
  /** Default: all frames of the footage. */
  readonly frames?: number;
  readonly onStage?: (stage: string) => void;
  readonly onProgress?: (progress: Progress) => void;
}

export interface DemoReport {
  readonly damage: string;
  readonly report: RestoreReport;
  /** Of the damaged and of the restored file as written, against the clean original. */
  readonly before: Measures;
  readonly after: Measures;
  readonly files: { readonly damaged: string; readonly restored: string; readonly picture: string };
}

/** Cold: each subscription does everything anew and emits one report. */
export function demo(
  options: DemoOptions,
  signal: AbortSignal,
  restore: Restore,
): Observable<DemoReport> {
  const { output, frames, onStage, ...settings } = options;
  const files = {
    damaged: join(output, 'damaged.mp4'),
    restored: join(output, 'restored.mp4'),
    picture: join(output, 'before-after.png'),
  };
  return defer(() => prepare(options, files.damaged, signal)).pipe(
    concatMap(({ ffmpeg, folder, clean, damaged }) =>
      defer(() => {
        onStage?.('restoring');
        return restore(
          { ...settings, lossless: false, input: damaged.file, output: files.restored },
          signal,
        );
      }).pipe(
        last(),
        concatMap(async (report) => {
          onStage?.('measuring');
          const raw = join(folder, 'restored.yuv');
          const restored = await decodeAtRate(ffmpeg, files.restored, clean, raw, signal);
          const versions = [damaged.clip.path, restored.path];
          const [before, after] = await measure(clean, versions, damaged.mask, signal);
          if (before === undefined || after === undefined) throw new Error('nothing was measured');
          await paintWorstFrame(clean, damaged, restored, files.picture);
          return { damage: DAMAGE.title, report, before, after, files };
        }),
        finalize(() => void rm(folder, { recursive: true, force: true })),
      ),
    ),
  );
}

interface Prepared {
  readonly ffmpeg: Ffmpeg;
  /** Temporary; whoever receives it removes it. */
  readonly folder: string;
  readonly clean: RawClip;
  readonly damaged: Damaged;
}

async function prepare(
  { ffmpeg: option, output, frames, onStage }: DemoOptions,
  damagedFile: string,
  signal: AbortSignal,
): Promise<Prepared> {
  onStage?.('damaging the bundled footage');
  const ffmpeg = await findFfmpeg(option);
  await mkdir(output, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'relens-demo-'));
  try {
    const spec = { path: campusPath, ffmpeg, deinterlace: 'auto' } as const;
    const raw = join(folder, 'clean.yuv');
    const clean = await decodeToRaw(openFile, spec, frames ?? Infinity, raw, signal);
    const damaged = await damageRaw(ffmpeg, DAMAGE, clean, DAMAGE.name, folder, signal);
    const { encoder, args } = await chooseVideoCodec(
      ffmpeg,
      damagedFile,
      { lossless: false },
      clean,
      clean,
    );
    const codec = ['-c:v', encoder, ...args, '-pix_fmt', 'yuv420p', ...colourArgs(clean)];
    const encode = [...rawInput(damaged.clip), ...codec, damagedFile];
    await runFfmpeg(ffmpeg, encode, `write ${damagedFile}`, signal);
    return { ffmpeg, folder, clean, damaged };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
