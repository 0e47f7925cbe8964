/** The steps of a restoration in order, each with its parameters, its reason and its reference. */
import { eventText } from './event-list.js';
import type { Manifest } from './manifest.js';
import type { RestoreReport } from './restore-report.js';

type Step = Manifest['steps'][number];

/** @param settings what the job was told */
export function stepsOf(
  settings: Readonly<Record<string, unknown>>,
  report: RestoreReport,
  encoder: string,
): Step[] {
  const { noise, damage, provenance, inference, conversions, lost } = report;
  const found = Object.entries(damage).filter(([, { frames }]) => frames > 0);
  const denoises = settings['strength'] !== 0 && provenance.denoised > 0;
  const steps: Step[] = [
    {
      step: 'decode',
      what: 'Each picture was decoded to 8-bit yuv420p planes, with its own time.',
      why: 'All later steps work on these planes; their hashes are in the list of frames.',
      parameters: { deinterlace: settings['deinterlace'], conversions, lost },
      reference: 'FFmpeg; ITU-T H.264 and others, as the input says',
    },
    {
      step: 'inspect',
      what: 'Noise was measured and damage was looked for in every frame.',
      why: [
        found.length > 0
          ? `Found: ${found.map(([kind, { frames }]) => `${kind} in ${frames} frames`).join(', ')}.`
          : 'No damage was found.',
        ...report.events.map(eventText),
      ].join(' '),
      parameters: { noise: noise.mean, damage, events: report.events },
      reference: 'docs/detection.md; Immerkaer, Fast noise variance estimation, CVIU 1996',
    },
    {
      step: 'remember',
      what: 'For each cell it was kept what the camera really saw before and after, and most often.',
      why: 'Whatever was seen at another moment need not be invented.',
      parameters: { cuts: report.cuts },
      reference:
        'Stauffer and Grimson, Adaptive background mixture models, CVPR 1999; Boyer and Moore, MJRTY, 1981',
    },
  ];
  if (denoises) {
    steps.push({
      step: 'denoise',
      what: `${share(provenance.denoised)} of all cells were estimated from their own samples in several frames.`,
      why: `The noise of ${noise.mean.toFixed(1)} grey levels was above the floor.`,
      parameters: { strength: settings['strength'], noiseFloor: settings['noiseFloor'] },
      reference: `model ${inference.model}, SHA-256 ${inference.modelSha256}`,
    });
  }
  if (provenance.recovered > 0) {
    steps.push({
      step: 'recover',
      what: `${share(provenance.recovered)} of all cells were taken from other moments of the recording.`,
      why: 'They were damaged or masked, and had been seen before or were seen later.',
      parameters: { correction: 'at most 16 grey levels' },
      reference: `model ${inference.model}, SHA-256 ${inference.modelSha256}`,
    });
  }
  if (provenance.synthesised > 0) {
    steps.push({
      step: 'synthesise',
      what: `${share(provenance.synthesised)} of all cells were invented by a network.`,
      why: 'They were damaged or masked and are seen at no moment of the recording. They prove nothing.',
      parameters: { synthesis: settings['synthesis'] },
      reference: `model ${inference.model}, SHA-256 ${inference.modelSha256}`,
    });
  }
  if (provenance.drawn !== undefined) {
    steps.push({
      step: 'draw',
      what: `${share(provenance.drawn)} of all cells were drawn on: hatching, outlines or the legend.`,
      why: 'It was asked for, so that nobody takes for a picture what is none.',
      parameters: { unseen: settings['unseen'], burnIn: settings['burnIn'] },
    });
  }
  steps.push({
    step: 'encode',
    what: `The restored planes were written with ${encoder}.`,
    why:
      settings['lossless'] === true
        ? 'Without loss: decoding gives exactly the planes of the list.'
        : 'With loss: the file shows nearly the planes of the list, whose hashes are from before.',
    parameters: { lossless: settings['lossless'], codec: settings['codec'], crf: settings['crf'] },
  });
  return steps;
}

const share = (value: number) => `${(100 * value).toPrecision(3)} %`;
