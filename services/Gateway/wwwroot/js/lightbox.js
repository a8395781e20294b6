// One picture, large. A modal <dialog> brings the focus trap and Esc with it.
import { byId, el, icon } from './dom.js';
import { pictureOf } from './pictures.js';

export function startLightbox() {
  const dialog = byId('lightbox');
  dialog.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.replaceChildren());
}

export function enlarge(imageId, alt) {
  const dialog = byId('lightbox');
  dialog.replaceChildren(
    el('button', { type: 'button', class: 'icon-button lightbox-close', 'aria-label': 'Close' }, icon('close')),
    pictureOf(imageId, alt),
  );
  dialog.showModal();
}
