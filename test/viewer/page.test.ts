/** The page in a real browser, with a server whose cameras play an encoded scene. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startServer, TestHub, type Running } from '../server/test-hub.js';
import { DIRT } from '../server/scene.js';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium.js';
import { lumaAt, readClock, squareAt } from './page-picture.js';

const executable = findChromium();

describe.skipIf(executable === undefined)(`the page (skipped when there is ${NO_CHROMIUM})`, () => {
  let hub: TestHub;
  let server: Running;
  let browser: Browser;
  let page: Page;
  const wrong: string[] = [];

  beforeAll(async () => {
    hub = new TestHub('door', 'yard');
    server = await startServer(hub);
    browser = await launchChromium(executable!);
  });
  afterEach(async () => {
    await page.context().close();
    expect(wrong.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    server.stop();
    hub.close();
  });

  async function visit(address: string, options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext(options);
    page = await context.newPage();
    page.on('pageerror', (error) => wrong.push(error.message));
    await page.goto(server.url + address);
  }

  /** The square of the scene has gone on: the picture moves. */
  async function moves(): Promise<void> {
    const first = await picture(squareAt);
    await expect.poll(() => picture(squareAt), { timeout: 15_000 }).not.toBe(first);
  }

  /** Once there is a picture. */
  async function picture<T>(read: (page: Page) => Promise<T | undefined>): Promise<T> {
    let value: T | undefined;
    await expect
      .poll(async () => (value = await read(page)), { timeout: 15_000, interval: 30 })
      .toBeDefined();
    return value!;
  }

  const dirt = { x: DIRT.x + 30, y: DIRT.y + 30 };
  const dirtLuma = () => lumaAt(page, dirt.x, dirt.y);

  it('marks a picture whose view is wrong, and says what and since when', async () => {
    await visit('/#door');
    await moves();
    const text = 'the same picture again and again';
    hub.happen('door', 'frozen', text);
    hub
      .camera('door')!
      .tell({ status: 'live', view: [{ kind: 'frozen', since: Date.now(), text }] });
    const pill = page.locator('.view-troubles .pill');
    await pill.waitFor();
    expect(await pill.innerText()).toBe('frozen');
    expect(await pill.getAttribute('title')).toMatch(/^the same picture .*, since \d\d:\d\d/);
    await page.locator('.events li[data-view]', { hasText: `frozen: ${text}` }).waitFor();
    hub.camera('door')!.tell({ status: 'live', view: [] });
    await pill.waitFor({ state: 'detached' });
  });

  it('shows the restored picture moving, and the original by the wipe', async () => {
    await visit('/#door');
    await moves();
    expect(await dirtLuma()).toBeGreaterThan(60);
    await page.getByRole('button', { name: 'Original' }).click();
    await expect.poll(dirtLuma).toBeLessThan(45);
    // The slider, by its keys: restored again from the right on.
    await page.getByRole('slider').focus();
    await page.keyboard.press('Home');
    await expect.poll(dirtLuma).toBeGreaterThan(60);
    // And by dragging over the picture: the dirt, on the left, is original again.
    const box = (await page.locator('.camera').boundingBox())!;
    await page.mouse.move(box.x + 20, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 3 });
    await page.mouse.up();
    await expect.poll(dirtLuma).toBeLessThan(45);
    expect(await page.getByRole('slider').inputValue()).toBe('70');
  });

  it('colours provenance and outlines the mask, with a legend', async () => {
    await visit('/#door');
    await moves();
    const colour = () =>
      page.evaluate(
        ({ x, y }) => [
          ...document.querySelector('canvas')!.getContext('2d')!.getImageData(x, y, 1, 1).data,
        ],
        dirt,
      );
    const legend = page.getByRole('list', { name: 'Legend' });
    expect(await legend.isVisible()).toBe(false);
    await page.keyboard.press('p');
    // Recovered is green.
    await expect
      .poll(async () => {
        const [red, green] = await colour();
        return green! - red!;
      })
      .toBeGreaterThan(30);
    expect(await legend.isVisible()).toBe(true);
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Mask' }).click();
    await expect
      .poll(async () => {
        const [red, , blue] = await colour();
        return red! - blue!;
      })
      .toBeGreaterThan(20);
    expect(await page.getByRole('button', { name: 'Mask' }).getAttribute('aria-pressed')).toBe(
      'true',
    );
  });

  it('leads by keys from all cameras to one and back, and explains them', async () => {
    await visit('/');
    await expect.poll(() => page.locator('.tile').count()).toBe(2);
    await page.keyboard.press('2');
    await page.getByRole('region', { name: 'Camera yard' }).waitFor();
    await page.keyboard.press(']');
    await page.getByRole('region', { name: 'Camera door' }).waitFor();
    await page.keyboard.press('w');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('slider').inputValue()).toBe('52');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('f');
    await page.waitForFunction(() => document.fullscreenElement !== null);
    await page.keyboard.press('f');
    await page.waitForFunction(() => document.fullscreenElement === null);
    await page.keyboard.press('g');
    await expect.poll(() => page.locator('.tile').count()).toBe(2);
    // Every control can be reached by Tab and has words.
    const nameless = page.locator('button:not([aria-label])').filter({ hasNotText: /\S/ });
    expect(await nameless.count()).toBe(0);
  });

  it('says in words that a camera stalled, with the time of the last picture, and when it is back', async () => {
    await visit('/#yard');
    await moves();
    hub.camera('yard')!.stall('no picture came for 2 s');
    hub.happen('yard', 'stalled', 'no picture came for 2 s');
    const veil = page.locator('.veil');
    await veil.waitFor();
    await expect
      .poll(() => veil.innerText())
      .toMatch(
        /No picture from the camera\s+No picture came for 2 s\. Trying again in \d s\.\s+Last picture \d\d:\d\d:\d\d, \d+ s ago/,
      );
    const filter = () =>
      page.evaluate(() => getComputedStyle(document.querySelector('canvas')!).filter);
    await expect.poll(filter).toContain('grayscale(1)');
    await page.getByRole('region', { name: 'Events' }).getByText('no picture came').waitFor();
    hub.camera('yard')!.play();
    await veil.waitFor({ state: 'hidden' });
    await moves();
  });

  it('marks a picture that stands still though nothing was said', async () => {
    await visit('/#yard');
    await moves();
    hub.camera('yard')!.stall('', false);
    await page.getByText('No picture arrives here').waitFor({ timeout: 5000 });
    hub.camera('yard')!.play();
    await page.locator('.veil').waitFor({ state: 'hidden' });
  });

  it('says that the server is gone, and goes on by itself when it is back', async () => {
    await visit('/#door');
    await moves();
    const { port } = server;
    server.stop();
    await page.getByText('No connection to Relens').waitFor();
    await page.getByText(/Last picture \d\d:/).waitFor();
    server = await startServer(hub, { port });
    await page.locator('.veil').waitFor({ state: 'hidden' });
    await moves();
  });

  it('follows cameras that are added and removed', async () => {
    await visit('/');
    await expect.poll(() => page.locator('.tile').count()).toBe(2);
    hub.add({ name: 'gate', url: 'rtsp://gate/' });
    await expect.poll(() => page.locator('.tile').count()).toBe(3);
    hub.remove('gate');
    await expect.poll(() => page.locator('.tile').count()).toBe(2);
  });

  it('saves a snapshot of both with a manifest', async () => {
    await visit('/#door');
    await moves();
    const download = page.waitForEvent('download');
    await page.keyboard.press('s');
    expect((await download).suggestedFilename()).toMatch(/^door-.*\.zip$/);
    await page.getByText(/^Saved door-/).waitFor();
  });

  it.each(['webcodecs', 'mse', 'jpeg'])(
    'by %s shows what was seen less than a second ago',
    async (way) => {
      await visit(`/?decoder=${way}#door`);
      await moves();
      const latencies: number[] = [];
      while (latencies.length < 10) latencies.push(await picture(readClock));
      latencies.sort((a, b) => a - b);
      expect(latencies[0]).toBeGreaterThanOrEqual(0);
      expect(latencies[5]).toBeLessThan(1000);
      await page.getByText(/\d+ of 25/).waitFor();
    },
  );

  it('fits a phone, in light and dark', async () => {
    await visit('/#door', {
      viewport: { width: 360, height: 740 },
      isMobile: true,
      colorScheme: 'dark',
    });
    await moves();
    const { width, background } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      background: getComputedStyle(document.body).backgroundColor,
    }));
    expect(width).toBeLessThanOrEqual(360);
    await page.keyboard.press('t');
    const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(light).not.toBe(background);
    const buttons = await page.locator('.tools .button').all();
    for (const button of buttons) {
      expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    }
  });
});
