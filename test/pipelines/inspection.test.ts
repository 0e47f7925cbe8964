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

  it('takes what two decoders tell apart from their mean, though it looks like a drop-out', async () => {
    const session = openInspection(INFO, new StageTimes(), () => 0, NO_NETWORKS);
    const streak = (data: Uint8Array, seq: number) => {
      if (seq !== 3) return;
      for (let y = 40; y < 44; y++) data.fill(250, y * WIDTH + 20, y * WIDTH + 140);
    };
    const [shown, other] = [clip(6, 2, streak), clip(6, 2)];
    const inspections = [];
    for (const [seq, frame] of shown.entries()) {
      const next = shown.slice(seq + 1).map((one) => ({ frame: one }));
      const second = seq === 3 ? { second: other[3]!.data } : {};
      inspections.push(await session.inspect({ frame, ...second }, next));
    }
    const { maps } = inspections[3]!;
    const cells = (kind: string) =>
      maps.find((map) => map.kind === kind)!.score.filter((s) => s >= 128);
    expect(cells('drop-out').length).toBeGreaterThan(80);
    expect(cells('lost-block').length).toBeGreaterThan(80);
    const { data, between } = session.mask(inspections[3]!);
    expect(between!.filter((cell) => cell !== 0)).toHaveLength(
      data.filter((cell) => cell !== 0).length,
    );
    expect(session.mask(inspections[2]!).between).toBeUndefined();
  });

  it('measures noise that flickers on the frame itself', async () => {
    const session = openInspection(INFO, new StageTimes(), () => 0, NO_NETWORKS);
    for (const frame of clip(12, 10)) {
      const inspected = await session.inspect({ frame }, []);
      expect(session.noise(inspected)).toBe(inspected.noise);
    }
  });
});
