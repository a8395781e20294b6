// Dark and light: the system decides until the user does, then the choice is remembered.
import { byId, icon } from './dom.js';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

function current() {
  return document.documentElement.dataset.theme ?? (systemIsDark.matches ? 'dark' : 'light');
}

export function startTheme() {
  const button = byId('theme-toggle');

  const show = () => {
    const isDark = current() === 'dark';
    const label = `Switch to the ${isDark ? 'light' : 'dark'} theme`;
    button.replaceChildren(icon(isDark ? 'sun' : 'moon'));
    button.setAttribute('aria-label', label);
    button.title = label;
  };

  button.addEventListener('click', () => {
    const theme = current() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem('theme', theme);
    } catch {
      // Not remembered, but switched.
    }
    show();
  });
  systemIsDark.addEventListener('change', show);
  show();
}
