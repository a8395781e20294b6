// Short messages at the edge of the page.
import { byId, el, icon } from './dom.js';

const shownFor = 7000;

/**
 * @param {string} message
 * @param {{label: string, run: () => void}} [action] Such as undo.
 * @param {() => void} [onGone] When it went without its action being used.
 */
export function toast(message, { action, onGone, isError = false } = {}) {
  let timer;
  const before = document.activeElement;
  const close = (used = false) => {
    clearTimeout(timer);
    if (!box.isConnected) return;
    // Who closed it by keyboard goes on where they were, not at the top of the page.
    const hadFocus = box.contains(document.activeElement);
    box.remove();
    if (hadFocus) (before?.isConnected ? before : byId('main')).focus();
    if (!used) onGone?.();
  };
  const box = el('div', { class: isError ? 'toast error' : 'toast', role: isError ? 'alert' : 'status' },
    el('p', { class: 'toast-text' }, message),
    action && el('button', { type: 'button', class: 'toast-action', on: { click: () => { close(true); action.run(); } } }, action.label),
    el('button', { type: 'button', class: 'icon-button small', 'aria-label': 'Dismiss', on: { click: () => close() } }, icon('close')));

  // Whoever reads or is about to press the button is not hurried.
  const wait = () => { clearTimeout(timer); timer = setTimeout(close, shownFor); };
  const hold = () => clearTimeout(timer);
  for (const name of ['pointerenter', 'focusin']) box.addEventListener(name, hold);
  for (const name of ['pointerleave', 'focusout']) box.addEventListener(name, wait);

  byId('toasts').append(box);
  wait();
  return { close };
}
