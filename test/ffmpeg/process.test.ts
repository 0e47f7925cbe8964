import { describe, expect, it } from 'vitest';
import { LineLog, run, start } from '../../src/ffmpeg/process.js';

const node = process.execPath;

describe('a line log', () => {
  it('counts every line, and keeps the first and the last', () => {
    const log = new LineLog();
    for (let n = 0; n < 1000; n++) log.push(`line ${n}\n`);
    log.push('a line without an end');
    log.end();
    expect(log.count).toBe(1001);
    expect(log.lines).toHaveLength(60);
    expect(log.lines[0]).toBe('line 0');
    expect(log.lines.at(-1)).toBe('a line without an end');
  });

  it('joins lines that come in pieces, skips empty ones, and cuts endless ones', () => {
    const log = new LineLog();
    for (const piece of ['one', ' two\n\n', '\r\nthree\rfo', 'ur\n']) log.push(piece);
    for (let n = 0; n < 1000; n++) log.push('x'.repeat(1000));
    log.end();
    expect(log.lines.slice(0, 3)).toEqual(['one two', 'three', 'four']);
    expect(log.lines[3]).toHaveLength(400);
  });
});

describe('a process', () => {
  it('gives its output and how it ended', async () => {
    const script =
      'process.stdin.pipe(process.stdout); console.error("said"); process.exitCode = 3';
    const { exit, stdout, stderr } = await run(node, ['-e', script], { input: Buffer.from('in') });
    expect(exit).toEqual({ code: 3, signal: null });
    expect(stdout.toString()).toBe('in');
    expect(stderr.lines).toEqual(['said']);
  });

  it('that does not exist ends with an error, not an exception', async () => {
    const { exit } = await run('/nowhere/at-all', []);
    expect(exit.error?.message).toContain('ENOENT');
  });

  it('that says too much is ended', async () => {
    const script = 'setInterval(() => process.stdout.write("x".repeat(1000)), 0)';
    const { exit } = await run(node, ['-e', script], { maxBytes: 5000 });
    expect(exit.signal).toBe('SIGKILL');
  });

  it('is killed though nobody reads its output, twice without harm', async () => {
    const script = 'setInterval(() => process.stdout.write("x".repeat(1e6)), 0)';
    const child = start({ command: node, args: ['-e', script], stdin: 'pipe', stdout: 'pipe' });
    child.kill();
    child.kill();
    expect((await child.exited).signal).toBe('SIGKILL');
    child.stdin?.write('nobody is there');
  });
});
