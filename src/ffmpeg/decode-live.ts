/** Runs one live decoder: reads as fast as pictures come, and drops what there is no slot for. */
import { Observable, type Subscriber } from 'rxjs';
import { frameBytes, type Frame, type FrameSize } from '../frame/frame.js';
import { arrives, type LiveAddress } from '../frame/live-address.js';
import { FramePool, type FrameStamp } from '../frame/frame-pool.js';
import { nowMs } from '../frame/live-seams.js';
import { ByteReader } from './byte-reader.js';
import { ending } from './failure.js';
import type { Ffmpeg } from './find.js';
import { liveInput } from './live-input.js';
import { LiveLog, type LiveFailure, type LiveStage } from './live-log.js';
import { NutReader, type NutFrame } from './nut-reader.js';
import { start } from './process.js';

export interface LiveDecodeJob {
  readonly ffmpeg: Ffmpeg;
  readonly lane: string;
  readonly address: LiveAddress;
  readonly transport?: 'auto' | 'tcp' | 'udp';
  /** Options that let frames keep their own time; see abilities. */
  readonly passthrough: readonly string[];
  /** Options that play a file at its own speed; see abilities. */
  readonly ownSpeed: readonly string[];
  readonly maxWidth?: number;
  /** Makes whole pictures of those that the stream marks as interlaced; each waits for the next. */
  readonly deinterlace?: boolean;
  /** Slots of the pool of pictures. */
  readonly slots: number;
  /** Called for each picture in order, also for one that is dropped: gives it its place in the lane. */
  readonly stamp: (arrived: Arrived) => Omit<FrameStamp, 'lane'>;
  /** The untouched stream, copied beside. */
  readonly copy?: StreamCopy;
}

/** A second output of the decoder: its packets as they came, of which each connection has one. */
export interface StreamCopy {
  /** The next bytes of a Matroska stream; takes them at once, whatever becomes of them. */
  write(chunk: Uint8Array): void;
  /** No more come. */
  end(): void;
}

/** What is known of a picture when it comes. */
export interface Arrived {
  /** ms since the epoch, see `nowMs`. */
  readonly receivedMs: number;
  /** µs of the stream's own clock; the time of arrival where frames come as they happen. */
  readonly streamUs: number;
  /** The first of a connection, or of a new size. */
  readonly first: boolean;
}

/** What a live decoder tells. */
export type LiveDecoded =
  | { readonly kind: 'stage'; readonly stage: LiveStage }
  | {
      readonly kind: 'frame';
      readonly frame: Frame;
      readonly receivedMs: number;
      readonly decodedMs: number;
      /** False: the decoder reported errors, and no key frame has come since. */
      readonly trusted: boolean;
      readonly log: LiveLog;
    }
  | { readonly kind: 'dropped'; readonly receivedMs: number }
  | { readonly kind: 'ended'; readonly failure: LiveFailure };

const TICKS = 90_000;
/** A packet is not older than this when it is decoded; if it seems so, a clock was set. */
const OLDEST_MS = 60_000;
const SIZE_WAIT_MS = 500;
const SIZE_POLL_MS = 20;
/** Turns of the event loop in which what was printed arrives. */
const PRINT_TURNS = 20;
/** How long a decoder that also writes files may take to close them. */
const FILE_GRACE_MS = 1500;

/** Cold. Completes after `ended`; unsubscribing kills the child. Never errors for what a camera does. */
export function decodeLive(job: LiveDecodeJob): Observable<LiveDecoded> {
  return new Observable((subscriber) => {
    const log = new LiveLog(job.address);
    let stage = log.stage;
    const input = liveInput(job.address, job.transport ?? 'auto', job.ownSpeed);
    const child = start({
      command: job.ffmpeg.ffmpeg,
      args: decodeArgs(job, input.args),
      stdin: 'pipe',
      stdout: 'pipe',
      ...(job.copy && { second: 'pipe' }),
      onLine: (line) => {
        if (!isOfCopy(line)) log.push(line);
        if (log.stage !== stage) {
          stage = log.stage;
          subscriber.next({ kind: 'stage', stage });
        }
      },
    });
    child.stdin?.end(input.stdin);
    child.second?.on('data', (chunk: Uint8Array) => job.copy?.write(chunk));
    void child.exited.then(() => job.copy?.end());
    const held: { pool?: FramePool } = {};
    const work = async () => {
      if (child.stdout === null) throw new Error('a decoder without stdout');
      await pump(new NutReader(new ByteReader(child.stdout)), job, log, held, subscriber);
      if (subscriber.closed) return;
      // A picture of unknown size ends the reading before the child ends.
      child.kill();
      const exit = await child.exited;
      const failure = log.failure();
      const odd =
        exit.error === undefined ? failure : { ...failure, reason: `ffmpeg ${ending(exit)}` };
      subscriber.next({ kind: 'ended', failure: odd });
    };
    work().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => {
      if (job.copy === undefined) child.kill();
      else child.end(FILE_GRACE_MS);
      held.pool?.dispose();
    };
  });
}

/** Said of the copy, not of the camera. */
const isOfCopy = (line: string) => line.startsWith('[matroska @ ');

