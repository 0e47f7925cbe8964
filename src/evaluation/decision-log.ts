/** Keeps what the tool decided about each frame on disk, to be compared with the truth afterwards. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { cellGrid, type FrameSize } from '../frame/frame.js';
import { PROVENANCE } from '../frame/provenance.js';
import { differingCells } from './carrier.js';
import { bytesOf, type RawClip } from './clip.js';
import { throwIfAborted } from './ffmpeg-job.js';
import { Calibration, type CalibrationRow } from './metrics/calibration.js';
import { MaskScore, type MaskAgreement } from './metrics/mask-score.js';
import { addedNoise } from './metrics/noise-level.js';
import { RawReader } from './raw-file.js';
import { meanOf } from './report/rows.js';

/** What is asked of a decision; the arrays `[rows, columns]` are lent for the call. */
export interface Decision {
  readonly mask: Uint8Array;
  readonly provenance: Uint8Array;
  readonly uncertainty: Uint8Array;
  readonly sigma: number;
}

/** Writes synchronously, as decisions come in a callback that cannot wait. Close it. */
export class DecisionLog {
  readonly #masks: number;
  readonly #provenance: number;
  readonly #uncertainty: number;
  readonly #size: FrameSize;
  readonly sigmas: number[] = [];
  /** Bytes. */
  peakMemory = 0;

  constructor(
    readonly maskPath: string,
    readonly provenancePath: string,
    readonly uncertaintyPath: string,
    size: FrameSize,
  ) {
    this.#size = size;
    this.#masks = openSync(maskPath, 'w');
    this.#provenance = openSync(provenancePath, 'w');
    this.#uncertainty = openSync(uncertaintyPath, 'w');
  }

  add({ mask, provenance, uncertainty, sigma }: Decision): void {
    const { columns, rows } = cellGrid(this.#size);
    if (mask.length !== columns * rows || provenance.length !== columns * rows) {
      throw new RangeError(`a decision of ${columns * rows} cells expected, got ${mask.length}`);
    }
    writeSync(this.#masks, mask);
    writeSync(this.#provenance, provenance);
    writeSync(this.#uncertainty, uncertainty);
    this.sigmas.push(sigma);
    this.peakMemory = Math.max(this.peakMemory, process.memoryUsage.rss());
  }

  close(): void {
    closeSync(this.#masks);
    closeSync(this.#provenance);
    closeSync(this.#uncertainty);
  }
}

export interface DecisionScore {
  readonly mask: MaskAgreement;
  readonly sigmaError: number | undefined;
  readonly damagedShare: number | undefined;
  readonly alteredOriginals: number;
  readonly calibration: readonly CalibrationRow[];
}

/** Holds a closed log against the truth. */
export async function scoreDecisions(
  log: DecisionLog,
  clips: { readonly clean: RawClip; readonly damaged: RawClip; readonly restored: string },
  truthMask: string | undefined,
  whiteNoise: boolean,
  signal: AbortSignal,
): Promise<DecisionScore> {
  const { clean, damaged } = clips;
  const bytes = bytesOf(clean);
  const own = [log.maskPath, log.provenancePath, log.uncertaintyPath];
  const paths = [...own, ...(truthMask === undefined ? [] : [truthMask])];
  const cellReaders = await Promise.all(paths.map((path) => RawReader.open(path, bytes.mask)));
  const frameReaders = await Promise.all(
    [clean.path, damaged.path, clips.restored].map((path) => RawReader.open(path, bytes.frame)),
  );
  const cells = cellReaders.map(() => new Uint8Array(bytes.mask));
  const frames = frameReaders.map(() => new Uint8Array(bytes.frame));
  const [found, provenance, uncertainty, truth] = cells;
  const [cleanFrame, damagedFrame, restoredFrame] = frames;
  const changed = new Uint8Array(bytes.mask);
  const score = new MaskScore();
  const calibration = new Calibration();
  const sigmaErrors: (number | undefined)[] = [];
  let altered = 0;
  let damagedCells = 0;
  try {
    for (let index = 0; index < log.sigmas.length; index++) {
      throwIfAborted(signal);
      await Promise.all(cellReaders.map((reader, i) => reader.read(index, cells[i] ?? changed)));
      await Promise.all(frameReaders.map((reader, i) => reader.read(index, frames[i] ?? changed)));
      if (!found || !provenance || !uncertainty) break;
      if (!cleanFrame || !damagedFrame || !restoredFrame) break;
      score.add(found, truth);
      calibration.add(clean, provenance, uncertainty, cleanFrame, restoredFrame);
      differingCells(clean, damagedFrame, restoredFrame, changed);
      for (let cell = 0; cell < changed.length; cell++) {
        if (changed[cell] !== 0 && provenance[cell] === PROVENANCE.original) altered++;
        if (truth !== undefined && truth[cell] !== 0) damagedCells++;
      }
      if (!whiteNoise) continue;
      const added = addedNoise(clean, cleanFrame, damagedFrame, truth);
      const estimate = log.sigmas[index] ?? 0;
      sigmaErrors.push(added === undefined ? undefined : Math.abs(estimate - added));
    }
  } finally {
    await Promise.all([...cellReaders, ...frameReaders].map((reader) => reader.close()));
  }
  return {
    mask: score.agreement(),
    sigmaError: meanOf(sigmaErrors),
    damagedShare: truth === undefined ? undefined : damagedCells / (log.sigmas.length * bytes.mask),
    alteredOriginals: altered,
    calibration: calibration.rows(),
  };
}
