/** How well a found mask agrees with the true one, added up over frames. */

/** Where nothing is damaged, only `falseShare` has a meaning, and the others are undefined. */
export interface MaskAgreement {
  /** Of what was found, the share that is damaged; undefined when nothing was found. */
  readonly precision: number | undefined;
  /** Of what is damaged, the share that was found. */
  readonly recall: number | undefined;
  /** Intersection over union. */
  readonly iou: number | undefined;
  /** Of the clean cells, the share that was marked. */
  readonly falseShare: number | undefined;
}

export class MaskScore {
  #hits = 0;
  #false = 0;
  #missed = 0;
  #clean = 0;

  /** Both `[rows, columns]` u8; anything but 0 is damaged. No `truth` = nothing is damaged. */
  add(found: Uint8Array, truth?: Uint8Array): void {
    for (let cell = 0; cell < found.length; cell++) {
      const marked = (found[cell] ?? 0) !== 0;
      const damaged = truth !== undefined && (truth[cell] ?? 0) !== 0;
      if (damaged) {
        if (marked) this.#hits++;
        else this.#missed++;
      } else {
        this.#clean++;
        if (marked) this.#false++;
      }
    }
  }

  agreement(): MaskAgreement {
    const falseShare = ratio(this.#false, this.#clean);
    const damaged = this.#hits + this.#missed;
    if (damaged === 0) {
      return { precision: undefined, recall: undefined, iou: undefined, falseShare };
    }
    return {
      precision: ratio(this.#hits, this.#hits + this.#false),
      recall: ratio(this.#hits, damaged),
      iou: ratio(this.#hits, damaged + this.#false),
      falseShare,
    };
  }
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
