/** A camera's book: what is said of a network that is late, and of recordings that cannot be written. */
import { expect, it } from 'vitest';
import type { CameraFigures } from '../../src/frame/live-seams.js';
import { CameraBook } from '../../src/telemetry/camera-book.js';
import { EventLog } from '../../src/telemetry/event-log.js';
import { LaneFigures } from '../../src/telemetry/lane-figures.js';

const figures = (passedThroughShare: number, frames = 100): CameraFigures => ({
  ...new LaneFigures().now(),
  ...{ passedThroughShare, frames, networkMs: { p50: 212, p99: 300 } },
});

function open() {
  const events = new EventLog();
  const book = new CameraBook('door', 'rtsp://10.0.0.7/stream', events);
  const told = (kind: string) => events.all().filter((event) => event.kind === kind);
  return { book, told };
}

it('says that frames go unrestored, how many and why, and when it is over', () => {
  const { book, told } = open();
  book.judge(figures(0.9, 20));
  book.judge(figures(0.4));
  expect(told('late')).toEqual([]);
  book.judge(figures(0.63));
  book.judge(figures(0.3));
  expect(told('late')).toHaveLength(1);
  expect(told('late')[0]!.text).toBe(
    'the network is late for 63 % of the frames, it takes 212 ms a frame: set maxWidth, or fewer cameras',
  );
  expect(told('late')[0]!.end).toBeUndefined();
  book.judge(figures(0.1));
  expect(told('late')[0]!.end).toBeDefined();
});

it('says once that nothing can be recorded, and when it can be again', () => {
  const { book, told } = open();
  book.recorded();
  book.recordFailed('the disk is full');
  book.recordFailed('the disk is full');
  expect(told('record-failed')).toMatchObject([{ text: 'the disk is full' }]);
  expect(told('record-failed')[0]!.end).toBeUndefined();
  book.recorded();
  expect(told('record-failed')[0]!.end).toBeDefined();
});

it('ends what lasted when the camera is removed', () => {
  const { book, told } = open();
  book.link({ status: 'stalled', reason: 'no picture came' });
  book.recordFailed('the disk is full');
  book.close();
  for (const kind of ['stalled', 'record-failed']) expect(told(kind)[0]!.end).toBeDefined();
  expect(book.state).toMatchObject({ status: 'stopped', reason: 'the camera was removed' });
});
