/** Follows thin vertical lines from frame to frame, to tell scratches from poles. */
import type { FrameSize } from '../frame/frame.js';
import { openChains, wipeAll, type Chain, type ChainsOf } from './chains.js';
import { evenPart } from './even-part.js';
import { openLineStrength, STRIPS, type LineStrengthOf } from './line-strength.js';
import { shapeOf, type Shape } from './scratch-shape.js';
import { smoothLine } from './smooth-line.js';

/** Samples by which a line may move between two frames. */
const STEP = 3;
/** Samples from where it was first seen that prove that it wanders; a camera may sway by one. */
const WANDERED = 1.6;
/** Samples by which a line may depart from its own motion. */
const JERK = 1.5;
/** Frames without it after which a line may be said to have vanished. */
const GONE = 2;
/** Share of its strength that a line which vanished may leave behind. */
const REMAINS = 0.3;
/** Frames after which a line that is not seen is forgotten. */
const LOST = 4;
/** While the reference is this young it may hold the scratches themselves. */
const RUN_IN = 12;
/** Samples across the widest scratch. */
const WIDEST = 4;
/** Share of its rows that a line keeps from frame to frame; what is shorter is a thing of the scene where it was. */
const SHRINKS = 0.6;
/** Weight of the last frame in what was seen of late. */
const RECENT = 0.3;
/** Sightings as something new that a short line needs. */
const FRESH_SIGHTINGS = 3;

/** A line that is followed. */
export interface Track {
  readonly bright: boolean;
  /** Column at half height when first seen. */
  origin: number;
  column: number;
  /** Columns a frame, as of the last two sightings. */
  drift: number;
  sightings: number;
  fresh: number;
  unseen: number;
  /** Rows in which it could be seen of late. */
  usual: number;
  /** It is a scratch. */
  proven: boolean;
  /** It may be one: the memory is too young to tell. */
  presumed: boolean;
  /** As last seen. */
  chain: Chain;
}

/** A line as it is in one frame. Damage when its track is `proven`, be it later, or `presumed`. */
export interface Sighting {
  readonly track: Track;
  readonly shape: Shape;
}

export class Scratches {
  readonly #size: FrameSize;
  readonly #strengthOf: LineStrengthOf;
  readonly #chainsOf: ChainsOf;
  #tracks: Track[] = [];
  #frames = 0;

  constructor(size: FrameSize) {
    this.#size = size;
    this.#strengthOf = openLineStrength(size);
    this.#chainsOf = openChains(size.width);
  }

