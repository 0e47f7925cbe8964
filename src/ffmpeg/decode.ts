/** Runs one decoder and emits its pictures as frames of a pool, by demand. */
import { Observable, type Subscriber } from 'rxjs';
import { RelensError } from '../errors.js';
import { frameBytes, type Frame, type FrameSize } from '../frame/frame.js';
import type { FramePool, Slot } from '../frame/frame-pool.js';
import { ByteReader } from './byte-reader.js';
import { ending, reason } from './failure.js';
import type { Ffmpeg } from './find.js';
import { NutReader, type NutFrame } from './nut-reader.js';
import { evenSize, padPicture, rawBytes } from './picture.js';
import type { Rational } from './probe.js';
import { start, type Exit, type LineLog, type Running } from './process.js';
import { SecondPictureReader, type SecondPictures } from './second-decoder.js';

export interface DecodeJob {
  readonly ffmpeg: Ffmpeg;
  readonly lane: string;
  /** Options and `-i` of the one input. */
  readonly input: readonly string[];
  /** Written to stdin, where the input is `pipe:0`. */
  readonly stdin?: Uint8Array;
  /** ffmpeg's stream specifier, for example `0:v:0`. */
  readonly map: string;
  /** Must end in the pixel format wanted, of `display` size. */
  readonly filter: string;
  /** Options that let frames keep their own time; see abilities. */
  readonly passthrough: readonly string[];
  readonly display: FrameSize;
  readonly clock: Clock;
  /** Default: still. */
  readonly concealment?: keyof typeof CONCEALMENT;
}

/** How a frame gets its timestamp: from the file, or from its number. */
export type Clock =
  | { readonly kind: 'stamped'; readonly timeBase: Rational; /** µs */ readonly origin: number }
  | { readonly kind: 'counted'; readonly rate: Rational };

/** How far a decoder came. */
export interface DecodeOutcome {
  readonly frames: number;
  /** µs; of the last frame. */
  readonly lastTimestamp: number;
  readonly stderr: LineLog;
  readonly exit: Exit;
}

/** A pause of this many frame times, and of this many µs at least, is a break in the recording. */
const BREAK_INTERVALS = 10;
const BREAK_US = 2_000_000;

/**
 * Cold. Emits frames in order; reads on only when the pool has a slot. A decoder that fails after
 * its first frame completes the stream, for what came is worth having: `ended` tells how it went.
 * Unsubscribing kills the child.
 * @param others where it is given, a second decoder conceals losses otherwise, and what it shows of
 *   a frame is there before the frame comes; who reads it takes it out
 * @throws RelensError FFMPEG_FAILED, when not one frame came
 */
export function decode(
  job: DecodeJob,
  pool: FramePool,
  ended: (outcome: DecodeOutcome) => void,
  others?: SecondPictures,
): Observable<Frame> {
  return new Observable((subscriber) => {
    const { child, nut } = startDecoder(job);
    const second = others && startDecoder({ ...job, concealment: 'moving' });
    const work = async () => {
      const progress = { frames: 0, lastTimestamp: 0 };
      await pump(
        nut,
        job,
        pool,
        subscriber,
        progress,
        others && second && { nut: second.nut, others },
      );
      if (left(subscriber)) return;
      const exit = await child.exited;
      if (progress.frames === 0) {
        const quiet =
          exit.code === 0 ? 'there is none in the part asked for' : `ffmpeg ${ending(exit)}`;
        const why = child.stderr.count > 0 ? reason(child.stderr) : quiet;
        throw new RelensError('FFMPEG_FAILED', `${job.lane}: no picture could be decoded (${why})`);
      }
      ended({ ...progress, stderr: child.stderr, exit });
    };
    work().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => {
      child.kill();
      second?.child.kill();
    };
  });
}

/** A decoder to pull pictures from; whoever started it kills it. */
export function startDecoder(job: DecodeJob): { child: Running; nut: NutReader } {
  const child = start({
    command: job.ffmpeg.ffmpeg,
    args: decodeArgs(job),
    stdin: job.stdin === undefined ? 'ignore' : 'pipe',
    stdout: 'pipe',
  });
  if (child.stdout === null) throw new Error('a decoder without stdout');
  child.stdin?.end(job.stdin);
  return { child, nut: new NutReader(new ByteReader(child.stdout)) };
}

/**
 * Cold. Decodes everything once and throws it away; emits true when the decoder had nothing to
 * complain of. Unsubscribing kills the child.
 */
export function decodesCleanly(job: DecodeJob): Observable<boolean> {
  return new Observable((subscriber) => {
    const child = start({
      command: job.ffmpeg.ffmpeg,
      args: [...readingArgs(job), '-f', 'null', '-'],
      stdin: job.stdin === undefined ? 'ignore' : 'pipe',
    });
    child.stdin?.end(job.stdin);
    void child.exited.then(({ code }) => {
      subscriber.next(code === 0 && child.stderr.count === 0);
      subscriber.complete();
    });
    return () => child.kill();
  });
}