/** Handed on without delay, so that a file ends when the clock says so. */
const COPY = [
  ...['-map', '0:v:0', '-map', '0:a?', '-c', 'copy', '-avoid_negative_ts', 'make_zero'],
  ...['-f', 'matroska', '-cluster_time_limit', '500', '-flush_packets', '1', 'pipe:3'],
];

function decodeArgs(job: LiveDecodeJob, input: readonly string[]): string[] {
  const { maxWidth, deinterlace = false } = job;
  const filter = [
    ...(deinterlace ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
    'crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0',
    ...(maxWidth === undefined
      ? []
      : [`scale=w='min(iw,${evenWidth(maxWidth)})':h=-2:flags=bicubic`]),
    // Both have the same samples: nothing is converted between the ranges.
    'format=yuv420p|yuvj420p',
    // Prints of each picture whether it is a key frame.
    'showinfo=checksum=0',
  ];
  return [
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'repeat+level+verbose', '-y'],
    // Threads by frame would hold back a frame for each thread.
    ...['-copyts', '-max_error_rate', '1', '-thread_type', 'slice', ...input],
    // A picture of another size is passed on in its own size.
    ...['-map', '0:v:0', '-an', '-sn', '-dn', '-noautoscale', '-vf', filter.join(',')],
    // The encoder of raw video, too, would hold back a frame for each of its threads.
    ...[...job.passthrough, '-enc_time_base', `1:${TICKS}`, '-c:v', 'rawvideo', '-threads', '1'],
    ...['-f', 'nut', '-write_index', '0', '-flush_packets', '1', 'pipe:1'],
    ...(job.copy === undefined ? [] : COPY),
  ];
}

const evenWidth = (width: number) => Math.max(2, width - (width & 1));

/** Of the pictures that leave ffmpeg, by the rules of its filters `crop` and `scale`. */
function fitted({ width, height }: FrameSize, maxWidth?: number): FrameSize {
  const even = { width: width & ~1, height: height & ~1 };
  if (maxWidth === undefined || even.width <= evenWidth(maxWidth)) return even;
  const narrow = evenWidth(maxWidth);
  return { width: narrow, height: 2 * Math.round((even.height * narrow) / even.width / 2) };
}

async function pump(
  nut: NutReader,
  job: LiveDecodeJob,
  log: LiveLog,
  held: { pool?: FramePool },
  subscriber: Subscriber<LiveDecoded>,
): Promise<void> {
  let scratch = new Uint8Array(0);
  for (let index = 0; ; index++) {
    const picture = await nut.frame();
    const headMs = nowMs();
    if (picture === undefined) return;
    let { pool } = held;
    const first = pool === undefined || frameBytes(pool.size) !== picture.size;
    if (pool === undefined || first) {
      const size = await sizeOf(picture, nut, job, log);
      if (size === undefined || left(subscriber)) return;
      pool?.dispose();
      pool = held.pool = new FramePool(size, job.slots);
    }
    const slot = pool.tryAcquire();
    if (slot === undefined && scratch.length !== picture.size) {
      scratch = new Uint8Array(picture.size);
    }
    const whole = await picture.readInto(slot?.data ?? scratch);
    if (!whole || left(subscriber)) {
      slot?.release();
      return;
    }
    const stampedMs = (picture.pts * 1000) / TICKS;
    const receivedMs = arrives(job.address) ? arrival(stampedMs) : headMs;
    const stamp = job.stamp({ receivedMs, streamUs: Math.round(stampedMs * 1000), first });
    if (slot === undefined) {
      subscriber.next({ kind: 'dropped', receivedMs });
      continue;
    }
    const frame = slot.publish({ lane: job.lane, ...stamp });
    const decodedMs = nowMs();
    const trusted = await trustOf(log, index);
    if (left(subscriber)) {
      frame.close();
      return;
    }
    subscriber.next({ kind: 'frame', frame, receivedMs, decodedMs, trusted, log });
  }
}

/** Read anew each time: it changes while something is awaited. */
const left = ({ closed }: Subscriber<LiveDecoded>) => closed;

/** It was printed before the picture was written, but on another pipe. */
async function trustOf(log: LiveLog, index: number): Promise<boolean> {
  for (let turn = 0; turn < PRINT_TURNS; turn++) {
    const known = log.trusts(index);
    if (known !== undefined) return known;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return log.trusts(index) ?? log.decodeErrors === 0;
}

/** The system's clock stamped the packet; ours never jumps. */
function arrival(stampedMs: number): number {
  const age = Date.now() - stampedMs;
  return nowMs() - (age >= 0 && age < OLDEST_MS ? age : 0);
}

/**
 * The header tells the first size; a later one is printed before its first picture is written, but
 * on another pipe, which may be read a little later.
 */
async function sizeOf(
  picture: NutFrame,
  nut: NutReader,
  job: LiveDecodeJob,
  log: LiveLog,
): Promise<FrameSize | undefined> {
  for (let waited = 0; waited < SIZE_WAIT_MS; waited += SIZE_POLL_MS) {
    const told = [...log.sizes].reverse().map((size) => fitted(size, job.maxWidth));
    const candidates = nut.stream === undefined ? told : [...told, nut.stream];
    const size = candidates.find((candidate) => frameBytes(candidate) === picture.size);
    if (size !== undefined) return size;
    await new Promise((resolve) => setTimeout(resolve, SIZE_POLL_MS));
  }
  return undefined;
}
