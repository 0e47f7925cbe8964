/** A test camera that sends MJPEG over HTTP, for as long as somebody watches. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ffmpeg } from '../ffmpeg/clips.js';

export interface HttpCamera {
  readonly url: string;
  close(): void;
}

/** @param path of a clip of MJPEG */
export async function startHttpCamera(path: string): Promise<HttpCamera> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'multipart/x-mixed-replace;boundary=ffmpeg');
    const args = ['-v', 'error', '-re', '-stream_loop', '-1', '-i', path, '-c', 'copy'];
    const child = spawn(ffmpeg.ffmpeg, [...args, '-f', 'mpjpeg', '-']);
    child.stdout.pipe(response);
    response.on('close', () => child.kill('SIGKILL'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/video`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
