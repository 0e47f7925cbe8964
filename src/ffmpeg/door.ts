/** Plans how a file's pictures are brought to 8-bit yuv420p, and says what that costs. */
import type { FrameSize } from '../frame/frame.js';
import { evenSize } from './picture.js';
import type { ColourTags, Rational, VideoStream } from './probe.js';

export interface DoorOptions {
  readonly deinterlace: 'auto' | 'off';
  /** The filter that this ffmpeg has for it; undefined when it has none. */
  readonly deinterlacer?: string;
  readonly maxWidth?: number;
}

export interface Door {
  /** ffmpeg's filter chain, after its own rotation. */
  readonly filter: string;
  /** Upright; of the pictures that leave ffmpeg; may be odd. */
  readonly display: FrameSize;
  readonly colour: ColourTags;
  readonly sampleAspect?: Rational;
  readonly conversions: readonly string[];
}

/** Below this bwdif and yadif refuse the picture. */
const MIN_DEINTERLACED = 8;

export function planDoor(video: VideoStream, options: DoorOptions): Door {
  const conversions: string[] = [];
  const turned = video.rotation === 90 || video.rotation === 270;
  const upright = turned
    ? { width: video.height, height: video.width }
    : { width: video.width, height: video.height };
  if (video.rotation !== 0) conversions.push(`turned upright by ${video.rotation} degrees`);

  const chain: string[] = [];
  const interlaced = video.fieldOrder !== undefined && video.fieldOrder !== 'progressive';
  if (interlaced && options.deinterlace === 'off') {
    conversions.push('interlaced, and left so');
  } else if (interlaced && options.deinterlacer === undefined) {
    conversions.push('interlaced, and left so: this ffmpeg has neither bwdif nor yadif');
  } else if (interlaced) {
    conversions.push(`interlaced frames deinterlaced (${options.deinterlacer ?? ''})`);
  }
  const large = Math.min(video.width, video.height) >= MIN_DEINTERLACED;
  // Streams that do not say may still flag their frames; progressive frames pass untouched.
  if (options.deinterlace === 'auto' && options.deinterlacer !== undefined && large) {
    if (video.fieldOrder !== 'progressive') {
      chain.push(`${options.deinterlacer}=mode=send_frame:deint=interlaced`);
    }
  }

  const display = fit(upright, options.maxWidth);
  if (display !== upright) conversions.push(`scaled to ${display.width}x${display.height}`);
  const even = evenSize(display);
  if (even.width !== display.width || even.height !== display.height) {
    const [from, to] = [display, even].map(({ width, height }) => `${width}x${height}`);
    conversions.push(`padded from ${from ?? ''} to ${to ?? ''} while it is worked on`);
  }
  const { words, colour, scale } = pixels(video);
  conversions.push(...words);
  chain.push(`scale=w=${display.width}:h=${display.height}:${scale}`, 'format=yuv420p');
  const aspect = video.sampleAspect;
  const upAspect: Rational | undefined = aspect && turned ? [aspect[1], aspect[0]] : aspect;
  return {
    filter: chain.join(','),
    display,
    colour,
    ...(upAspect === undefined ? {} : { sampleAspect: upAspect }),
    conversions,
  };
}

/** At most `maxWidth` wide, both sides even; the same object when it fits already. */
function fit(size: FrameSize, maxWidth?: number): FrameSize {
  if (maxWidth === undefined || size.width <= maxWidth) return size;
  const width = Math.max(2, maxWidth - (maxWidth & 1));
  return { width, height: Math.max(2, 2 * Math.round((size.height * width) / size.width / 2)) };
}

const BEST = 'flags=bicubic+accurate_rnd+full_chroma_int:sws_dither=bayer';

function pixels({ pixelFormat, colour }: VideoStream): {
  words: string[];
  colour: ColourTags;
  scale: string;
} {
  const name = pixelFormat;
  if (/^(0|x2)?(rgb|bgr|gbr|argb|abgr|pal8|mono)/.test(name)) {
    return {
      words: [`RGB (${name}) to 4:2:0, BT.709`],
      colour: { ...colour, range: 'tv', space: 'bt709' },
      scale: `out_color_matrix=bt709:out_range=tv:${BEST}`,
    };
  }
  const words: string[] = [];
  const grey = /^(gray|ya\d)/.test(name);
  const bits =
    /(?:p|gray|ya)(9|1[0246])(?:le|be)?$/.exec(name)?.[1] ?? /^[py]\d(1[0246])/.exec(name)?.[1];
  if (bits !== undefined) words.push(`${bits} bit dithered to 8 bit (${name})`);
  const chroma = /4(?:00|10|11|22|40|44)/.exec(name)?.[0] ?? /^nv(?:16|2[04])/.exec(name)?.[0];
  if (chroma !== undefined) words.push(`chroma reduced to 4:2:0 (${name})`);
  if (grey) words.push(`grey given neutral chroma (${name})`);
  if (/^(yuva|ya\d)/.test(name)) words.push(`transparency dropped (${name})`);
  // The same range on both sides keeps every sample's value; ffmpeg takes grey for full range.
  const range = grey || colour.range === 'pc' ? 'pc' : 'tv';
  return { words, colour, scale: `in_range=${range}:out_range=${range}:${BEST}` };
}
