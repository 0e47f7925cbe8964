/** The line of counts that ends `npm test`. */
import { expect, it } from 'vitest';
import { summarise } from '../../scripts/run-tests.mjs';

const results = (more: object) => ({
  success: true,
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...more,
});

it('counts what passed, failed and was skipped', () => {
  expect(summarise(results({}), false)).toEqual({
    line: '7 passed, 0 failed, 0 skipped',
    ok: true,
  });
});

it('counts a test file that does not load as a failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  const summary = summarise(results({ success: false, testResults }), false);
  expect(summary).toEqual({ line: '7 passed, 1 failed, 0 skipped', ok: false });
});

it('takes a skipped test for a failure in CI only', () => {
  expect(summarise(results({ numPendingTests: 2 }), false).ok).toBe(true);
  expect(summarise(results({ numPendingTests: 2 }), true).ok).toBe(false);
});
