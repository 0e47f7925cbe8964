/** The only writer to stderr: log lines, and one progress line that they never tear. */

/** What is needed of process.stderr. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[K';

export class Terminal {
  /** False: nobody watches, so there is no progress line. */
  readonly interactive: boolean;
  readonly #stream: TerminalStream;
  #status = '';

  constructor(stream: TerminalStream) {
    this.#stream = stream;
    this.interactive = stream.isTTY === true;
  }

  /** Writes a whole line above the progress line. */
  line(text: string): void {
    this.#stream.write(this.#status === '' ? `${text}\n` : `${CLEAR_LINE}${text}\n${this.#status}`);
  }

  /** Shows `text` as the progress line, cut to the width; '' takes the line away. */
  status(text: string): void {
    if (!this.interactive) return;
    // A terminal that does not know its width says 0.
    const columns = this.#stream.columns ?? 0;
    const shown = text.slice(0, (columns > 0 ? columns : 80) - 1);
    if (shown === this.#status) return;
    this.#status = shown;
    this.#stream.write(CLEAR_LINE + shown);
  }
}
