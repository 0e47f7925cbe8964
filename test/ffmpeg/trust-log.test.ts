/** Which pictures are trusted after errors and losses. */
import { expect, it } from 'vitest';
import { TrustLog } from '../../src/ffmpeg/trust-log.js';

/** Verdicts on pictures: `K` key, `p` predicted; before them `e` an error, `l` a loss. */
function verdicts(story: string): string {
  const log = new TrustLog();
  let pictures = 0;
  for (const letter of story) {
    if (letter === 'e') log.error();
    else if (letter === 'l') log.loss();
    else {
      log.shown(letter === 'K');
      pictures++;
    }
  }
  return Array.from({ length: pictures }, (_, index) => (log.of(index) === true ? '+' : '-')).join(
    '',
  );
}

it.each([
  ['trusts what came whole', 'KpppKp', '++++++'],
  ['distrusts from an error to the next key frame', 'KpeppKp', '++--++'],
  ['distrusts a key frame that is broken itself, and what it predicts', 'KpeKppKp', '++---++'],
  ['distrusts from lost packets to a key frame that came whole', 'KlppKpl', '+--++'],
  ['takes a loss before a key frame for one of the picture before', 'KplKpp', '+++++'],
])('%s', (_, story, expected) => {
  expect(verdicts(story)).toBe(expected);
});

it('knows nothing of pictures to come', () => {
  const log = new TrustLog();
  expect(log.of(0)).toBeUndefined();
  log.shown(true);
  expect(log.of(0)).toBe(true);
  expect(log.of(1)).toBeUndefined();
});
