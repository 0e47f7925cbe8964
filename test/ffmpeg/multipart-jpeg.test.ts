/** Images are cut by their stated lengths, however the pipe cuts the bytes. */
import { expect, it } from 'vitest';
import { MultipartJpeg } from '../../src/ffmpeg/multipart-jpeg.js';

const part = (body: string) =>
  `Content-type: image/jpeg\r\nContent-length: ${body.length}\r\n\r\n${body}\r\n--ffmpeg\r\n`;
// The second holds what looks like the end of a part.
const bodies = ['first', 'a\r\n--ffmpeg\r\nb', 'third'];
const stream = Buffer.from(`--ffmpeg\r\n${bodies.map(part).join('')}`);

it.each([1, 7, 1000])('gives each image once it is whole, in pieces of %i bytes', (size) => {
  const cutter = new MultipartJpeg();
  const images: string[] = [];
  for (let at = 0; at < stream.length; at += size) {
    images.push(...cutter.push(stream.subarray(at, at + size)).map(String));
  }
  expect(images).toEqual(bodies);
});

it('gives the image with its last byte, without waiting for the next', () => {
  const cutter = new MultipartJpeg();
  const end = stream.indexOf('first') + 'first'.length;
  expect(cutter.push(stream.subarray(0, end - 1))).toEqual([]);
  expect(cutter.push(stream.subarray(end - 1, end)).map(String)).toEqual(['first']);
});

it('refuses what is no multipart JPEG', () => {
  expect(() => new MultipartJpeg().push(Buffer.alloc(5000))).toThrow(RangeError);
  expect(() => new MultipartJpeg().push(Buffer.from('a: b\r\n\r\n'))).toThrow(RangeError);
});
