// The collection that is searched and added to.
import { createCollection, listCollections } from './api.js';
import { byId, el } from './dom.js';

/** What a first folder goes into if the user did not name a collection. */
const usualName = 'pictures';
const validName = /^[a-z0-9_-]{1,64}$/;

/** @param {() => void} onChange Another one was chosen. */
export function createCollectionChooser({ onChange }) {
  const select = byId('collection');
  const form = byId('collection-form');
  const nameInput = byId('collection-name');
  let collections = [];

  function show(chosen) {
    const names = collections.length ? collections : [{ name: usualName, itemCount: 0 }];
    select.replaceChildren(...names.map(({ name, itemCount }) => el('option', { value: name, selected: name === chosen }, `${name} (${itemCount})`)));
  }

  async function refresh(chosen = select.value, signal = undefined) {
    ({ collections } = await listCollections({ signal }));
    show(chosen);
  }

  function setOpen(isOpen) {
    form.hidden = !isOpen;
    if (isOpen) nameInput.focus();
    else byId('collection-new').focus();
  }

  async function create(event) {
    event.preventDefault();
    const name = nameInput.value.trim().toLowerCase();
    if (!validName.test(name)) return explain('A name has 1 to 64 small letters, digits, - and _.');
    try {
      await createCollection(name);
      await refresh(name);
    } catch (error) {
      return explain(error.message);
    }
    nameInput.value = '';
    explain('');
    setOpen(false);
    onChange();
  }

  function explain(problem) {
    nameInput.setAttribute('aria-invalid', String(problem !== ''));
    byId('collection-help').textContent = problem || 'Small letters, digits, - and _.';
  }

  byId('collection-new').addEventListener('click', () => setOpen(form.hidden));
  byId('collection-cancel').addEventListener('click', () => setOpen(false));
  form.addEventListener('submit', create);
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    setOpen(false);
  });
  select.addEventListener('change', onChange);

  return {
    refresh,
    get name() { return select.value || usualName; },
    get itemCount() { return collections.find((collection) => collection.name === this.name)?.itemCount ?? 0; },
    /** Makes sure that what is chosen exists. */
    ensure: (signal) => createCollection(select.value || usualName, { signal }),
  };
}
