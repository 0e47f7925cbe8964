import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ffmpeg, make, pictures, planes, probed, scratchFolder, times } from '../ffmpeg/clips.js';
import { copy } from './copying.js';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '10'];

writeFileSync(
  at('words.srt'),
  '1\n00:00:00,200 --> 00:00:00,900\nFirst\n\n2\n00:00:02,200 --> 00:00:02,900\nSecond\n',
);
writeFileSync(
  at('chapters.txt'),
  ';FFMETADATA1\ntitle=North gate\ncomment=Camera 4\n' +
    '[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=Before\n' +
    '[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=4000\ntitle=After\n',
);
// Silence, but for a beep of 0.1 s at each full second; the pictures flash white with it.
const beeps = "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,1),0.1)':d=4:s=48000";
const flashes =
  "color=black:s=64x48:r=10:d=4,format=gray,geq=lum='255*eq(mod(N,10),0)',format=yuv420p";

function everything(path: string, audio: string[], subtitles: string[]): string {
  const inputs = ['-f', 'lavfi', '-i', flashes, '-f', 'lavfi', '-i', beeps, '-i', at('words.srt')];
  const maps = ['-map', '0', '-map', '1', ...(subtitles.length > 0 ? ['-map', '2'] : [])];
  const meta = ['-i', at('chapters.txt'), '-map_metadata', '3', '-map_chapters', '3'];
  const language = ['-metadata:s:a:0', 'language=deu', '-metadata:s:v:0', 'title=Wide'];
  make(...inputs, ...meta, ...maps, ...X264, ...audio, ...subtitles, ...language, path);
  return path;
}

const codecs = (path: string) => probed(path, 'stream=codec_type,codec_name');
const chapters = (path: string) => probed(path, 'chapter=start_time,end_time:chapter_tags=title');

/** Seconds at which the sound begins after a silence. */
function beepTimes(path: string): number[] {
  const { stdout } = spawnSync(
    ffmpeg.ffmpeg,
    [
      '-v',
      'error',
      '-copyts',
      '-i',
      path,
      '-map',
      '0:a:0',
      '-af',
      'aresample=async=1:first_pts=0',
      '-ac',
      '1',
      '-ar',
      '8000',
      '-f',
      's16le',
      '-',
    ],
    { maxBuffer: 1 << 28 },
  );
  const starts: number[] = [];
  let quietFrom = -1000;
  for (let n = 0; n < stdout.length / 2; n++) {
    if (Math.abs(stdout.readInt16LE(2 * n)) < 5000) continue;
    if (n - quietFrom > 800) starts.push(n / 8000);
    quietFrom = n;
  }
  return starts;
}

/** Seconds at which the picture is white. */
function flashTimes(path: string): number[] {
  const seconds = times(path);
  const luma = planes(path);
  const bytes = (64 * 48 * 3) / 2;
  return seconds.filter((_, n) => (luma[n * bytes + 99] ?? 0) > 128);
}

/** The beep and the flash of each second belong together. */
function expectInStep(path: string): void {
  const beep = beepTimes(path);
  const flash = flashTimes(path);
  expect(flash.length).toBeGreaterThan(1);
  expect(beep).toHaveLength(flash.length);
  // Codecs smear a beep by some ms; a picture lasts 100.
  flash.forEach((seconds, n) => expect(Math.abs(seconds - (beep[n] ?? NaN))).toBeLessThan(0.03));
}