  /**
   * The lines of the next frame. A line is a scratch when it is long and new against `reference`, the
   * picture as it has been; when it is short and stays new; or when it has been seen to wander, since
   * a slow one is long in the reference too. In the first frames a line over the whole height is
   * presumed to be one. `noise` is the standard deviation, in grey levels.
   */
  follow(luma: Uint8Array, reference: Uint8Array, noise: number): Sighting[] {
    const { width } = this.#size;
    const floor = 6 + 0.35 * noise;
    const { standing, fresh } = this.#strengthOf(luma, reference);
    const left = standing.slice();
    const sightings: Sighting[] = [];
    for (const track of this.#tracks) track.unseen++;
    const note = (whole: Chain, against: Uint8Array | undefined, known?: Track) => {
      const chain = evenPart(this.#size, whole, luma, noise);
      const line = smoothLine(chain.columns);
      const long = chain.columns.length >= STRIPS * 0.6;
      if (line.agreeing < (against !== undefined && long ? 0.01 : 0.8)) return false;
      const shape = shapeOf(this.#size, chain, line, luma, against, noise);
      if (!isCrisp(shape, this.#size, noise, known !== undefined)) return false;
      if (known !== undefined && isAnother(known, shape)) return false;
      const column = line.at(STRIPS / 2 - 0.5 - chain.first);
      const track = known ?? this.#trackAt(chain, column, shape);
      moveTo(track, column);
      track.chain = chain;
      track.usual += (shape.seen - track.usual) * (track.sightings === 1 ? 1 : RECENT);
      track.fresh = against === undefined ? 0 : track.fresh + 1;
      this.#judge(track, chain, against !== undefined && long, line.agreeing);
      sightings.push({ track, shape });
      return true;
    };

    for (const track of this.#tracks.filter((t) => t.proven)) {
      const around = { bright: track.bright, column: track.column, reach: 2 * STEP };
      const demand = { strips: 4, floor, mean: 1.2 * floor, most: 1 };
      const [chain] = this.#chainsOf(standing, demand, around);
      if (chain === undefined) continue;
      const near = Math.abs(
        smoothLine(chain.columns).at(STRIPS / 2 - 0.5 - chain.first) - track.column,
      );
      if (near > STEP || !note(chain, undefined, track)) continue;
      wipeAll(standing, width, [chain]);
      wipeAll(fresh, width, [chain]);
    }
    const news = this.#chainsOf(fresh, { strips: 5, floor, mean: 1.6 * floor, most: 6 });
    wipeAll(
      standing,
      width,
      news.filter((chain) => note(chain, reference)),
    );
    const mean = Math.max(12, 1.6 * floor);
    for (const chain of this.#chainsOf(standing, { strips: 6, floor, mean, most: 8 })) {
      note(chain, undefined);
    }
    for (const track of this.#tracks) {
      if (track.unseen === GONE && hasVanished(track.chain, left, width)) track.proven = true;
    }
    this.#tracks = this.#tracks.filter((track) => track.unseen < LOST);
    this.#frames++;
    return sightings;
  }

  /** What is followed, as plain data on loan. */
  save(): { readonly tracks: Track[]; readonly frames: number } {
    return { tracks: this.#tracks, frames: this.#frames };
  }

  load({ tracks, frames }: ReturnType<Scratches['save']>): void {
    this.#tracks = tracks;
    this.#frames = frames;
  }

  forget(): void {
    this.#tracks = [];
    this.#frames = 0;
  }

  #trackAt(chain: Chain, column: number, shape: Shape): Track {
    const { bright } = chain;
    const known = this.#tracks.find(
      (t) =>
        t.bright === bright &&
        t.unseen > 0 &&
        Math.abs(t.column - column) <= STEP &&
        !(t.proven && isAnother(t, shape)),
    );
    if (known !== undefined) return known;
    const track: Track = {
      bright,
      chain,
      origin: column,
      column,
      drift: 0,
      sightings: 0,
      fresh: 0,
      unseen: 0,
      usual: 0,
      proven: false,
      presumed: false,
    };
    this.#tracks.push(track);
    return track;
  }

  #judge(track: Track, chain: Chain, longAndNew: boolean, agreeing: number): void {
    const wandered = track.sightings >= 4 && Math.abs(track.column - track.origin) >= WANDERED;
    if (longAndNew || wandered || track.fresh >= FRESH_SIGHTINGS) track.proven = true;
    const whole = chain.columns.length === STRIPS && agreeing >= 0.85 && chain.strength > 22;
    track.presumed = this.#frames < RUN_IN && (track.presumed || whole);
  }
}

/**
 * A scratch has one brightness along it, stands out in nearly every row, and is thin: the edges of
 * people and cars are none of that.
 */
function isCrisp(shape: Shape, { height }: FrameSize, noise: number, known: boolean): boolean {
  const { uneven, peak, filled, seen, wide } = shape;
  if (
    wide > WIDEST ||
    filled < 0.85 ||
    seen < height * (known ? 0.15 : filled > 0.97 && wide <= 3 ? 0.3 : 0.38)
  )
    return false;
  return uneven <= Math.hypot(14, 0.7 * noise) && uneven <= 0.5 * Math.hypot(peak, noise);
}

/** A post or an edge that stands where a scratch has ended is not seen in as many rows. */
function isAnother(scratch: Track, { seen }: Shape): boolean {
  return seen < SHRINKS * scratch.usual;
}

/** Notes where a line has gone to. One that jumps is another line: what it proved is void. */
function moveTo(track: Track, column: number): void {
  const frames = Math.max(1, track.unseen);
  const jump = Math.abs(column - track.column - track.drift * frames);
  if (track.sightings > 1 && jump > JERK && Math.abs(column - track.column) > JERK) {
    track.origin = column;
    track.sightings = 0;
  } else if (track.sightings > 0) {
    track.drift = (column - track.column) / frames;
  }
  track.column = column;
  track.sightings++;
  track.unseen = 0;
}

/** Has a long line gone, from one frame to the next, over all its length? No pole does. */
function hasVanished(chain: Chain, standing: Float32Array, width: number): boolean {
  if (chain.columns.length < STRIPS * 0.5 || chain.strength < 18) return false;
  const start = chain.bright ? 0 : STRIPS * width;
  let left = 0;
  chain.columns.forEach((x, i) => {
    const at = start + (chain.first + i) * width + x;
    let most = 0;
    for (let o = -STEP; o <= STEP; o++) most = Math.max(most, standing[at + o] ?? 0);
    left += most;
  });
  return left / chain.columns.length < chain.strength * REMAINS;
}
