/** The whole way: a real RTSP camera, `relens live` as a process, and the page in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, type Running } from '../e2e/relens.js';
import { makeClip } from '../live/access-units.js';
import { RtspCamera } from '../live/rtsp-camera.js';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium.js';

const PASSWORD = 'never-seen-42';
/** Milliseconds within which a viewer is told that a camera hangs, and sees a first picture. */
const TOLD_MS = 2500;
const JOINED_MS = 1000;
const executable = findChromium();

describe.skipIf(executable === undefined)(`live (skipped when there is ${NO_CHROMIUM})`, () => {
  let camera: RtspCamera;
  let running: Running;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    const clips = [makeClip({ size: '160x96', rate: 5 })];
    camera = await new RtspCamera({ clips, auth: 'digest', password: PASSWORD }).start();
    running = start(['live', '--port', '0', camera.url(`cam:${PASSWORD}`)]);
    url = await new Promise((resolve) => {
      running.child.stdout!.on('data', (text: Buffer) => {
        const [, found] = /watch at (\S+)/.exec(text.toString()) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    browser = await launchChromium(executable!);
  });
  afterAll(async () => {
    await browser.close();
    running.child.kill('SIGINT');
    const { code } = await running.ended;
    expect(code).toBe(0);
    await camera.kill();
  });

  /** What the picture looks like, as one text; empty while there is none. */
  const look = (page: Page) =>
    page.evaluate(() => {
      const canvas = document.querySelector('canvas');
      if (canvas?.width !== 160) return '';
      return canvas.getContext('2d')!.getImageData(0, 48, 160, 1).data.join();
    });

  it('shows the camera, says that it is gone, shows it again, and never its password', async () => {
    const page = await browser.newPage();
    await page.goto(`${url}/#camera`);
    const patience = { timeout: 30_000 };
    await expect.poll(() => look(page), patience).not.toBe('');
    const before = await look(page);
    await expect.poll(() => look(page), patience).not.toBe(before);
    camera.frozen = true;
    const frozen = performance.now();
    // Looked for with each frame that the browser draws.
    await page.waitForFunction(() => document.querySelector('.veil:not([hidden])') !== null);
    expect(performance.now() - frozen).toBeLessThan(TOLD_MS);
    await page.getByText(/Last picture \d\d:\d\d:\d\d/).waitFor(patience);
    await expect.poll(() => page.locator('.veil').innerText()).toMatch(/camera/i);
    camera.frozen = false;
    await page.locator('.veil').waitFor({ state: 'hidden', ...patience });
    const back = await look(page);
    await expect.poll(() => look(page), patience).not.toBe(back);
    // Who comes later is not made to wait for the next key frame.
    const late = await browser.newPage();
    await late.goto(`${url}/#camera`, { waitUntil: 'commit' });
    await late.waitForFunction(() => document.querySelector('.camera') !== null);
    const opened = performance.now();
    await late.waitForFunction(
      () =>
        document.querySelector('canvas')?.width === 160 && !document.querySelector('.in-trouble'),
    );
    expect(performance.now() - opened).toBeLessThan(JOINED_MS);
    await late.close();
    // Packets are lost: the picture that may be wrong is marked.
    camera.loss = 0.3;
    await page.getByText('stream damaged').waitFor(patience);
    camera.loss = 0;
    await page.getByText('stream damaged').waitFor({ state: 'hidden', ...patience });
    const said = await Promise.all(
      ['/api/cameras', '/api/events', '/metrics', '/readyz'].map(async (path) =>
        (await fetch(url + path)).text(),
      ),
    );
    expect(said.join() + (await page.content())).not.toContain(PASSWORD);
    await page.close();
  });
});
