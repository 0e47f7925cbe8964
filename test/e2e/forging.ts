/** Restorations to tamper with, and a forger who recomputes every hash that can be recomputed. */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CHAIN_START,
  chainedLine,
  FRAME_LIST_HEAD,
  parseEntry,
} from '../../src/evidence/frame-list.js';
import { signerOf } from '../../src/evidence/signature.js';
import { packetHashes } from '../../src/ffmpeg/packets.js';
import { ffmpeg, make, PASSTHROUGH } from '../ffmpeg/clips.js';

export const KINDS = { lossy: 'out.mp4', lossless: 'out.mkv' } as const;
export type Kind = keyof typeof KINDS;

export type Json = Record<string, Record<string, unknown>>;

export interface Copy {
  readonly output: string;
  readonly manifest: string;
  readonly list: string;
  readonly track: string;
  readonly signature: string;
  readonly read: () => Json;
  /** Without its signature, unless another key signs. */
  readonly write: (manifest: Json, key?: string) => void;
}

/** All files of a restoration, to be tampered with. */
export function copyOf(folder: string, kind: Kind): Copy {
  const copy = join(folder, `copy-${readdirSync(folder).length}`);
  cpSync(join(folder, kind), copy, { recursive: true });
  const output = join(copy, KINDS[kind]);
  const [manifest, signature] = [`${output}.relens.json`, `${output}.relens.sig`];
  const write = (content: Json, key?: string) => {
    const { signer: _gone, ...rest } = content;
    const secret = key === undefined ? undefined : createPrivateKey(readFileSync(key));
    const whole = secret === undefined ? rest : { ...rest, signer: signerOf(secret) };
    writeFileSync(manifest, JSON.stringify(whole));
    rmSync(signature, { force: true });
    if (secret) writeFileSync(signature, sign(null, readFileSync(manifest), secret));
  };
  return {
    ...{ output, manifest, signature, write },
    list: `${output}.relens-frames.tsv`,
    track: `${output}.relens-cells.mkv`,
    read: () => JSON.parse(readFileSync(manifest, 'utf8')) as Json,
  };
}

export const hashOf = (path: string) =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

/** Shows something else from frame 12 on, and recomputes all hashes to fit. */
export async function forge(folder: string, kind: Kind, key?: string): Promise<Copy> {
  const copy = copyOf(folder, kind);
  const shown = `${copy.output}.new.${KINDS[kind].slice(-3)}`;
  const coding = kind === 'lossless' ? ['-c:v', 'ffv1'] : ['-c:v', 'libx264', '-crf', '12'];
  const face = "drawbox=x=32:y=16:w=20:h=20:color=black:t=fill:enable='gte(n,12)'";
  make('-i', copy.output, '-vf', face, ...PASSTHROUGH, ...coding, shown);
  renameSync(shown, copy.output);
  const packets: string[] = [];
  for await (const hash of packetHashes(ffmpeg, copy.output)) packets.push(hash);
  let chain = CHAIN_START;
  const lines = readFileSync(copy.list, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const entry = parseEntry(line);
      if (entry === undefined) return [];
      const text = line.split('\t').slice(0, 5).join('\t');
      const whole = chainedLine(chain, text, packets[entry.seq] ?? '-');
      chain = whole.slice(whole.lastIndexOf('\t') + 1);
      return [whole];
    });
  writeFileSync(copy.list, `${FRAME_LIST_HEAD}${lines.join('\n')}\n`);
  const { output, frames, ...rest } = copy.read();
  copy.write(
    {
      ...rest,
      output: { ...output, sha256: hashOf(copy.output) },
      frames: { ...frames, sha256: hashOf(copy.list), chain },
    },
    key,
  );
  return copy;
}
