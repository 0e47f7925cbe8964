/** A real browser for the page's tests. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Undefined when there is none: RELENS_CHROMIUM names one elsewhere. */
export function findChromium(): string | undefined {
  const named = process.env['RELENS_CHROMIUM'];
  return [...(named === undefined ? [] : [named]), ...PATHS].find((path) => existsSync(path));
}

export const NO_CHROMIUM = 'no Chromium: install it, or name one with RELENS_CHROMIUM';

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Containers run as root and have a small /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}
