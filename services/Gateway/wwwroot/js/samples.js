// Pictures to start with, for whoever has none at hand.
import { byId, el } from './dom.js';

const mostShown = 8;

/** @param {(file: File) => Promise<void>} onChoose */
export async function startSamples(onChoose) {
  let samples;
  try {
    const response = await fetch('samples/samples.json');
    samples = response.ok ? await response.json() : [];
  } catch {
    return;
  }
  byId('samples').hidden = samples.length === 0;
  byId('sample-grid').replaceChildren(...samples.slice(0, mostShown).map((sample) => el('li', {}, card(sample, onChoose))));
}

/** The title is for those who do not see the picture; shown, it would take the answer away. */
function card({ file, title }, onChoose) {
  const url = `samples/${encodeURIComponent(file)}`;
  const button = el('button', { type: 'button', class: 'sample', 'data-testid': 'sample', 'aria-label': `Describe: ${title}` },
    el('img', { src: url, alt: '', decoding: 'async' }));
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true') return;
    button.ariaBusy = 'true';
    try {
      const blob = await (await fetch(url)).blob();
      await onChoose(new File([blob], file, { type: blob.type }));
    } finally {
      button.ariaBusy = 'false';
    }
  });
  return button;
}