describe('an output', () => {
  it('holds sound, subtitles, chapters and metadata of its original', async () => {
    const original = everything(at('all.mp4'), ['-c:a', 'aac'], ['-c:s', 'mov_text']);
    const { notes } = await copy(original, at('same.mp4'));
    expect(notes).toEqual([]);
    expect(codecs(at('same.mp4'))).toEqual(codecs(original));
    expect(chapters(at('same.mp4'))).toEqual(chapters(original));
    expect(times(at('same.mp4'))).toEqual(times(original));
    expect(probed(at('same.mp4'), 'format_tags=title,comment')).toEqual(['North gate,Camera 4']);
    expect(probed(at('same.mp4'), 'stream_tags=language')).toContain('deu');
    expectInStep(at('same.mp4'));
    // Not one packet of sound is lost or moved.
    const packets = (path: string) => probed(path, 'packet=pts,size', '-select_streams', 'a:0');
    expect(packets(at('same.mp4'))).toEqual(packets(original));
  });

  it('in Matroska begins its pictures where the original does', async () => {
    const { notes } = await copy(at('all.mp4'), at('other.mkv'));
    expect(notes).toEqual(['subtitle track 1 (mov_text) converted to subrip for Matroska']);
    expect(times(at('other.mkv'))).toEqual(times(at('all.mp4')));
    expect(chapters(at('other.mkv'))).toEqual(chapters(at('all.mp4')));
    expect(probed(at('other.mkv'), 'format_tags=MAJOR_BRAND')).toEqual([]);
    expect(probed(at('other.mkv'), 'packet=pts_time', '-select_streams', 's:0')).toEqual([
      '0.200000',
      '2.200000',
    ]);
    expectInStep(at('other.mkv'));
  });

  it('stays in step when the clock of its original begins late', async () => {
    const original = everything(at('late.ts'), ['-c:a', 'mp2'], []);
    await copy(original, at('late.mp4'));
    // The sound's first packet may precede the pictures a little.
    expect(times(at('late.mp4'))[0]).toBeLessThan(0.03);
    expectInStep(at('late.mp4'));
    await copy(original, at('again.ts'), { lossless: false });
    expectInStep(at('again.ts'));
  });

  it('stays in step when sound begins later than pictures, or pictures than sound', async () => {
    for (const [name, delay] of [
      ['sound', '1:a'],
      ['pictures', '0:v'],
    ] as const) {
      const plain = everything(at(`plain-${name}.mkv`), ['-c:a', 'pcm_s16le'], []);
      const original = at(`late-${name}.mkv`);
      const shifted = ['-itsoffset', '0.7', '-i', plain, '-i', plain];
      const maps =
        delay === '1:a' ? ['-map', '1:v', '-map', '0:a'] : ['-map', '0:v', '-map', '1:a'];
      make(...shifted, ...maps, '-c', 'copy', original);
      const output = at(`out-${name}.mkv`);
      await copy(original, output);
      expect(times(output)).toEqual(times(original));
      const gap = (path: string) => (flashTimes(path)[1] ?? 0) - (beepTimes(path)[1] ?? 0);
      expect(gap(output)).toBeCloseTo(gap(original), 3);
    }
  });

  it.each(['mp4', 'mkv', 'ts'])('is trimmed with its sound and chapters (.%s)', async (kind) => {
    const subtitles = { mp4: ['-c:s', 'mov_text'], mkv: ['-c:s', 'srt'], ts: [] }[kind] ?? [];
    const sound = { mp4: 'aac', mkv: 'pcm_s16le', ts: 'mp2' }[kind] ?? '';
    const original = everything(at(`long.${kind}`), ['-c:a', sound], subtitles);
    const output = at(`part-of.${kind}`);
    await copy(original, output, { lossless: false }, { start: 1.5, end: 3.5 });
    const seconds = times(output);
    const first = seconds[0] ?? 0;
    expect(seconds.map((s) => Number((s - first).toFixed(3)))).toEqual(
      Array.from({ length: 20 }, (_, n) => n / 10),
    );
    if (kind !== 'ts') {
      expect(first).toBe(0);
      expect(chapters(output)).toEqual(['0.000000,0.500000,Before', '0.500000,2.000000,After']);
      const words = probed(output, 'packet=pts_time,size', '-select_streams', 's:0');
      expect(
        words.filter((line) => Number(line.split(',')[1]) > 2).map((line) => line.split(',')[0]),
      ).toEqual(['0.700000']);
    }
    expect(Number(probed(output, 'format=duration')[0])).toBeLessThan(2.2);
    expectInStep(output);
  });

  it('converts what its container cannot hold, and says so', async () => {
    const original = everything(
      at('phone.mkv'),
      ['-c:a', 'pcm_mulaw', '-ar', '8000'],
      ['-c:s', 'srt'],
    );
    const { notes } = await copy(original, at('phone.mp4'));
    expect(notes).toEqual([
      'sound track 1 (pcm_mulaw) does not fit MP4: converted to aac; write to .mkv to keep it',
      'subtitle track 1 (subrip) converted to mov_text for MP4',
    ]);
    expectInStep(at('phone.mp4'));
    await copy(original, at('phone-part.mp4'), {}, { start: 1.5 });
    expectInStep(at('phone-part.mp4'));
    const kept = await copy(original, at('kept.mkv'));
    expect(kept.notes).toEqual([]);
    const avi = await copy(original, at('kept.avi'));
    expect(avi.notes).toEqual([
      'subtitle track 1 (subrip) does not fit AVI: left out; write to .mkv to keep it',
      expect.stringContaining('AVI keeps one frame rate only (10.000)') as string,
    ]);
    expectInStep(at('kept.avi'));
  });

  it('of pictures without sound needs nothing else', async () => {
    make(...pictures(), ...X264, at('silent.avi'));
    expect((await copy(at('silent.avi'), at('silent.mp4'))).notes).toEqual([]);
    expect(codecs(at('silent.mp4'))).toEqual(['h264,video']);
  });
});
