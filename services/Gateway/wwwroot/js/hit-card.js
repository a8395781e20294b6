// A found picture with its score.
import { el, icon } from './dom.js';
import { pictureOf } from './pictures.js';

/** Items say in their payload which picture they are; those of other clients may be named by it. */
export function imageOf(hit) {
  const image = hit.payload?.image ?? hit.payload?.imageId;
  if (typeof image === 'string') return image;
  return hit.id.startsWith('img_') ? hit.id : null;
}

function nameOf(hit) {
  const path = hit.payload?.file ?? hit.payload?.path ?? hit.payload?.name ?? hit.id;
  return String(path).split(/[\\/]/).pop();
}

export function hitCard(hit, onOpen) {
  const imageId = imageOf(hit);
  const name = nameOf(hit);
  const score = hit.score.toFixed(2);
  const caption = [el('span', { class: 'hit-name' }, name), el('span', { class: 'hit-score', title: 'Similarity, at most 1' }, score)];
  if (!imageId) {
    return el('li', { class: 'hit', 'data-testid': 'search-hit' },
      el('div', { class: 'hit-card' }, el('span', { class: 'hit-frame' }, icon('picture', 'hit-placeholder')), el('span', { class: 'hit-caption' }, ...caption)));
  }
  return el('li', { class: 'hit', 'data-testid': 'search-hit' },
    el('button', {
      type: 'button',
      class: 'hit-card',
      title: `Talk about ${name}`,
      on: { click: () => onOpen(imageId) },
    }, el('span', { class: 'hit-frame' }, pictureOf(imageId)),
    el('span', { class: 'visually-hidden' }, 'Talk about '),
    el('span', { class: 'hit-caption' }, ...caption)));
}
