/** What reaches stderr: whole log lines, and a progress line only where somebody watches. */
import { describe, expect, it } from 'vitest';
import { createLogger, logLevel } from '../../src/telemetry/logger.js';
import { clockTime, ProgressLine, progressText } from '../../src/telemetry/progress.js';
import { Terminal } from '../../src/telemetry/terminal.js';

class FakeStream {
  written: string[] = [];
  readonly columns = 60;
  constructor(readonly isTTY: boolean) {}
  write(text: string): void {
    this.written.push(text);
  }
}

describe('the progress line', () => {
  it('says frames, share, speed and time left', () => {
    expect(progressText('street.mp4', { frames: 120, frameCount: 500 }, 6000)).toBe(
      'street.mp4  120/500 frames  24 %  20.0 fps  0:19 left',
    );
  });

  it('says only frames and speed when the length is unknown', () => {
    expect(progressText('a.h264', { frames: 50 }, 2000)).toBe('a.h264  50 frames  25.0 fps');
  });

  it('stays at 100 % when a file holds more frames than it announced', () => {
    expect(progressText('a', { frames: 12, frameCount: 10 }, 1000)).toContain('100 %');
  });

  it('is silent when stderr is not a terminal', () => {
    const stream = new FakeStream(false);
    const line = new ProgressLine(new Terminal(stream), () => 0);
    line.start('a');
    line.update({ frames: 1, frameCount: 2 });
    line.stop();
    expect(stream.written).toEqual([]);
  });

  it('is redrawn at most ten times a second, but always for the last frame', () => {
    const stream = new FakeStream(true);
    let now = 0;
    const line = new ProgressLine(new Terminal(stream), () => now);
    line.start('a');
    for (let frames = 1; frames <= 50; frames++) {
      now += 10;
      line.update({ frames, frameCount: 50 });
    }
    const drawn = stream.written.filter((text) => text.includes('frames'));
    expect(drawn).toHaveLength(6);
    expect(drawn.at(-1)).toContain('50/50 frames');
  });

  it('never wraps and leaves nothing behind', () => {
    const stream = new FakeStream(true);
    const terminal = new Terminal(stream);
    terminal.status('x'.repeat(200));
    terminal.status('');
    expect(stream.written[0]).toBe(`\r\u001b[K${'x'.repeat(59)}`);
    expect(stream.written.at(-1)).toBe('\r\u001b[K');
  });

  it('steps aside for a log line and comes back', () => {
    const stream = new FakeStream(true);
    const terminal = new Terminal(stream);
    terminal.status('working');
    terminal.line('relens: hello');
    expect(stream.written.at(-1)).toBe('\r\u001b[Krelens: hello\nworking');
  });
});

describe('log lines', () => {
  it('are plain text with the values behind', () => {
    const stream = new FakeStream(false);
    const logger = createLogger(new Terminal(stream), 'info');
    logger.info('reading');
    logger.warn({ frames: 3, input: 'a.mp4' }, 'the file ends early');
    logger.debug('unseen');
    expect(stream.written).toEqual([
      'relens: reading\n',
      'relens: warning: the file ends early (frames=3, input=a.mp4)\n',
    ]);
  });

  it('follow the flags, then RELENS_LOG, then info', () => {
    expect(logLevel({ quiet: true }, { RELENS_LOG: 'trace' })).toBe('error');
    expect(logLevel({ verbose: true }, {})).toBe('debug');
    expect(logLevel({}, { RELENS_LOG: 'trace' })).toBe('trace');
    expect(logLevel({}, { RELENS_LOG: 'loud' })).toBe('info');
  });
});

it('writes times as a clock', () => {
  expect([clockTime(0), clockTime(65.4), clockTime(3723)]).toEqual(['0:00', '1:05', '1:02:03']);
});
