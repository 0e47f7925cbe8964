/** Which detectors are asked, and what counts as the noise. */
import { describe, expect, it } from 'vitest';
import { NO_NETWORKS } from '../../pipelines/detection-networks.js';
import { openInspection } from '../../pipelines/inspection.js';
import { StageTimes } from '../../src/telemetry/stage-times.js';
import { clip, INFO, WIDTH } from '../detectors/scene.js';

/** From frame 3 on the third row of blocks is grey from its second block on. */
function lose(data: Uint8Array, seq: number): void {
  if (seq < 3) return;
  for (let y = 32; y < 48; y++) data.fill(200, y * WIDTH + 16, y * WIDTH + 160);
}

async function lostCells(decodeErrors: (seq: number) => number): Promise<number[]> {
  let now = 0;
  const session = openInspection(INFO, new StageTimes(), () => decodeErrors(now), NO_NETWORKS);
  const frames = clip(6, 2, lose);
  const lost: number[] = [];
  for (const [seq, frame] of frames.entries()) {
    now = seq;
    const { maps } = await session.inspect({ frame }, []);
    const score = maps.find(({ kind }) => kind === 'lost-block')?.score ?? new Uint8Array();
    lost.push(score.filter((value) => value >= 128).length);
  }
  return lost;
}

describe('inspection', () => {
  it('looks for lost blocks once the decoder has reported an error, and not before', async () => {
    expect(await lostCells(() => 0)).toEqual([0, 0, 0, 0, 0, 0]);
    const found = await lostCells(() => 1);
    expect(found.slice(0, 3)).toEqual([0, 0, 0]);
    expect(Math.min(...found.slice(3))).toBeGreaterThan(0);
  });

  it('measures noise that flickers on the frame itself', async () => {
    const session = openInspection(INFO, new StageTimes(), () => 0, NO_NETWORKS);
    for (const frame of clip(12, 10)) {
      const inspected = await session.inspect({ frame }, []);
      expect(session.noise(inspected)).toBe(inspected.noise);
    }
  });
});
