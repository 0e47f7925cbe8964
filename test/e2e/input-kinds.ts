/** The kinds of input that a user may come with, each made with ffmpeg. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { campusPath } from '../../fixtures/index.js';
import { isTurned, make, PASSTHROUGH, pictures, scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
/** Pictures in each clip, unless said otherwise. */
export const FRAMES = 12;
export const film = (size = '96x64') => pictures(size, FRAMES / 10);
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const FFV1 = ['-c:v', 'ffv1', '-pix_fmt'];

function tagged(range: string, space: string): string[] {
  const encoder = ['-color_range', range, '-colorspace', space, '-color_primaries', space];
  // Frames are tagged for new versions of ffmpeg, the encoder for old ones.
  const frames = `setparams=range=${range}:colorspace=${space}:color_primaries=${space}`;
  return ['-vf', frames, ...encoder];
}

writeFileSync(at('words.srt'), '1\n00:00:00,200 --> 00:00:00,900\nGate opens\n');
writeFileSync(
  at('chapters.txt'),
  ';FFMETADATA1\ntitle=North gate\n' +
    '[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=600\ntitle=Before\n' +
    '[CHAPTER]\nTIMEBASE=1/1000\nSTART=600\nEND=1200\ntitle=After\n',
);

/** A film with sound, words, chapters and a title. */
function whole(path: string, ...codecs: string[]): void {
  const sound = ['-f', 'lavfi', '-i', 'sine=440:d=1.2'];
  const others = [...sound, '-i', at('words.srt'), '-i', at('chapters.txt')];
  const maps = ['-map', '0', '-map', '1', '-map', '2', '-map_metadata', '3', '-map_chapters', '3'];
  make(...film(), ...others, ...maps, ...X264, ...codecs, path);
}

export interface Kind {
  readonly make: (path: string) => void;
  /** What the report says was converted. */
  readonly conversions?: readonly string[];
  /** A plain ffmpeg decodes the same planes. */
  readonly plain?: true;
  readonly size?: string;
  readonly frames?: number;
  /** The network has work here, so that the planes differ. */
  readonly damaged?: true;
  /** Share of cells that are taken for damage and are none: a test card has edges like lines. */
  readonly mistaken?: number;
}

/** ffmpeg's options after the input, for a kind that needs no more than that. */
const coded =
  (...codec: string[]) =>
  (path: string) =>
    make(...film(), ...codec, path);

export const KINDS: Readonly<Record<string, Kind>> = {
  'phone.mp4': {
    make: (path) => whole(path, ...tagged('tv', 'bt709'), '-c:a', 'aac', '-c:s', 'mov_text'),
    plain: true,
  },
  'archive.mkv': {
    make: (path) => whole(path, ...tagged('tv', 'smpte170m'), '-c:a', 'flac', '-c:s', 'srt'),
    plain: true,
  },
  'old.avi': { make: coded('-c:v', 'mpeg4', '-q:v', '3'), plain: true },
  'sound.avi': {
    make: (path) =>
      make(...film(), '-f', 'lavfi', '-i', 'sine=440:d=1.2', ...X264, '-bf', '0', path),
    plain: true,
  },
  'stream.ts': {
    make: (path) => make(...film(), '-f', 'lavfi', '-i', 'sine=440:d=1.2', ...X264, path),
    plain: true,
  },
  'raw-h264.h264': { make: coded(...X264, '-f', 'h264'), plain: true },
  'raw-hevc.hevc': {
    make: coded('-c:v', 'libx265', '-pix_fmt', 'yuv420p', '-f', 'hevc'),
    plain: true,
  },
  'raw-jpeg.mjpeg': { make: coded('-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg') },
  'jpeg.avi': { make: coded('-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p') },
  'ten.mp4': {
    make: coded('-c:v', 'libx265', '-pix_fmt', 'yuv420p10le', ...tagged('tv', 'bt709')),
    conversions: ['10 bit dithered to 8 bit (yuv420p10le)'],
  },
  'ten-422.mkv': {
    make: coded(...FFV1, 'yuv422p10le'),
    conversions: [
      '10 bit dithered to 8 bit (yuv422p10le)',
      'chroma reduced to 4:2:0 (yuv422p10le)',
    ],
  },
  '422.ts': {
    make: coded(...X264.slice(0, -1), 'yuv422p'),
    conversions: ['chroma reduced to 4:2:0 (yuv422p)'],
  },
  '444.mp4': {
    make: coded(...X264.slice(0, -1), 'yuv444p'),
    conversions: ['chroma reduced to 4:2:0 (yuv444p)'],
  },
  'grey.mkv': {
    make: coded(...FFV1, 'gray'),
    conversions: ['grey given neutral chroma (gray)'],
  },
  'interlaced.mp4': {
    make: (path) => {
      const fields = ['-flags', '+ilme+ildct', '-x264-params', 'interlaced=1'];
      make(...pictures('96x64', FRAMES / 10, 20), '-vf', 'interlace', ...X264, ...fields, path);
    },
    conversions: ['interlaced frames deinterlaced (bwdif)'],
  },
  'rotated.mp4': {
    make: (path) => {
      const flat = at('flat.mp4');
      make(...film(), ...X264, flat);
      // Versions before 6 take the tag, later ones the option.
      make('-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', path);
      if (!isTurned(path)) make('-display_rotation', '90', '-i', flat, '-c', 'copy', path);
    },
    conversions: ['turned upright by 270 degrees'],
    plain: true,
    mistaken: 0.002,
    size: '64,96',
  },
  'odd.mkv': {
    make: (path) => make(...film('95x63'), ...FFV1, 'yuv420p', path),
    conversions: ['padded from 95x63 to 96x64 while it is worked on'],
    plain: true,
    size: '95,63',
  },
  'wide.mp4': { make: coded(...X264, '-vf', 'setsar=16/11'), plain: true },
  'variable-1.mp4': {
    make: (path) => {
      const some = ['-vf', "select='not(mod(n*n,7))'", ...PASSTHROUGH, '-enc_time_base', '1:90000'];
      make(...pictures('96x64', 1.5, 30), ...some, ...X264, path);
    },
    plain: true,
    frames: 7,
  },
  'variable-2.mkv': {
    make: (path) => {
      const some = ['-vf', "select='lt(n,6)+gt(n,30)*not(mod(n,5))'", ...PASSTHROUGH];
      make(...pictures('96x64', 2, 30), ...some, ...X264, path);
    },
    plain: true,
    frames: 11,
  },
  'camera.mkv': {
    make: (path) => {
      const noisy = 'scale=96:72,noise=alls=30:allf=t:all_seed=1';
      make('-i', campusPath, '-vf', noisy, '-frames:v', '12', ...FFV1, 'yuv420p', path);
    },
    size: '96,72',
    damaged: true,
  },
};
