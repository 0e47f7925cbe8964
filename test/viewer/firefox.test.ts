/** The page in a browser of another make: the restored picture moves there too. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, TestHub, type Running } from '../server/test-hub.js';
import { SCENE } from '../server/scene.js';
import { findFirefox, launchFirefox, NO_FIREFOX, type Firefox } from './firefox.js';

const executable = findFirefox();

describe.skipIf(executable === undefined)(`Firefox (skipped when there is ${NO_FIREFOX})`, () => {
  let hub: TestHub;
  let server: Running;
  let browser: Firefox;

  beforeAll(async () => {
    hub = new TestHub('door');
    server = await startServer(hub);
    browser = await launchFirefox(executable!);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    server.stop();
    hub.close();
  });

  /** One row of the picture, through the moving square; empty while there is no picture. */
  const row = () =>
    browser.read(`(() => {
      const canvas = document.querySelector('canvas');
      if (canvas?.width !== ${SCENE.width}) return '';
      return canvas.getContext('2d').getImageData(0, 145, ${SCENE.width}, 1).data.join();
    })()`);

  it('shows the restored picture moving, and says that it is live', async () => {
    await browser.open(`${server.url}/#door`);
    const patience = { timeout: 30_000 };
    await expect.poll(row, patience).not.toBe('');
    const first = await row();
    expect(new Set(String(first).split(',')).size).toBeGreaterThan(4);
    await expect.poll(row, patience).not.toBe(first);
    expect(
      await browser.read(`document.querySelector('.veil:not([hidden])')?.textContent ?? ''`),
    ).toBe('');
    // How it came: by a decoder of video, not by single pictures.
    const figures = await browser.read('document.body.textContent');
    expect(figures).toMatch(/WebCodecs|Media Source/i);
  });
});
