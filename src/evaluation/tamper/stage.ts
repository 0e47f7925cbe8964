/** Plays a clip to a camera watch: first untouched, then tampered with, then untouched again. */
import type { CameraEvent, CameraEventSession } from '../../frame/camera-event.js';
import { frameBytes, type FrameSize } from '../../frame/frame.js';
import { Random } from '../random.js';
import type { Tamper } from './tamper.js';

/** A clip that can be asked for any of its frames. */
export interface Footage extends FrameSize {
  readonly frameRate: number;
  readonly frames: number;
  read(index: number, into: Uint8Array): Promise<void>;
}

/** Seconds of each part. */
export interface Acts {
  readonly before: number;
  readonly during: number;
  readonly after: number;
}

export interface StageResult {
  /** All events of the whole play; those that were not over have no `end`. */
  readonly events: readonly CameraEvent[];
  /** µs at which the tampering began and ended. */
  readonly began: number;
  readonly ended: number;
}

/** Frames that a loop may be recorded from. */
const PAST = 120;

/** A clip that is too short is played backwards when it has come to its end, so nothing jumps. */
export async function playTampered(
  footage: Footage,
  tamper: Tamper | undefined,
  acts: Acts,
  seed: string,
  session: CameraEventSession,
): Promise<StageResult> {
  const { frameRate, width, height } = footage;
  const change = tamper?.open({ width, height, frameRate, random: new Random(seed) });
  const [began, ended] = [acts.before * 1e6, (acts.before + acts.during) * 1e6];
  const total = Math.round((acts.before + acts.during + acts.after) * frameRate);
  const past: Uint8Array[] = [];
  const events: CameraEvent[] = [];
  for (let frame = 0; frame < total; frame++) {
    const timestamp = Math.round((frame * 1e6) / frameRate);
    const kept = past.length < PAST ? new Uint8Array(frameBytes(footage)) : past.shift();
    if (kept === undefined) throw new RangeError('a frame of the past was expected');
    await footage.read(backAndForth(frame, footage.frames), kept);
    past.push(kept);
    const data = kept.slice();
    if (timestamp >= began && timestamp < ended) change?.(data, (timestamp - began) / 1e6, past);
    for (const event of session.inspect({ width, height, timestamp, data })) {
      const open = events.findIndex(
        ({ kind, start }) => kind === event.kind && start === event.start,
      );
      if (open < 0) events.push(event);
      else events[open] = event;
    }
  }
  return { events, began, ended };
}

function backAndForth(frame: number, frames: number): number {
  const at = frame % Math.max(1, 2 * frames - 2);
  return at < frames ? at : 2 * frames - 2 - at;
}

/** How one tamper was noticed. Seconds. */
export interface Notice {
  readonly raisedAfter: number | undefined;
  readonly clearedAfter: number | undefined;
  /** Events of other kinds, and those of before it began. */
  readonly wrong: readonly CameraEvent[];
}

/** @param slack µs: an event of the right kind may be raised this long after it is over */
export function noticeOf(tamper: Tamper, { events, began, ended }: StageResult): Notice {
  const right = (event: CameraEvent) =>
    tamper.kinds.includes(event.kind) && event.raised >= began && event.start < ended;
  const found = events.find(right);
  return {
    raisedAfter: found === undefined ? undefined : (found.raised - began) / 1e6,
    clearedAfter: found?.end === undefined ? undefined : (found.end - ended) / 1e6,
    wrong: events.filter((event) => !right(event)),
  };
}
