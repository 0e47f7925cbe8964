/** Tiny clips for the tests of the bench. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RawClip } from '../../src/evaluation/clip.js';
import { BT601 } from '../../src/evaluation/colour.js';
import { RawReader, RawWriter } from '../../src/evaluation/raw-file.js';

/** A folder that is removed when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relens-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function writeRecords(path: string, records: readonly Uint8Array[]): Promise<string> {
  const writer = await RawWriter.create(path);
  for (const record of records) await writer.write(record);
  await writer.close();
  return path;
}

export async function readRecords(path: string, bytes: number): Promise<Uint8Array[]> {
  const reader = await RawReader.open(path, bytes);
  const records: Uint8Array[] = [];
  for (let index = 0; index < reader.records; index++) {
    const record = new Uint8Array(bytes);
    await reader.read(index, record);
    records.push(record);
  }
  await reader.close();
  return records;
}

/** A still picture with structure, and a bright square that moves over it. */
export async function movingSquare(
  folder: string,
  { width, height, frames }: { width: number; height: number; frames: number },
): Promise<RawClip> {
  const records = Array.from({ length: frames }, (_, index) => {
    const data = new Uint8Array((width * height * 3) / 2).fill(128);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const square = Math.abs(x - 2 * index - 8) < 5 && Math.abs(y - 20) < 5;
        data[y * width + x] = square ? 210 : 90 + 30 * Math.sin(x / 5) * Math.cos(y / 7);
      }
    }
    return data;
  });
  const path = await writeRecords(join(folder, 'clean.yuv'), records);
  return { path, width, height, frames, rate: [25, 1], colour: BT601 };
}
