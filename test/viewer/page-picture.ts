/** Reads what the page really shows from its canvas. */
import type { Page } from 'playwright-core';
import { checkOf, CLOCK, SCENE } from '../server/scene.js';

/** Luma of one pixel of the picture; undefined while there is none. */
export async function lumaAt(page: Page, x: number, y: number): Promise<number> {
  return (await row(page, y))?.[x] ?? Number.NaN;
}

/** Where the white square begins; undefined while there is no picture. */
export async function squareAt(page: Page): Promise<number | undefined> {
  const luma = await row(page, 145);
  const at = luma?.findIndex((value) => value > 190) ?? -1;
  return at < 0 ? undefined : at;
}

/** Milliseconds since the burnt-in clock was drawn; undefined when it cannot be read. */
export async function readClock(page: Page): Promise<number | undefined> {
  const luma = await row(page, CLOCK.height / 2);
  if (luma === undefined) return undefined;
  const now = Date.now() % 2 ** CLOCK.bits;
  let bits = 0;
  for (let bar = 0; bar < CLOCK.bars; bar++) {
    bits = bits * 2 + ((luma[bar * CLOCK.width + CLOCK.width / 2] ?? 0) > 125 ? 1 : 0);
  }
  const clock = Math.floor(bits / 64);
  return checkOf(clock) === bits % 64 ? now - clock : undefined;
}

/** Grey values of one row of the picture; undefined while there is none. */
async function row(page: Page, y: number): Promise<number[] | undefined> {
  return page.evaluate(
    ({ at, width }) => {
      const canvas = document.querySelector('canvas');
      if (canvas?.width !== width) return undefined;
      const { data } = canvas.getContext('2d')!.getImageData(0, at, width, 1);
      return Array.from({ length: width }, (_, x) => data[x * 4] ?? 0);
    },
    { at: y, width: SCENE.width },
  );
}
