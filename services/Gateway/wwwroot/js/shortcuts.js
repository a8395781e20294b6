// Keys that work anywhere on the page.

const isTyping = (element) => element?.matches('input:not([type=file]), textarea, select, [contenteditable]');

/** @param {{write: () => void, newDialogue: () => void, escape: () => void}} actions */
export function startShortcuts({ write, newDialogue, escape }) {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      event.preventDefault();
      write();
    } else if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      newDialogue();
    } else if (event.key === 'Escape' && !event.isComposing) {
      escape();
    }
  });
}
