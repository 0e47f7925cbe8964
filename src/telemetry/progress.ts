/** The progress line: frames, share, frames a second and time left. */
import type { Terminal } from './terminal.js';

/** How far a job is; `frameCount` when it can be known. */
export interface FrameProgress {
  readonly frames: number;
  readonly frameCount?: number;
}

/** Where the line is shown. */
export type StatusTarget = Pick<Terminal, 'status'>;

/** More often than this a reader sees only flicker. */
const INTERVAL_MS = 100;

/** Shows one job after another on the terminal's progress line; silent where nobody watches. */
export class ProgressLine {
  readonly #terminal: StatusTarget;
  readonly #now: () => number;
  #label = '';
  #startedMs = 0;
  #shownMs = -Infinity;

  /** `now` in ms, monotonic. */
  constructor(terminal: StatusTarget, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  start(label: string): void {
    this.#label = label;
    this.#startedMs = this.#now();
    this.#shownMs = -Infinity;
    this.#terminal.status(`${label}  starting`);
  }

  update(progress: FrameProgress): void {
    const now = this.#now();
    const last = progress.frames === progress.frameCount;
    if (!last && now - this.#shownMs < INTERVAL_MS) return;
    this.#shownMs = now;
    this.#terminal.status(progressText(this.#label, progress, now - this.#startedMs));
  }

  stop(): void {
    this.#terminal.status('');
  }
}

/** `street.mp4  120/500 frames  24 %  18.2 fps  0:21 left` */
export function progressText(label: string, progress: FrameProgress, elapsedMs: number): string {
  const { frames, frameCount } = progress;
  const rate = elapsedMs > 0 ? (frames * 1000) / elapsedMs : 0;
  const parts = [label];
  if (frameCount === undefined || frameCount <= 0) {
    parts.push(`${frames} frames`);
  } else {
    // Containers can announce fewer frames than they hold.
    const share = Math.min(1, frames / frameCount);
    parts.push(`${frames}/${frameCount} frames`, `${Math.floor(share * 100)} %`);
  }
  parts.push(`${rate.toFixed(1)} fps`);
  if (frameCount !== undefined && rate > 0 && frames < frameCount) {
    parts.push(`${clockTime((frameCount - frames) / rate)} left`);
  }
  return parts.join('  ');
}

/** Seconds as `0:21`, `12:05` or `1:02:03`. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
