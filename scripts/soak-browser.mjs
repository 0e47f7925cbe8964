/** A real browser that watches one camera, for the soak: reads the clock from what the page shows. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * @param {string} address of the live page
 * @param {{ width: number, height: number, cell: number }} picture
 */
export async function openBrowser(address, { width, cell }) {
  const { RELENS_CHROMIUM: named } = process.env;
  const executablePath = named ?? PATHS.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error('no Chromium was found: install it, or name one with RELENS_CHROMIUM');
  }
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
  const page = await browser.newPage();
  await page.goto(address);
  // As text, for it runs in the page and not here.
  const look = `(() => {
    const canvas = document.querySelector('canvas');
    if (canvas?.width !== ${width}) return undefined;
    const row = canvas.getContext('2d')?.getImageData(0, ${cell / 2}, ${width}, 1).data;
    if (row === undefined) return undefined;
    const luma = Array.from({ length: ${width} }, (_, x) => row[4 * x] ?? 0);
    return { now: Date.now(), luma };
  })()`;
  return {
    /**
     * Luma of the picture's first rows as shown, one row of squares; undefined while there is none.
     * @returns {Promise<{ now: number, luma: number[] } | undefined>}
     */
    read: () => page.evaluate(look),
    close: () => browser.close(),
  };
}
