/** What a restore job books of each frame and in the end, and where its output goes. */
import { packageVersion } from '../src/config/package-root.js';
import type { JobFacts, RestoreAccount } from '../src/evidence/restore-report.js';
import type { Frame } from '../src/frame/frame.js';
import type { Restored } from '../src/restorers/archive.js';
import type { VideoFileSpec } from '../src/sinks/video-file.js';
import type { StageTimes } from '../src/telemetry/stage-times.js';
import type { Lane } from './lane.js';
import type { RestoreOptions } from './restore-options.js';

/** Enters a frame into the account, and tells whoever looks on. */
export function book(
  { source }: Lane,
  { observe, onProgress }: Pick<RestoreOptions, 'observe' | 'onProgress'>,
  account: RestoreAccount,
  restored: Restored,
): Frame {
  const { frame, mask, provenance, doubt, sigma } = restored;
  const { seq, timestamp } = frame;
  account.add(timestamp, restored);
  const { uncertainty } = doubt;
  observe?.({ seq, timestamp, mask: mask.data, provenance, uncertainty, sigma });
  const { frameCount } = source.info;
  onProgress?.({ frames: account.frames, ...(frameCount !== undefined && { frameCount }) });
  return frame;
}

export function outputSpec({ ffmpeg, source }: Lane, options: RestoreOptions): VideoFileSpec {
  const { input, output, start, end } = options;
  const { info } = source;
  const carry = {
    path: input,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  };
  return { ...options, path: output, ffmpeg, info, ...(info.isFilm && { carry }) };
}

/** @param notes of the sink */
export function jobFacts(
  { ffmpeg, source, drawn, engine, events }: Lane,
  { input, output }: RestoreOptions,
  times: StageTimes,
  notes: readonly string[],
): JobFacts {
  const { info } = source;
  return {
    input,
    output,
    width: info.displayWidth,
    height: info.displayHeight,
    stages: times.totals(),
    events: events.list(),
    lost: source.report().lost,
    conversions: [...info.conversions, ...drawn.notes, ...notes],
    versions: { relens: packageVersion(), ffmpeg: ffmpeg.version, node: process.version },
    device: engine.device,
    model: engine.card.name,
    modelSha256: engine.card.sha256,
  };
}
