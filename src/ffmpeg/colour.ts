/** ffmpeg's words for how samples are to be read as colours. */
import type { ColourTags } from '../frame/colour.js';

/** Filters that tag frames and change no sample; none where nothing is known. */
export function tagFilter({ range, space, primaries, transfer }: ColourTags): string[] {
  const tags = [
    ...(range === undefined ? [] : [`range=${range}`]),
    ...(space === undefined ? [] : [`colorspace=${space}`]),
    ...(primaries === undefined ? [] : [`color_primaries=${primaries}`]),
    ...(transfer === undefined ? [] : [`color_trc=${transfer}`]),
  ];
  return tags.length === 0 ? [] : [`setparams=${tags.join(':')}`];
}

/** The same for an encoder. */
export function tagOptions({ range, space, primaries, transfer }: ColourTags): string[] {
  return [
    ...(range === undefined ? [] : ['-color_range', range]),
    ...(space === undefined ? [] : ['-colorspace', space]),
    ...(primaries === undefined ? [] : ['-color_primaries', primaries]),
    ...(transfer === undefined ? [] : ['-color_trc', transfer]),
  ];
}

/** The scale filter's names of the matrices that it knows. */
export const SCALE_MATRIX: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  fcc: 'fcc',
  bt470bg: 'bt601',
  smpte170m: 'smpte170m',
  smpte240m: 'smpte240m',
  bt2020nc: 'bt2020',
};

/**
 * Converts samples for a format that knows one way to read them only: JPEG is read as full range,
 * MPEG-1 as limited range, both by the matrix of BT.601. What is not known is taken for that.
 */
export function convertFilter({ range = 'tv', space }: ColourTags, to: 'tv' | 'pc'): string {
  const matrix = SCALE_MATRIX[space ?? ''] ?? 'bt601';
  return `scale=in_range=${range}:out_range=${to}:in_color_matrix=${matrix}:out_color_matrix=bt601`;
}

/** Reads samples as RGB. */
export function readColours({ range = 'tv', space }: ColourTags): string {
  const matrix = SCALE_MATRIX[space ?? ''] ?? 'bt601';
  return `scale=in_range=${range}:in_color_matrix=${matrix},format=rgb24`;
}
