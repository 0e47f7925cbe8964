/** What each output container can hold, by the extension of its name. */
import { extname } from 'node:path';
import { RelensError } from '../errors.js';

export interface Container {
  readonly name: string;
  /** Encoders to try for video when the user names none; the first that works is taken. */
  readonly video: readonly string[];
  /** Encoders to try for sound that does not fit. */
  readonly audio: readonly string[];
  /** Subtitle codecs that fit as they are; undefined = nearly all, but not the ones converted. */
  readonly subtitles?: readonly string[];
  /** Text subtitles that do not fit become this; undefined = they are left out. */
  readonly text?: string;
  /** True when packets with times below 0 are stored, and not played. */
  readonly hidesEarly?: boolean;
  /** True when every frame must last as long. */
  readonly constantRate?: boolean;
}

const H264 = [
  ...['libx264', 'h264_nvenc', 'h264_qsv', 'h264_videotoolbox', 'h264_mf', 'libopenh264'],
  ...['h264_v4l2m2m', 'libx265', 'mpeg4'],
];
const MP4: Container = {
  name: 'MP4',
  video: H264,
  audio: ['aac'],
  subtitles: ['mov_text', 'dvd_subtitle'],
  text: 'mov_text',
  hidesEarly: true,
};
const TS: Container = {
  name: 'MPEG-TS',
  video: H264.filter((name) => name !== 'mpeg4'),
  audio: ['aac', 'mp2'],
  subtitles: ['dvb_subtitle', 'dvb_teletext'],
};

const CONTAINERS: Readonly<Record<string, Container>> = {
  '.mkv': { name: 'Matroska', video: H264, audio: ['flac', 'aac'], text: 'subrip' },
  '.mp4': MP4,
  '.m4v': MP4,
  '.mov': { ...MP4, name: 'QuickTime', subtitles: ['mov_text'] },
  '.webm': {
    name: 'WebM',
    video: ['libvpx-vp9', 'libsvtav1', 'libaom-av1'],
    audio: ['libopus', 'libvorbis'],
    subtitles: ['webvtt'],
    text: 'webvtt',
  },
  '.avi': { name: 'AVI', video: H264, audio: ['pcm_s16le'], subtitles: [], constantRate: true },
  '.ts': TS,
  '.m2ts': TS,
  '.mts': TS,
};

/** @throws RelensError USAGE, when the extension names no container that is known */
export function containerOf(path: string): Container {
  const container = CONTAINERS[extname(path).toLowerCase()];
  if (container !== undefined) return container;
  const known = Object.keys(CONTAINERS).join(', ');
  throw new RelensError(
    'USAGE',
    `${path}: the extension tells the container, and must be one of ${known}`,
  );
}
