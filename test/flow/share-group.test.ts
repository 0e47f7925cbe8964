/** shareGroup: one source, a quick start for the late, a rest after the last. */
import { Observable, Subject, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import { shareGroup } from '../../src/flow/share-group.js';

const LINGER_MS = 5;

function bench() {
  const items = new Subject<string>();
  const scheduler = new VirtualTimeScheduler();
  const counts = { begun: 0, running: 0 };
  const source = new Observable<string>((viewer) => {
    counts.begun++;
    counts.running++;
    const inner = items.subscribe(viewer);
    return () => {
      counts.running--;
      inner.unsubscribe();
    };
  });
  const shared = source.pipe(shareGroup((item) => item === 'K', LINGER_MS, scheduler));
  const view = () => {
    const seen: string[] = [];
    return { seen, subscription: shared.subscribe((item) => seen.push(item)) };
  };
  const send = (text: string) => text.split(/(?=.)/).forEach((item) => items.next(item));
  return { items, scheduler, counts, shared, view, send };
}

it('gives who comes late the group that runs, from its beginning, and subscribes once', () => {
  const { view, send, counts } = bench();
  const first = view();
  send('aKbKcd');
  const late = view();
  send('e');
  expect(first.seen.join('')).toBe('aKbKcde');
  expect(late.seen.join('')).toBe('Kcde');
  expect(counts.begun).toBe(1);
});

it('gives nothing of a group whose beginning was not seen', () => {
  const { view, send } = bench();
  view();
  send('abc');
  expect(view().seen).toEqual([]);
});

it('leaves the source a while after the last viewer, and not when one comes back', () => {
  const { view, send, counts, scheduler } = bench();
  const first = view();
  send('Ka');
  first.subscription.unsubscribe();
  expect(counts.running).toBe(1);
  const back = view();
  scheduler.flush();
  expect(counts.running).toBe(1);
  expect(back.seen.join('')).toBe('Ka');
  back.subscription.unsubscribe();
  scheduler.flush();
  expect(counts.running).toBe(0);
  // What was seen before the rest is old.
  expect(view().seen).toEqual([]);
  expect(counts.begun).toBe(2);
});

it('ends and fails for all viewers, and can be taken up again', () => {
  const { items, shared, counts } = bench();
  const errors: unknown[] = [];
  shared.subscribe({ error: (error: unknown) => errors.push(error) });
  shared.subscribe({ error: (error: unknown) => errors.push(error) });
  items.error(new Error('gone'));
  expect(errors).toHaveLength(2);
  expect(counts.running).toBe(0);
});
