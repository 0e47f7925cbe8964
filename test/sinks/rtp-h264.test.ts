/** RTP packets of H.264: what they carry is the access unit, whatever its size. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { H264Packetizer, nalUnits } from '../../src/sinks/rtp-h264.js';

const MARK = Buffer.from([0, 0, 0, 1]);

/** Puts the units together again, as RFC 6184 says. */
function received(packets: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  for (const packet of packets) {
    const payload = packet.subarray(12);
    const fragment = (payload[0]! & 31) === 28;
    if (!fragment) parts.push(MARK, payload);
    else {
      const head = (payload[0]! & 0xe0) | (payload[1]! & 31);
      if ((payload[1]! & 0x80) !== 0) parts.push(MARK, Buffer.from([head]));
      parts.push(payload.subarray(2));
    }
  }
  return Buffer.concat(parts);
}

// A byte above 0 throughout: no start code within a unit, as encoders see to.
const unit = fc
  .uint8Array({ min: 1, minLength: 1, maxLength: 6000 })
  .map((bytes) => Buffer.from([0x65, ...bytes]));

it('carries each unit whole, in packets that fit, the last one marked', () => {
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 4 }), (units) => {
      const data = Buffer.concat(units.flatMap((one) => [MARK, one]));
      expect(nalUnits(data).map((one) => Buffer.from(one))).toEqual(units);
      const packets = new H264Packetizer().packets(data, 1_000_000);
      expect(received(packets)).toEqual(data);
      expect(Math.max(...packets.map(({ length }) => length))).toBeLessThanOrEqual(1412);
      expect(packets.map((packet) => (packet[1]! & 0x80) !== 0)).toEqual(
        packets.map((_, index) => index === packets.length - 1),
      );
    }),
  );
});

it('counts its packets, and keeps the time of the pictures', () => {
  const packetizer = new H264Packetizer();
  const unitOf = (byte: number) => Buffer.concat([MARK, Buffer.from([0x41, byte])]);
  const [first] = packetizer.packets(unitOf(1), 0);
  const [second] = packetizer.packets(unitOf(2), 40_000);
  expect(second!.readUInt16BE(2)).toBe((first!.readUInt16BE(2) + 1) & 0xffff);
  expect(second!.readUInt32BE(4) - first!.readUInt32BE(4)).toBe(3600);
});
