/** A camera's settings: what is refused, in which words, and that no word holds the password. */
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/config/camera-address.js';
import { readCamera, readCameras } from '../../src/config/cameras.js';
import { loadConfig } from '../../src/config/load.js';

describe('a camera of a config', () => {
  it('is taken with all it may have', () => {
    const settings = {
      ...{ url: 'rtsp://cam:secret@host/x', transport: 'udp', maxWidth: 640 },
      ...{ record: 'recordings', publish: 'rtsp://nvr/door' },
      damaged: [
        [
          [0, 0],
          [0.5, 0],
          [0, 0.5],
        ],
      ],
      keep: [],
    };
    expect(readCameras({ door: settings })).toEqual([{ name: 'door', ...settings }]);
  });

  it.each([
    [
      'door',
      { url: 'rtsp://cam:secret@host/x', transprot: 'udp' },
      '"cameras.door.transprot": unknown key, did you mean "transport"?',
    ],
    [
      'door',
      { url: 'rtsp://cam:secret@host/x', transport: 'pigeon' },
      '"cameras.door.transport" must be one of "auto", "tcp", "udp"',
    ],
    [
      'door',
      { url: 'rtsp://h/x', damaged: [[[0, 2]]] },
      '"cameras.door.damaged" must be a list of polygons',
    ],
    ['door', { url: ['rtsp://cam:secret@host/x'] }, '"cameras.door.url" must be an address'],
    ['door', 'rtsp://cam:secret@host/x', '"cameras.door" must be a group of keys with a url'],
    [
      'door',
      { url: 'gopher://cam:secret@host/x' },
      '"cameras.door.url": expected a camera address',
    ],
    ['door', { url: 'rtsp://cam:se/cret@host/x' }, 'percent-encode'],
    ['door', { url: 'rtsp://cam:secret@host/x\noption' }, 'line breaks'],
    [
      'door',
      { url: 'rtsp://h/x', publish: 'http://cam:secret@host/x' },
      'expected rtsp://server/path',
    ],
    ['../door', { url: 'rtsp://h/x' }, "a camera's name must be"],
  ])('is refused with its reason and without its password', (name, settings, words) => {
    const refuse = () => readCamera(name, settings);
    expect(refuse).toThrow(words);
    expect(refuse).not.toThrow(/secret|se\/cret/);
  });

  it('stands in the config by its name', () => {
    const set = ['cameras.door.url=rtsp://host/x'];
    expect(readCameras(loadConfig({ set }).cameras)).toEqual([
      { name: 'door', url: 'rtsp://host/x' },
    ]);
  });
});

describe('an address', () => {
  it.each([
    ['rtsp://cam:pa%2Fss@10.0.0.7:554/ch1?profile=2', 'rtsp', 'rtsp://10.0.0.7:554/ch1'],
    ['https://cam:pass@host/live.m3u8', 'hls', 'https://host/live.m3u8'],
    ['http://host/video.cgi?user=cam&pwd=pass', 'http', 'http://host/video.cgi'],
    ['rtsp://h/user=cam&password=pass&channel=1.sdp', 'rtsp', 'rtsp://h/…'],
    ['rtsp://h/live/user=cam_password=pass_stream=0', 'rtsp', 'rtsp://h/live/…'],
    ['films/door.mp4', 'file', 'films/door.mp4'],
  ])('is shown without what is secret: %s', (text, kind, shown) => {
    expect(parseAddress(text)).toMatchObject({ kind, shown });
  });

  it('may hold a sign of percent that encodes nothing', () => {
    const { secret } = parseAddress('rtsp://c%m:50%@[::1]:8554/x');
    expect(secret).toBe('rtsp://c%25m:50%25@[::1]:8554/x');
    expect(parseAddress(secret).secret).toBe(secret);
  });
});
