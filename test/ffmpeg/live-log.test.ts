/** What is understood of ffmpeg's lines, which differ from version to version. */
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/config/camera-address.js';
import { LiveLog } from '../../src/ffmpeg/live-log.js';

const logOf = (...lines: string[]) => {
  const log = new LiveLog(parseAddress('rtsp://cam:secret@door/stream'));
  for (const line of lines) log.push(line);
  return log;
};

describe('a refused login', () => {
  it.each([
    ['5.1', '[rtsp @ 0x55] [error] method DESCRIBE failed: 401 Unauthorized'],
    ['9.0', '[rtsp @ 0x55] [error] method DESCRIBE failed: 401 (Unauthorized)'],
  ])('is told from other failures (ffmpeg %s)', (_, line) => {
    expect(logOf(line).failure()).toMatchObject({ status: 'unauthorised', patience: 'login' });
  });
});

describe('pictures', () => {
  it.each([
    [
      '5.1',
      '[graph 0 input from stream 0:0 @ 0x55] [verbose] w:384 h:288 pixfmt:yuvj420p tb:1/90000',
      '[Parsed_showinfo_2 @ 0x55] [info] n:   0 pts:  0 pts_time:0  pos:  -1 fmt:yuv420p ' +
        'sar:1/1 s:384x288 i:T iskey:1 type:I ',
    ],
    [
      '9.0',
      '[graph -1 input from stream 0:0 @ 0x7f] [verbose] w:384 h:288 pixfmt:yuvj420p tb:1/90000',
      '[Parsed_showinfo_2 @ 0x7f] [info] n:   0 pts:  0 pts_time:0  duration:  1 ' +
        'duration_time:0.04    fmt:yuv420p cl:left sar:1/1 s:384x288 i:T iskey:1 type:I ',
    ],
  ])('are known by size, range, fields and trust (ffmpeg %s)', (_, graph, shown) => {
    const log = logOf(graph, shown, '[h264 @ 0x55] [error] error while decoding MB 0 3');
    expect(log.sizes).toEqual([{ width: 384, height: 288 }]);
    expect(log.colour.range).toBe('pc');
    expect(log.interlaced).toBe(true);
    expect([log.trusts(0), log.trusts(1), log.decodeErrors]).toEqual([true, undefined, 1]);
    log.push(shown.replace('iskey:1 type:I', 'iskey:0 type:P'));
    expect(log.trusts(1)).toBe(false);
  });
});
