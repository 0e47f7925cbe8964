/** A test camera with dirt on its lens, which can be cleaned. */
import { join } from 'node:path';
import { campusPath } from '../../fixtures/index.js';
import { make } from '../ffmpeg/clips.js';
import { RtspCamera } from './rtsp-camera.js';

/** Where the dirt lies in its pictures of 384x288. */
export const SPOT = { x: 200, y: 150, radius: 34 } as const;

/** It plays the clip 0, which is dirty, or 1, which is clean. Whoever starts it kills it. */
export function dirtyCamera(folder: string): Promise<RtspCamera> {
  const { x, y, radius } = SPOT;
  // A soft, dark, nearly opaque spot.
  const opacity = (scale: number) =>
    `0.95*exp(-pow(hypot(X-${x / scale},Y-${y / scale})/${radius / scale},6))`;
  const over = (plane: string, value: number, scale: number) =>
    `${plane}='p(X,Y)+(${value}-p(X,Y))*${opacity(scale)}'`;
  const dirt = [over('lum', 60, 1), over('cb', 126, 2), over('cr', 130, 2)].join(':');
  const clip = (name: string, filter: string) => {
    const path = join(folder, `${name}.mp4`);
    make(
      ...['-i', campusPath, '-vf', filter, '-an', '-r', '10', '-frames:v', '50'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', '10', '-crf', '16', path],
    );
    return { path, coding: 'h264', rate: 20 } as const;
  };
  const clips = [clip('dirty', `scale=384:288,geq=${dirt}`), clip('clean', 'scale=384:288')];
  return new RtspCamera({ clips }).start();
}
