import { expect, it } from 'vitest';
import { isBlank } from '../../src/frame/blank.js';

it('tells what is empty from what is not, whatever the length', () => {
  for (const length of [0, 1, 5, 4096, 3]) {
    const cells = new Uint8Array(length + 1).subarray(1);
    expect(isBlank(cells)).toBe(true);
    if (length === 0) continue;
    cells[length - 1] = 1;
    expect(isBlank(cells)).toBe(false);
  }
});
