/** H.264 as it comes (Annex B) taken apart: NAL units and parameter sets. */

export const NAL = { slice: 1, keySlice: 5, sequence: 7, picture: 8, delimiter: 9 } as const;

/** The NAL units of one access unit, without their start codes; views, no copies. */
export function nalUnits(data: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let begin = -1;
  for (let i = 2; i < data.length; i++) {
    // A byte above 1 is no part of a start code: none can end at it or at the two that follow.
    if ((data[i] ?? 0) > 1) {
      i += 2;
      continue;
    }
    if (data[i] !== 1 || data[i - 1] !== 0 || data[i - 2] !== 0) continue;
    if (begin >= 0) units.push(trimmed(data.subarray(begin, i - 2)));
    begin = i + 1;
  }
  if (begin >= 0) units.push(data.subarray(begin));
  return units;
}

export const nalType = (unit: Uint8Array) => (unit[0] ?? 0) & 31;

/** Zeros before the next start code belong to it. */
function trimmed(unit: Uint8Array): Uint8Array {
  let end = unit.length;
  while (end > 0 && unit[end - 1] === 0) end--;
  return unit.subarray(0, end);
}

/** As RFC 6381 names it, for example `avc1.42c01e`; undefined without a sequence parameter set. */
export function codecName(units: readonly Uint8Array[]): string | undefined {
  const sequence = units.find((unit) => nalType(unit) === NAL.sequence);
  if (sequence === undefined) return undefined;
  const hex = (byte: number | undefined) => (byte ?? 0).toString(16).padStart(2, '0');
  return `avc1.${hex(sequence[1])}${hex(sequence[2])}${hex(sequence[3])}`;
}
