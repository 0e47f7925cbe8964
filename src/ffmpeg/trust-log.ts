/** Which pictures of a stream may be wrong in places: those from a loss to the next key frame. */

/** Pictures of which it is remembered; what is asked for came a moment ago. */
const KEPT = 64;

export class TrustLog {
  #errors = 0;
  #losses = 0;
  #trusted = true;
  #shown = 0;
  readonly #verdicts: boolean[] = [];

  /** The decoder reported something wrong of the picture that comes next. */
  error(): void {
    this.#errors++;
  }

  /** Packets were lost on the way. */
  loss(): void {
    this.#losses++;
  }

  /** A picture is decoded. A key frame owes nothing to those before it. */
  shown(isKey: boolean): void {
    const broken = this.#errors > 0 || (!isKey && (this.#losses > 0 || !this.#trusted));
    this.#trusted = !broken;
    this.#errors = 0;
    this.#losses = 0;
    this.#verdicts[this.#shown++ % KEPT] = this.#trusted;
  }

  /** Of the picture `index`, from 0; undefined when it was not shown yet. */
  of(index: number): boolean | undefined {
    if (index >= this.#shown || index < this.#shown - KEPT) return undefined;
    return this.#verdicts[index % KEPT];
  }
}
