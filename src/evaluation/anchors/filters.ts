/** ffmpeg's denoising filters, each over a small grid of strengths. */
import { rawInput } from '../clip.js';
import { runFfmpeg } from '../ffmpeg-job.js';
import type { Anchor, Setting } from './anchor.js';

function filter(spec: string): Setting {
  return {
    label: spec,
    run: ({ ffmpeg, damaged, output, signal }) => {
      const args = [...rawInput(damaged), '-vf', spec, '-frames:v', String(damaged.frames)];
      const out = ['-pix_fmt', 'yuv420p', '-f', 'rawvideo', output];
      return runFfmpeg(ffmpeg, [...args, ...out], `run ${spec}`, signal);
    },
  };
}

function anchor(name: string, gridFrames: number, specs: readonly string[]): Anchor {
  return {
    name,
    chosenBy: 'psnr',
    gridFrames,
    takes: ({ noisy }) => noisy,
    settings: specs.map((spec) => filter(`${name}=${spec}`)),
  };
}

export const FILTERS: readonly Anchor[] = [
  // luma_spatial : chroma_spatial : luma_tmp : chroma_tmp
  anchor('hqdn3d', 40, [
    '2:2:3:3',
    '4:3:6:5',
    '6:6:10:10',
    '10:10:16:16',
    '16:16:24:24',
    '30:30:45:45',
  ]),
  // Purely spatial and slow, so that few frames choose its strength.
  anchor('nlmeans', 5, ['s=2', 's=4', 's=7', 's=11', 's=16', 's=24']),
  anchor(
    'atadenoise',
    40,
    [9, 33].flatMap((span) =>
      ['0.02:0.04', '0.06:0.15', '0.15:0.5', '0.3:1.5', '0.3:4'].map((thresholds) => {
        const [a, b] = thresholds.split(':');
        return `s=${span}:${['0', '1', '2'].map((p) => `${p}a=${a}:${p}b=${b}`).join(':')}`;
      }),
    ),
  ),
  anchor(
    'vaguedenoiser',
    10,
    [1, 2, 4, 7, 11, 16, 24, 36, 54].map((threshold) => `threshold=${threshold}`),
  ),
];
