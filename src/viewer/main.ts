/** The page: all cameras or one, and the keys that lead through it. */
import { byId, button, element, say } from './dom.js';
import { Grid } from './grid.js';
import { helpDialog } from './help.js';
import { applyTheme, keepPreferences, loadPreferences, nextTheme } from './preferences.js';
import { Single } from './single.js';
import { World } from './world.js';

const REFRESH_MS = 250;

const preferences = loadPreferences();
const content = byId('content');
const empty = byId('empty');
const link = byId('link');
const help = helpDialog();
let shown: Grid | Single | undefined;

const world = new World({
  onCameras: () => {
    if (shown instanceof Grid) shown.update();
    route();
  },
  onChange: refresh,
  onBack: () => {
    for (const view of views()) view.feed.retryNow();
  },
});

function views() {
  if (shown instanceof Grid) return [...shown.views];
  return shown === undefined ? [] : [shown.view];
}

/** `#yard` is the camera of that name, anything else all of them. */
const chosenName = () => decodeURIComponent(window.location.hash.slice(1));

function open(name: string): void {
  window.location.hash = name === '' ? '' : encodeURIComponent(name);
}

function route(): void {
  const name = chosenName();
  const wanted = name !== '' && (world.states.has(name) || world.retryAt !== undefined) ? name : '';
  const now = shown instanceof Single ? shown.view.name : shown === undefined ? undefined : '';
  empty.hidden = world.states.size > 0 || world.retryAt !== undefined || wanted !== '';
  if (now !== wanted) {
    shown?.close();
    shown =
      wanted === ''
        ? new Grid(world, open)
        : new Single(wanted, world, preferences, () => keepPreferences(preferences));
    content.append(shown.root);
    document.title = wanted === '' ? 'Relens' : `${wanted} – Relens`;
  }
  toGrid.hidden = wanted === '';
  refresh();
}

function refresh(): void {
  const { retryAt } = world;
  link.dataset['kind'] = retryAt === undefined ? 'live' : retryAt === 0 ? 'wait' : 'bad';
  const live = [...world.states.values()].filter(({ status }) => status === 'live').length;
  const count = `${live} of ${world.states.size} live`;
  say(link, retryAt === undefined ? count : retryAt === 0 ? 'connecting' : 'no connection');
  if (shown instanceof Single) shown.refresh();
  else for (const view of views()) view.refresh();
}

function step(by: number): void {
  const { names } = world;
  const at = shown instanceof Single ? names.indexOf(shown.view.name) : by > 0 ? -1 : 0;
  const next = names[(at + by + names.length) % Math.max(1, names.length)];
  if (next !== undefined) open(next);
}

function changeTheme(): void {
  preferences.theme = nextTheme(preferences.theme);
  applyTheme(preferences.theme);
  keepPreferences(preferences);
  say(byId('said'), `Theme: ${preferences.theme}`);
}

function showHelp(): void {
  if (help.open) help.close();
  else help.showModal();
}

/** What a key does; those of the wipe only where there is one. */
function press(name: string): boolean {
  const single = shown instanceof Single ? shown : undefined;
  const digit = /^[1-9]$/.test(name) ? world.names[Number(name) - 1] : undefined;
  if (digit !== undefined) open(digit);
  else if (name === 'g' || (name === 'Escape' && document.fullscreenElement === null)) open('');
  else if (name === '[') step(-1);
  else if (name === ']') step(1);
  else if (name === 't') changeTheme();
  else if (name === '?') showHelp();
  else if (single === undefined) return false;
  else if (name === 'o') single.setWipe(1);
  else if (name === 'w') single.setWipe(0.5);
  else if (name === 'r') single.setWipe(0);
  else if (name === 'ArrowLeft') single.moveWipe(-1);
  else if (name === 'ArrowRight') single.moveWipe(1);
  else if (name === 'm') single.toggle('mask');
  else if (name === 'p') single.toggle('provenance');
  else if (name === 's') void single.snapshot();
  else if (name === 'f') void single.fullScreen();
  else return false;
  return true;
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // A dialog has keys of its own, and so has the slider.
  if (help.open && event.key !== '?') return;
  if (event.target instanceof HTMLInputElement && event.key.startsWith('Arrow')) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (press(name)) event.preventDefault();
});

const toGrid = button('All cameras', () => open(''), { keyName: 'G', icon: '▦' });
byId('tools').append(
  toGrid,
  button('Theme', changeTheme, { keyName: 'T', icon: '◐' }),
  button('Keys', showHelp, { keyName: '?', icon: '?' }),
);
document.body.append(help, element('p', { id: 'said', class: 'unseen', role: 'status' }));
applyTheme(preferences.theme);
window.addEventListener('hashchange', route);
window.setInterval(refresh, REFRESH_MS);
route();
