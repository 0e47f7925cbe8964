/** How the samples of a picture are to be read as colours. */

/** Names as in ffmpeg; undefined = it is not said. */
export interface ColourTags {
  readonly range?: 'tv' | 'pc';
  readonly space?: string;
  readonly primaries?: string;
  readonly transfer?: string;
}

/** One text for equal tags. */
export function colourKey({ range, space, primaries, transfer }: ColourTags): string {
  return [range, space, primaries, transfer].map((name) => name ?? '').join('/');
}
