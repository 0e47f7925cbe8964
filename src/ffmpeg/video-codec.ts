/** Chooses the video encoder and its options; an encoder counts only when it encodes a frame. */
import { extname } from 'node:path';
import { RelensError } from '../errors.js';
import type { FrameSize } from '../frame/frame.js';
import { canEncode, tellsFrameLengths } from './abilities.js';
import { containerOf } from './container.js';
import type { Ffmpeg } from './find.js';

export interface CodecWish {
  /** An ffmpeg encoder, or one of the short names; default: the best for the container. */
  readonly codec?: string;
  /** Lower is better; default 18. */
  readonly crf?: number;
  /** FFV1 in Matroska: the decoded planes are exactly those given. */
  readonly lossless: boolean;
}

export interface VideoCodec {
  readonly encoder: string;
  readonly args: readonly string[];
  /** yuv444p only for odd sizes, which most codecs cannot hold in 4:2:0. */
  readonly pixelFormat: 'yuv420p' | 'yuv444p';
  /** What is written: the display size, or, where nothing else goes, the even one. */
  readonly size: FrameSize;
  readonly notes: readonly string[];
}

export const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  h264: ['libx264', 'h264_nvenc', 'h264_qsv', 'h264_videotoolbox', 'h264_mf', 'libopenh264'],
  hevc: ['libx265', 'hevc_nvenc', 'hevc_qsv', 'hevc_videotoolbox', 'hevc_mf'],
  av1: ['libsvtav1', 'libaom-av1', 'av1_nvenc', 'av1_qsv', 'librav1e'],
  vp9: ['libvpx-vp9', 'vp9_qsv'],
  ffv1: ['ffv1'],
};
const ALIASES: Readonly<Record<string, string>> = { h265: 'hevc', x264: 'h264', x265: 'hevc' };

const DEFAULT_CRF = 18;

/**
 * @param display upright size of the pictures, perhaps odd
 * @param even the same rounded up to even
 * @throws RelensError USAGE, CODEC_MISSING
 */
export async function chooseVideoCodec(
  ffmpeg: Ffmpeg,
  path: string,
  wish: CodecWish,
  display: FrameSize,
  even: FrameSize,
): Promise<VideoCodec> {
  const container = containerOf(path);
  const name = wish.codec === undefined ? undefined : (ALIASES[wish.codec] ?? wish.codec);
  if (wish.lossless) checkLossless(path, name);
  const asked = wish.lossless ? 'ffv1' : name;
  const candidates = asked === undefined ? container.video : (SHORT_NAMES[asked] ?? [asked]);
  const extension = extname(path).toLowerCase();
  const modern = await tellsFrameLengths(ffmpeg);
  for (const encoder of candidates) {
    for (const shape of shapes(encoder, wish.lossless, display, even)) {
      const { size, pixelFormat } = shape;
      const args = encoderArgs(encoder, wish.crf, size);
      // Containers without presentation times cannot put reordered frames back in order.
      if (container.constantRate === true) args.push('-bf', '0');
      // ffmpeg 4 gives the last frame no length, and MP4's edit list, which reordered frames need,
      // ends before it: most players would not show it.
      else if (container.hidesEarly === true && !modern) args.push(...inOrder(encoder));
      if (await canEncode(ffmpeg, encoder, { size, pixelFormat, args, extension })) {
        return { encoder, args, ...shape };
      }
    }
  }
  throw missing(container.name, asked, wish.codec, candidates);
}

function checkLossless(path: string, codec: string | undefined): void {
  if (codec !== undefined && codec !== 'ffv1') {
    throw new RelensError('USAGE', `--lossless writes FFV1: leave out --codec ${codec}`);
  }
  if (extname(path).toLowerCase() !== '.mkv') {
    const better = path.replace(/(\.[^./\\]*)?$/, '.mkv');
    throw new RelensError(
      'USAGE',
      `${path}: --lossless writes FFV1, which needs Matroska: write to ${better}`,
    );
  }
}

function missing(
  container: string,
  asked: string | undefined,
  typed: string | undefined,
  candidates: readonly string[],
): RelensError {
  const what = asked === undefined ? `no video encoder for ${container}` : `no ${typed ?? asked}`;
  const tried = candidates.length > 1 ? ` (tried ${candidates.join(', ')})` : '';
  return new RelensError(
    'CODEC_MISSING',
    `${what} that works in ${container} with this ffmpeg${tried}: ` +
      '`relens doctor` lists those that do; choose one with --codec',
  );
}

type Shape = Pick<VideoCodec, 'pixelFormat' | 'size' | 'notes'>;

/** How the picture may be written, the best first. */
function shapes(encoder: string, lossless: boolean, display: FrameSize, even: FrameSize): Shape[] {
  const exact: Shape = { pixelFormat: 'yuv420p', size: display, notes: [] };
  if (display.width === even.width && display.height === even.height) return [exact];
  const odd = `the odd size ${display.width}x${display.height}`;
  const full: Shape = {
    pixelFormat: 'yuv444p',
    size: display,
    notes: [`${encoder} holds ${odd} only in 4:4:4: written so`],
  };
  const padded: Shape = {
    pixelFormat: 'yuv420p',
    size: even,
    notes: [`${encoder} cannot hold ${odd}: written as ${even.width}x${even.height}`],
  };
  return lossless ? [exact, padded] : [exact, full, padded];
}

function inOrder(encoder: string): string[] {
  return encoder === 'libx265' ? ['-x265-params', 'log-level=error:bframes=0'] : ['-bf', '0'];
}

function encoderArgs(encoder: string, wished: number | undefined, size: FrameSize): string[] {
  const crf = String(wished ?? DEFAULT_CRF);
  switch (encoder) {
    case 'libx264':
      return ['-preset', 'veryfast', '-crf', crf];
    case 'libx265':
      return ['-preset', 'veryfast', '-crf', crf, '-x265-params', 'log-level=error'];
    case 'libvpx-vp9':
      return ['-crf', crf, '-b:v', '0', '-deadline', 'good', '-cpu-used', '4', '-row-mt', '1'];
    case 'libaom-av1':
      return ['-crf', crf, '-b:v', '0', '-cpu-used', '6', '-row-mt', '1'];
    case 'libsvtav1':
      return ['-crf', crf, '-preset', '8'];
    case 'librav1e':
      return ['-qp', String(Math.min(255, 4 * Number(crf))), '-speed', '8'];
    case 'ffv1':
      // Odd sizes in several slices lose chroma at the slices' borders (ffmpeg 7.0); version 1 has
      // one slice.
      return (size.width | size.height) & 1
        ? ['-level', '1', '-g', '1']
        : ['-level', '3', '-g', '1', '-slicecrc', '1'];
    case 'mpeg4':
      return ['-q:v', String(Math.min(31, Math.max(1, Math.round(Number(crf) / 6))))];
  }
  if (encoder.endsWith('_nvenc')) return ['-rc', 'vbr', '-cq', crf, '-b:v', '0'];
  if (encoder.endsWith('_qsv')) return ['-global_quality', crf];
  if (/^libopenh264$|_(videotoolbox|mf|v4l2m2m)$/.test(encoder)) {
    // These know a bit rate only: 5 bits for each 2x2 cell and frame at 25 frames a second.
    return ['-b:v', String(Math.round(size.width * size.height * 32))];
  }
  return wished === undefined ? [] : ['-crf', crf];
}
