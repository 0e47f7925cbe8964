/** The list of keys. */
import { button, element, key } from './dom.js';

const KEYS: readonly (readonly [keys: readonly string[], words: string])[] = [
  [['G', 'Esc'], 'all cameras'],
  [['1', '…', '9'], 'one camera, large'],
  [['[', ']'], 'the camera before, the next'],
  [['O'], 'the original'],
  [['W'], 'both, with the wipe in the middle'],
  [['R'], 'the restored picture'],
  [['←', '→'], 'move the wipe'],
  [['M'], 'what was to be repaired'],
  [['P'], 'where each part comes from'],
  [['S'], 'save original and restored with a manifest'],
  [['F'], 'full screen'],
  [['T'], 'light, dark, or as the system'],
  [['?'], 'this help'],
];

export function helpDialog(): HTMLDialogElement {
  const list = element('dl', { class: 'keys' });
  for (const [keys, words] of KEYS) {
    const shown = element('dt');
    keys.forEach((name) => {
      shown.append(key(name), ' ');
    });
    list.append(element('div', {}, shown, element('dd', {}, words)));
  }
  const dialog = element('dialog', { class: 'card', 'aria-label': 'Keys' });
  const close = button('Close', () => {
    dialog.close();
  });
  dialog.append(element('h2', {}, 'Keys'), list, close);
  return dialog;
}
