/** Turns what single frames look like into events that begin, last and end. */
import type { CameraEvent } from '../../frame/camera-event.js';
import type { Verdict } from './judge.js';

/** Seconds that each kind must last to be believed: what passes the lens may hide it for two. */
const RAISE_S: Record<Verdict['kind'], number> = {
  covered: 2,
  // That it does not stir has taken three seconds to tell.
  sprayed: 2,
  defocused: 2,
  moved: 3,
  // How long a picture has stood still is known by itself.
  frozen: 0,
  black: 1,
  'no-signal': 1,
  'too-bright': 2,
  'too-dark': 2,
};
/** Seconds for which it must be gone. */
const CLEAR_S = 1;
/** Share of the frames of that time that must agree. */
const AGREE = 0.8;

interface Run {
  readonly start: number;
  last: number;
  frames: number;
  total: number;
  best: Verdict;
  event?: CameraEvent;
}

export class HeldEvents {
  #runs = new Map<Verdict['kind'], Run>();

  /** @param since µs: when what the verdict says began, where that is known; else `now` */
  add(verdict: Verdict | undefined, now: number, since = now): CameraEvent[] {
    const changed: CameraEvent[] = [];
    if (verdict !== undefined) this.#note(verdict, now, since);
    for (const [kind, run] of this.#runs) {
      run.total++;
      const changes = this.#step(kind, run, now);
      if (changes !== undefined) changed.push(changes);
    }
    return changed;
  }

  active(): CameraEvent[] {
    return [...this.#runs.values()].flatMap(({ event }) => (event === undefined ? [] : [event]));
  }

  /** True when something is going on or may be about to: nothing should be learned from it. */
  get doubtful(): boolean {
    return this.#runs.size > 0;
  }

  clear(): void {
    this.#runs.clear();
  }

  #note(verdict: Verdict, now: number, since: number): void {
    const run = this.#runs.get(verdict.kind);
    if (run === undefined) {
      const fresh = { start: since, last: now, frames: 1, total: 0, best: verdict };
      this.#runs.set(verdict.kind, fresh);
      return;
    }
    run.last = now;
    run.frames++;
    if (verdict.confidence >= run.best.confidence) run.best = verdict;
  }

  #step(kind: Verdict['kind'], run: Run, now: number): CameraEvent | undefined {
    const { confidence, reason } = run.best;
    const gone = now - run.last;
    if (run.event === undefined) {
      if (gone > (CLEAR_S * 1e6) / 2) this.#runs.delete(kind);
      const lasted = now - run.start >= RAISE_S[kind] * 1e6;
      if (gone > 0 || !lasted || run.frames < AGREE * run.total) return undefined;
      run.event = { kind, start: run.start, raised: now, confidence, reason };
      return run.event;
    }
    run.event = { ...run.event, confidence, reason };
    if (gone < CLEAR_S * 1e6) return undefined;
    this.#runs.delete(kind);
    return { ...run.event, end: run.last };
  }
}
