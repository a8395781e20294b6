// The search tab: by words or by a picture, in one collection.
import { searchCollection, uploadImage } from './api.js';
import { createCollectionChooser } from './collections.js';
import { byId, el, icon } from './dom.js';
import { hitCard } from './hit-card.js';
import { createIndexPanel } from './index-panel.js';
import { looksLikePicture, pictureOf } from './pictures.js';
import { rename, searchHash } from './router.js';
import { toast } from './toast.js';

const mostHits = 24;

/** @param {(imageId: string) => void} onHit A found picture was chosen. */
export function createSearch({ onHit }) {
  const words = byId('search-text');
  const status = byId('search-status');
  const list = byId('hits');
  const pictureBox = byId('search-picture');
  /** The picture that is searched by, instead of words. */
  let imageId = null;
  let search = null;
  let isShown = false;

  const chooser = createCollectionChooser({ onChange: () => run() });
  const indexPanel = createIndexPanel({ chooser, onDone: () => chooser.refresh().then(() => run()).catch(() => {}) });

  async function run() {
    search?.abort();
    search = new AbortController();
    const { signal } = search;
    const text = words.value.trim();
    rename(searchHash({ collection: chooser.name, words: imageId ? '' : text }));
    if (!imageId && !text) return clear();
    status.textContent = 'Searching…';
    list.setAttribute('aria-busy', 'true');
    try {
      const query = imageId ? { image: imageId, limit: mostHits } : { text, limit: mostHits };
      const { hits } = await searchCollection(chooser.name, query, { signal });
      list.replaceChildren(...hits.map((hit) => hitCard(hit, onHit)));
      status.textContent = hits.length ? `${hits.length} ${hits.length === 1 ? 'picture' : 'pictures'}, the most similar first` : 'Nothing found. Add some pictures first.';
    } catch (error) {
      if (signal.aborted) return;
      list.replaceChildren();
      status.textContent = error.reason === 'COLLECTION_NOT_FOUND' ? 'This collection is empty. Add some pictures first.' : error.message;
    } finally {
      if (!signal.aborted) list.removeAttribute('aria-busy');
    }
  }

  function clear() {
    list.replaceChildren();
    list.removeAttribute('aria-busy');
    status.textContent = chooser.itemCount === 0 ? 'Add a folder of pictures, then search it by words such as "a red cup".' : '';
  }

  function setPicture(id) {
    imageId = id;
    pictureBox.hidden = id === null;
    words.disabled = id !== null;
    words.placeholder = id ? 'Pictures like this one' : 'Words, or drop a picture to find similar ones';
    pictureBox.replaceChildren(...(id === null ? [] : [
      pictureOf(id, 'Searched by this picture'),
      el('button', {
        type: 'button',
        class: 'attachment-remove',
        'aria-label': 'Remove the picture',
        on: { click: () => { setPicture(null); run(); words.focus(); } },
      }, icon('close')),
    ]));
  }

  async function byPicture(file) {
    if (!looksLikePicture(file)) return toast('That is not a picture.', { isError: true });
    status.textContent = 'Uploading…';
    try {
      const { id } = await uploadImage(file);
      words.value = '';
      setPicture(id);
    } catch (error) {
      status.textContent = error.message;
      return;
    }
    await run();
  }

  byId('search-form').addEventListener('submit', (event) => { event.preventDefault(); run(); });
  byId('search-file').addEventListener('change', (event) => {
    const [file] = event.target.files;
    event.target.value = '';
    if (file) byPicture(file);
  });

  return {
    focus: () => words.focus(),
    /** One picture is searched by; a folder, or several, are added. */
    take({ files, hasFolder }) {
      if (hasFolder || files.length > 1) indexPanel.index(files);
      else if (files.length === 1) byPicture(files[0]);
    },
    async show({ collection, words: text }) {
      const isFirst = !isShown;
      isShown = true;
      try {
        await chooser.refresh(collection || undefined);
      } catch (error) {
        status.textContent = error.message;
        return;
      }
      if (text && text !== words.value) {
        setPicture(null);
        words.value = text;
        await run();
      } else if (isFirst || (!words.value && !imageId)) {
        clear();
      }
    },
  };
}