/**
 * Where data was lost: with more threads than one, what a decoder puts there depends on how far its
 * threads happen to be, and the same file would not give the same pictures twice. `still` puts there what
 * was in the same place in the picture before, `moving` (as ffmpeg does by default) guesses motion from
 * what is around; neither smears into a key frame what is around a gap. Without losses, none of
 * this changes a picture.
 */
const CONCEALMENT = {
  still: 'deblock+favor_inter',
  moving: 'guess_mvs+deblock+favor_inter',
} as const;

function readingArgs(job: DecodeJob): string[] {
  return [
    // repeat: one line for each error, for they are counted.
    ...['-nostdin', '-hide_banner', '-loglevel', 'repeat+error'],
    ...['-threads', '1', '-ec', CONCEALMENT[job.concealment ?? 'still']],
    ...['-max_error_rate', '1', '-copyts', ...job.input, '-map', job.map, '-an', '-sn', '-dn'],
    ...['-vf', job.filter, ...job.passthrough],
  ];
}

function decodeArgs(job: DecodeJob): string[] {
  const base: Rational =
    job.clock.kind === 'stamped' ? job.clock.timeBase : [job.clock.rate[1], job.clock.rate[0]];
  return [
    ...readingArgs(job),
    ...['-enc_time_base', `${base[0]}:${base[1]}`],
    ...['-c:v', 'rawvideo', '-f', 'nut', '-write_index', '0', 'pipe:1'],
  ];
}

async function pump(
  nut: NutReader,
  job: DecodeJob,
  pool: FramePool,
  subscriber: Subscriber<Frame>,
  progress: { frames: number; lastTimestamp: number },
  second?: { readonly nut: NutReader; readonly others: SecondPictures },
): Promise<void> {
  const even = evenSize(job.display);
  if (even.width !== pool.size.width || even.height !== pool.size.height) {
    throw new Error(`a pool of ${pool.size.width}x${pool.size.height} for ${job.lane}`);
  }
  // An odd picture makes a stop outside the pool, to be padded; the usual one does not.
  const odd = rawBytes(job.display) !== frameBytes(even);
  const scratch = odd ? new Uint8Array(rawBytes(job.display)) : undefined;
  const usual = new Usual();
  const bytes = { even: frameBytes(even), raw: rawBytes(job.display) };
  const reader = second && new SecondPictureReader(second.nut, job.display, bytes);
  for (let seq = 0; !left(subscriber); seq++) {
    const picture = await nut.frame();
    if (picture === undefined) return;
    const slot = await slotOf(pool, subscriber);
    if (slot === undefined) return;
    if (!(await fill(slot, picture, scratch)) || left(subscriber)) {
      slot.release();
      return;
    }
    if (scratch !== undefined) padPicture(scratch, job.display, slot.data);
    const other = await otherOf(reader, picture.pts, slot);
    if (left(subscriber)) {
      slot.release();
      return;
    }
    if (other !== undefined) second?.others.set(seq, other);
    const timestamp = stamp(job.clock, picture.pts, nut.stream?.timeBase ?? [1, 1], seq);
    const discontinuity = seq > 0 && usual.isBreak(timestamp - progress.lastTimestamp);
    progress.frames = seq + 1;
    progress.lastTimestamp = timestamp;
    subscriber.next(slot.publish({ lane: job.lane, seq, timestamp, discontinuity }));
  }
}

/** Read anew each time: it changes while something is awaited. */
const left = ({ closed }: Subscriber<Frame>) => closed;

/** False when the stream ended inside the picture. Gives the slot back before it throws. */
async function fill(slot: Slot, picture: NutFrame, scratch?: Uint8Array): Promise<boolean> {
  try {
    return await picture.readInto(scratch ?? slot.data);
  } catch (error) {
    slot.release();
    throw error;
  }
}

/** Gives the slot back before it throws. */
async function otherOf(
  reader: SecondPictureReader | undefined,
  pts: number,
  slot: Slot,
): Promise<Uint8Array | undefined> {
  try {
    return await reader?.other(pts, slot.data);
  } catch (error) {
    slot.release();
    throw error;
  }
}

/** Undefined when the subscriber has left: then nobody waits for the slot. */
async function slotOf(pool: FramePool, subscriber: Subscriber<Frame>): Promise<Slot | undefined> {
  try {
    const slot = await pool.acquire();
    if (!left(subscriber)) return slot;
    slot.release();
  } catch (error) {
    if (!left(subscriber)) throw error;
  }
  return undefined;
}

function stamp(clock: Clock, pts: number, timeBase: Rational, seq: number): number {
  if (clock.kind === 'counted') return Math.round((seq * 1e6 * clock.rate[1]) / clock.rate[0]);
  return Math.round((pts * 1e6 * timeBase[0]) / timeBase[1]) - clock.origin;
}

/** The usual time from frame to frame, to tell a break from a slow camera. */
class Usual {
  #interval: number | undefined;

  /** @param interval µs since the frame before */
  isBreak(interval: number): boolean {
    const usual = this.#interval;
    if (usual !== undefined && interval > Math.max(BREAK_US, BREAK_INTERVALS * usual)) return true;
    this.#interval = usual === undefined ? interval : 0.9 * usual + 0.1 * interval;
    return false;
  }
}
