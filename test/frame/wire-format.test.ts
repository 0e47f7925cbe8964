/** What is written on one side of a WebSocket is read on the other. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  HEADER_BYTES,
  isMasked,
  KIND,
  packOverlay,
  readMessage,
  unpackOverlay,
  writeMessage,
  type WireHeader,
} from '../../src/frame/wire-format.js';

const header: WireHeader = {
  kind: KIND.video,
  key: true,
  passedThrough: false,
  trusted: true,
  seq: 4_000_000_000,
  timestamp: 3_600_000_000_123,
  times: { received: 1.7e12, decoded: 1.7e12 + 1, restored: 1.7e12 + 2.5, encoded: 3, sent: 4 },
  width: 1920,
  height: 1080,
};

it('gives back every number and the payload', () => {
  const read = readMessage(writeMessage(header, Uint8Array.of(9, 8, 7)).buffer);
  expect({ ...read, payload: [...read.payload] }).toEqual({ ...header, payload: [9, 8, 7] });
});

it('reads past a header that has grown', () => {
  const old = writeMessage(
    { ...header, key: false, passedThrough: true, trusted: false },
    Uint8Array.of(5),
  );
  const grown = new Uint8Array(old.length + 4);
  grown.set(old.subarray(0, HEADER_BYTES));
  new DataView(grown.buffer).setUint16(2, HEADER_BYTES + 4, true);
  grown.set(old.subarray(HEADER_BYTES), HEADER_BYTES + 4);
  const read = readMessage(grown.buffer);
  expect([...read.payload]).toEqual([5]);
  expect([read.key, read.passedThrough, read.trusted]).toEqual([false, true, false]);
});

it('refuses what is no message', () => {
  expect(() => readMessage(new ArrayBuffer(0))).toThrow(RangeError);
  expect(() => readMessage(new Uint8Array(HEADER_BYTES).fill(7).buffer)).toThrow(RangeError);
});

it('packs any mask and provenance without loss', () => {
  const runs = fc.array(fc.tuple(fc.nat(3), fc.boolean(), fc.integer({ min: 1, max: 40_000 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(runs, (parts) => {
      const provenance = Uint8Array.from(
        parts.flatMap(([value, , n]) => new Array<number>(n).fill(value)),
      );
      const mask = Uint8Array.from(
        parts.flatMap(([, on, n]) => new Array<number>(n).fill(on ? 255 : 0)),
      );
      const cells = unpackOverlay(packOverlay(mask, provenance), mask.length);
      expect(cells.every((cell, i) => (cell & 3) === provenance[i])).toBe(true);
      expect(cells.every((cell, i) => isMasked(cell) === mask[i]! > 0)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

it('makes a clean picture a few bytes', () => {
  const clean = new Uint8Array(320 * 180);
  expect(packOverlay(clean, clean).length).toBeLessThan(5);
});
