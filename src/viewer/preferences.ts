/** What a visitor chose, kept in the browser; without storage it lasts as long as the page. */
import type { Choices } from './single.js';

export type Theme = 'auto' | 'light' | 'dark';

interface Preferences extends Choices {
  theme: Theme;
}

const NAME = 'relens';
const DEFAULTS: Preferences = { wipe: 0, mask: false, provenance: false, theme: 'auto' };

export function loadPreferences(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Preferences>;
    const wipe = typeof kept.wipe === 'number' ? Math.min(1, Math.max(0, kept.wipe)) : 0;
    return { ...DEFAULTS, ...kept, wipe };
  } catch {
    return { ...DEFAULTS };
  }
}

export function keepPreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(preferences));
  } catch {
    // Private windows may have no storage.
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function nextTheme(theme: Theme): Theme {
  return theme === 'auto' ? 'light' : theme === 'light' ? 'dark' : 'auto';
}
