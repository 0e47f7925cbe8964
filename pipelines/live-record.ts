/** Records one camera: its own stream untouched, the restored one beside it, an account of each file. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exhaustMap, filter, interval, type Observable, type OperatorFunction } from 'rxjs';
import { packageVersion } from '../src/config/package-root.js';
import { RelensError } from '../src/errors.js';
import { sealSegment } from '../src/evidence/segment-record.js';
import type { StreamCopy } from '../src/ffmpeg/decode-live.js';
import { startCopy, startSegments, type SegmentWriter } from '../src/ffmpeg/segments.js';
import { through } from '../src/flow/through.js';
import { nowMs, type LivePicture } from '../src/frame/live-seams.js';
import { provenanceShares } from '../src/frame/provenance.js';
import { colourKey, type ColourTags } from '../src/frame/colour.js';
import { hasRoom } from '../src/sinks/room.js';
import type { LiveTools } from './live-camera.js';

export interface RecordingOptions {
  readonly camera: string;
  readonly folder: string;
  readonly seconds: number;
  readonly tools: LiveTools;
  readonly colour: () => ColourTags;
  /** Nothing is written any more; it is tried again. */
  readonly onBroken: (reason: string) => void;
  readonly onMended: () => void;
  /** A file has no account. */
  readonly onFailed: (error: unknown) => void;
}

type Kind = 'original' | 'restored';

/** Between two looks whether there is room again. */
const ROOM_MS = 5000;

interface Counts {
  frames: number;
  passedThrough: number;
  leftOut: number;
  shares: Record<string, number>;
}

const noCounts = (): Counts => ({ frames: 0, passedThrough: 0, leftOut: 0, shares: {} });

export class Recording {
  readonly #options: RecordingOptions;
  readonly #folder: string;
  /** What could not be written. */
  readonly #broken = new Set<Kind>();
  /** Cold: looks whether there is room again; emits when the original, too, can go on. */
  readonly mended$: Observable<unknown> = interval(ROOM_MS).pipe(
    filter(() => this.#broken.size > 0),
    exhaustMap(() => hasRoom(this.#folder)),
    filter((room) => room && this.#mend()),
  );

  /** @throws RelensError OUTPUT_WRITE when the folder cannot be made */
  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#folder = resolve(options.folder, options.camera);
    try {
      mkdirSync(this.#folder, { recursive: true });
    } catch (cause) {
      throw new RelensError(
        'OUTPUT_WRITE',
        `${this.#folder}: the folder for recordings cannot be made: check its permissions`,
        { cause },
      );
    }
  }

  /** Takes in all that comes, untouched; for one connection. Undefined while it cannot be written. */
  original(): StreamCopy | undefined {
    if (this.#broken.has('original')) return undefined;
    const file = this.#file('original');
    const { tools, seconds } = this.#options;
    return startCopy({
      ...{ ffmpeg: tools.ffmpeg, seconds, pattern: this.#pattern('original') },
      onFile: (path) => file.begin(path),
      onEnd: (...end) => this.#ended('original', file, ...end),
    });
  }

  /** Takes in the restored pictures. Emits nothing. */
  restored(): OperatorFunction<LivePicture, never> {
    return through(() => {
      let running: { readonly writer: SegmentWriter; readonly shape: string } | undefined;
      const file = this.#file('restored');
      const writerFor = ({ width, height }: LivePicture['original']): SegmentWriter => {
        const colour = this.#options.colour();
        const shape = `${width}x${height} ${colourKey(colour)}`;
        if (running?.shape === shape) return running.writer;
        running?.writer.end();
        const writer = startSegments({
          ...this.#options.tools,
          ...{ colour, size: { width, height }, seconds: this.#options.seconds },
          pattern: this.#pattern('restored'),
          onFile: (path) => file.begin(path),
          onEnd: (...end) => {
            this.#ended('restored', file, ...end);
            if (running?.writer === writer) running = undefined;
          },
        });
        running = { writer, shape };
        return writer;
      };
      return {
        write: (picture) => {
          if (this.#broken.has('restored')) return;
          const restored = picture.restored.clone();
          const { timestamp } = picture.original;
          const done = () => {
            restored.close();
          };
          const taken = writerFor(picture.original).write(restored.data, timestamp, done);
          if (!taken) done();
          file.count(picture, taken);
        },
        close: () => {
          running?.writer.end();
          running = undefined;
        },
      };
    });
  }

  #ended(kind: Kind, file: OpenFile, complete: boolean, failure?: string): void {
    if (complete) file.end();
    else file.giveUp();
    if (failure === undefined) return;
    this.#broken.add(kind);
    this.#options.onBroken(
      `nothing can be recorded in ${this.#folder} (${failure}): make room, or check its permissions`,
    );
  }

  /** True when the original was among what could not be written. */
  #mend(): boolean {
    const original = this.#broken.has('original');
    this.#broken.clear();
    this.#options.onMended();
    return original;
  }

  /** `original-20260131T120000123Z-%03d.mkv`: each connection begins a row of its own. */
  #pattern(kind: Kind): string {
    const began = new Date(nowMs()).toISOString().replace(/[-:.]/g, '');
    return join(this.#folder.replaceAll('%', '%%'), `${kind}-${began}-%03d.mkv`);
  }

  #file(kind: Kind): OpenFile {
    const { camera, tools, onFailed } = this.#options;
    const { card, device } = tools.engine;
    const versions = {
      relens: packageVersion(),
      ffmpeg: tools.ffmpeg.version,
      ...(kind === 'restored' && { model: card.name, modelSha256: card.sha256, device }),
    };
    return new OpenFile((path, beganMs, { frames, passedThrough, leftOut, shares }) => {
      const mean = Object.entries(shares).map(([name, sum]) => [name, sum / Math.max(1, frames)]);
      const counted = {
        ...{ frames, passedThrough, leftOut },
        provenance: Object.fromEntries(mean) as Record<string, number>,
      };
      sealSegment(path, {
        ...{ camera, kind, beganMs, endedMs: nowMs(), versions },
        ...(kind === 'restored' && counted),
      }).catch(onFailed);
    });
  }
}

/** The file that is being written, and what went into it. */
class OpenFile {
  readonly #seal: (path: string, beganMs: number, counts: Counts) => void;
  #open: { readonly path: string; readonly beganMs: number } | undefined;
  #counts = noCounts();

  constructor(seal: (path: string, beganMs: number, counts: Counts) => void) {
    this.#seal = seal;
  }

  begin(path: string): void {
    this.end();
    this.#open = { path, beganMs: nowMs() };
  }

  end(): void {
    if (this.#open === undefined) return;
    this.#seal(this.#open.path, this.#open.beganMs, this.#counts);
    this.giveUp();
  }

  /** It stays as it is, without an account. */
  giveUp(): void {
    this.#open = undefined;
    this.#counts = noCounts();
  }

  count({ passedThrough, overlay }: LivePicture, taken: boolean): void {
    if (!taken) {
      this.#counts.leftOut++;
      return;
    }
    this.#counts.frames++;
    if (passedThrough) this.#counts.passedThrough++;
    for (const [name, share] of Object.entries(provenanceShares(overlay.provenance))) {
      this.#counts.shares[name] = (this.#counts.shares[name] ?? 0) + share;
    }
  }
}
