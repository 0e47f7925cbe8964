/** Remembers the lines of a lane from frame to frame, to tell those that wander from those that stand. */
import { STRIPS, type Chain } from './scratches.js';
import { smoothLine } from './smooth-line.js';

interface Line {
  readonly bright: boolean;
  /** Column at half height when first seen. */
  readonly first: number;
  /** Columns and strips of the last sighting. */
  column: number;
  sightings: number;
  unseen: number;
}

/** Samples by which a line may move between two frames. */
const STEP = 3;
/** Samples from where it was first seen that prove that it wanders; a camera may sway by one. */
const WANDERED = 1.6;

export class Wanderers {
  #lines: Line[] = [];

  /** Takes note of a frame's lines; returns those that have wandered since they were first seen. */
  among(chains: readonly Chain[]): Chain[] {
    const moving: Chain[] = [];
    for (const line of this.#lines) line.unseen++;
    for (const chain of chains) {
      const { at, agreeing } = smoothLine(chain.columns);
      if (agreeing < 0.8) continue;
      const column = at(STRIPS / 2 - 0.5 - chain.first);
      const line = this.#lines.find(
        (l) => l.bright === chain.bright && l.unseen > 0 && Math.abs(l.column - column) <= STEP,
      );
      if (line === undefined) {
        const { bright } = chain;
        this.#lines.push({ bright, first: column, column, sightings: 1, unseen: 0 });
        continue;
      }
      line.column = column;
      line.sightings++;
      line.unseen = 0;
      if (line.sightings >= 3 && Math.abs(column - line.first) >= WANDERED) moving.push(chain);
    }
    this.#lines = this.#lines.filter((line) => line.unseen <= 3);
    return moving;
  }

  forget(): void {
    this.#lines = [];
  }
}
