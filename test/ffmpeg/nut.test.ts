import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../src/ffmpeg/byte-reader.js';
import { signed, toSigned, unsigned, type NutStream } from '../../src/ffmpeg/nut.js';
import { NutReader } from '../../src/ffmpeg/nut-reader.js';
import { nutFrameHeader, nutHeader } from '../../src/ffmpeg/nut-writer.js';
import { ffmpeg, make, PASSTHROUGH, scratchFolder } from './clips.js';

interface Picture {
  readonly pts: number;
  readonly data: Uint8Array;
}

function written(stream: NutStream, pictures: readonly Picture[]): Buffer {
  const frames = pictures.flatMap(({ pts, data }) => [nutFrameHeader(pts, data.length), data]);
  return Buffer.concat([nutHeader(stream), ...frames]);
}

/** The bytes of a NUT file as a pipe would give them: in chunks of any size. */
function reader(bytes: Buffer, chunk: number): NutReader {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.subarray(at, at + chunk));
  return new NutReader(new ByteReader(Readable.from(chunks, { objectMode: false })));
}

async function readAll(nut: NutReader): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (let frame = await nut.frame(); frame !== undefined; frame = await nut.frame()) {
    const data = new Uint8Array(frame.size);
    if (!(await frame.readInto(data))) break;
    pictures.push({ pts: frame.pts, data });
  }
  return pictures;
}

const streams = fc.record({
  width: fc.integer({ min: 1, max: 8 }).map((half) => 2 * half),
  height: fc.integer({ min: 1, max: 8 }).map((half) => 2 * half),
  fourcc: fc.constant('I420'),
  timeBase: fc.tuple(fc.integer({ min: 1, max: 1001 }), fc.integer({ min: 1, max: 1_200_000 })),
  sampleAspect: fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 })),
});

describe('NUT', () => {
  it('keeps numbers of any size', () => {
    const read = (bytes: number[]) => bytes.reduce((value, byte) => value * 128 + (byte & 127), 0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (value) => {
        expect(read(unsigned(value))).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(toSigned(read(signed(value))) + 0).toBe(value + 0);
      }),
    );
  });

  it('gives back every picture and timestamp, however the pipe is cut', async () => {
    const steps = fc.array(fc.integer({ min: 1, max: 2 ** 32 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        streams,
        steps,
        fc.integer({ min: 1, max: 400 }),
        async (stream, deltas, cut) => {
          const size = (stream.width * stream.height * 3) / 2;
          let pts = 0;
          const pictures = deltas.map((delta, index) => ({
            pts: (pts += delta),
            data: new Uint8Array(size).map((_, at) => (at * 7 + index * 31) & 255),
          }));
          const nut = reader(written(stream, pictures), cut);
          expect(await readAll(nut)).toEqual(pictures);
          if (pictures.length > 0) expect(nut.stream).toMatchObject(stream);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('ends, without an error, wherever the stream is cut off', async () => {
    const stream: NutStream = { width: 4, height: 2, fourcc: 'I420', timeBase: [1, 25] };
    const pictures = [0, 1, 2].map((pts) => ({ pts, data: new Uint8Array(12).fill(pts + 1) }));
    const bytes = written(stream, pictures);
    for (let length = 0; length <= bytes.length; length++) {
      const read = await readAll(reader(bytes.subarray(0, length), 16));
      expect(read).toEqual(pictures.slice(0, read.length));
    }
  });

  it('refuses what is not NUT', async () => {
    const nut = reader(Buffer.from('this is not a frame stream at all, is it'), 8);
    await expect(nut.frame()).rejects.toMatchObject({ code: 'NUT_SYNTAX' });
  });

  it('refuses a target of the wrong size', async () => {
    const stream: NutStream = { width: 4, height: 2, fourcc: 'I420', timeBase: [1, 25] };
    const nut = reader(written(stream, [{ pts: 0, data: new Uint8Array(12) }]), 64);
    const frame = await nut.frame();
    expect(() => frame?.readInto(new Uint8Array(13))).toThrow(/12 bytes, not 13/);
  });

  it('is read by ffmpeg with the same times and pixels', () => {
    const stream: NutStream = {
      width: 16,
      height: 8,
      fourcc: 'I420',
      timeBase: [1, 90000],
      sampleAspect: [4, 3],
    };
    const pictures = [0, 3600, 3601, 900_000, 8_100_000_000].map((pts, index) => ({
      pts,
      data: new Uint8Array(192).fill(index * 20 + 1),
    }));
    const { stdout, stderr } = spawnSync(
      ffmpeg.ffmpeg,
      [
        ...['-v', 'error', '-copyts', '-f', 'nut', '-i', 'pipe:0', ...PASSTHROUGH],
        ...['-enc_time_base', '1:90000', '-c:v', 'rawvideo', '-f', 'framecrc', '-'],
      ],
      { input: written(stream, pictures) },
    );
    expect(stderr.toString()).toBe('');
    const lines = stdout
      .toString()
      .split('\n')
      .filter((line) => /^\d/.test(line));
    expect(lines.map((line) => Number(line.split(',')[2]))).toEqual(pictures.map(({ pts }) => pts));
    expect(stdout.toString()).toContain('#sar 0: 4/3');
    expect(stdout.toString()).toContain('#tb 0: 1/90000');
  });

  it('reads what ffmpeg writes, irregular times and tiny pictures included', async () => {
    const path = join(scratchFolder(), 'irregular.nut');
    make(
      ...['-f', 'lavfi', '-i', 'testsrc2=s=16x16:d=10:r=30', '-vf', "select='not(mod(n*n,7))'"],
      ...[...PASSTHROUGH, '-enc_time_base', '1:30', '-pix_fmt', 'yuv420p'],
      ...['-c:v', 'rawvideo', '-f', 'nut', path],
    );
    const { stdout } = spawnSync(ffmpeg.ffmpeg, [
      ...['-v', 'error', '-i', path, '-c', 'copy', '-f', 'rawvideo', '-'],
    ]);
    const nut = new NutReader(new ByteReader(createReadStream(path)));
    const pictures = await readAll(nut);
    const expected = Array.from({ length: 300 }, (_, n) => n).filter((n) => (n * n) % 7 === 0);
    const [num, den] = nut.stream?.timeBase ?? [0, 1];
    expect(pictures.map(({ pts }) => Math.round((pts * num * 30) / den))).toEqual(expected);
    expect(Buffer.concat(pictures.map(({ data }) => data)).equals(stdout)).toBe(true);
  });
});
