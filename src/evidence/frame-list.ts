/** The list of frames of a restored file: what came in and what went out, chained by hashes. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** First line of the list; the number grows when a column changes its meaning. */
export const FRAME_LIST_FORMAT = '# relens-frames/1';
const COLUMNS = ['frame', 'time_us', 'input', 'output', 'cells', 'file', 'chain'];
export const FRAME_LIST_HEAD = `${FRAME_LIST_FORMAT}\n# ${COLUMNS.join('\t')}\n`;

/** One frame of the list; all hashes are SHA-256 in hex. */
export interface FrameEntry {
  readonly seq: number;
  /** µs */
  readonly timestamp: number;
  /** Of the decoded input, yuv420p planes of even size. */
  readonly input: string;
  /** Of the planes that were made, before encoding. */
  readonly output: string;
  /** Of the picture in the provenance track. */
  readonly cells: string;
}

/** An entry with what is known once the output stands, and its link of the chain. */
export interface ChainedEntry extends FrameEntry {
  /** Of the frame's packet in the output, or of its image; `-` where there is none. */
  readonly file: string;
  readonly chain: string;
}

export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** What the first link is made with. */
export const CHAIN_START = sha256(FRAME_LIST_FORMAT);

/** The entry's columns but for the last two. */
export function entryLine({ seq, timestamp, input, output, cells }: FrameEntry): string {
  return [seq, timestamp, input, output, cells].join('\t');
}

/** The whole line, chained to the one before it: SHA-256 of its chain value and this line's text. */
export function chainedLine(before: string, line: string, file: string): string {
  const text = `${line}\t${file}`;
  return `${text}\t${sha256(`${before}\t${text}`)}`;
}

/** Undefined when it is no such line. */
export function parseEntry(line: string): ChainedEntry | undefined {
  const [seq = '', timestamp = '', ...hashes] = line.split('\t');
  const [input, output, cells, file, chain, more] = hashes;
  const whole = /^\d+$/.test(seq) && /^-?\d+$/.test(timestamp);
  if (!whole || chain === undefined || more !== undefined) return undefined;
  if (input === undefined || output === undefined) return undefined;
  if (cells === undefined || file === undefined) return undefined;
  return { seq: Number(seq), timestamp: Number(timestamp), input, output, cells, file, chain };
}

/** The lines of a list without its head, one at a time. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  for await (const line of lines) if (!line.startsWith('#') && line !== '') yield line;
}

export interface ChainCheck {
  readonly frames: number;
  /** The last link. */
  readonly chain: string;
  /** Index of the first line that is not what it was when the chain was made. */
  readonly broken?: number;
}

/** Follows the chain through a list. */
export async function checkChain(path: string): Promise<ChainCheck> {
  let chain = CHAIN_START;
  let frames = 0;
  for await (const line of linesOf(path)) {
    const entry = parseEntry(line);
    const text = line.slice(0, line.lastIndexOf('\t'));
    const expected = sha256(`${chain}\t${text}`);
    if (entry?.chain !== expected || entry.seq !== frames) return { frames, chain, broken: frames };
    chain = expected;
    frames++;
  }
  return { frames, chain };
}
