// Adding a folder of pictures, with its progress.
import { byId, el } from './dom.js';
import { indexPictures } from './index-pictures.js';
import { looksLikePicture } from './pictures.js';
import { toast } from './toast.js';

/** @param {object} chooser The collection's. @param {() => void} onDone */
export function createIndexPanel({ chooser, onDone }) {
  const input = byId('index-folder');
  const bar = byId('index-progress');
  const count = byId('index-count');
  let run = null;

  async function index(files) {
    if (run) return toast('A folder is being added already; wait for it or cancel it.', { isError: true });
    const pictures = files.filter(looksLikePicture);
    if (pictures.length === 0) return toast('There are no pictures in that folder.', { isError: true });
    run = new AbortController();
    const { name } = chooser;
    begin(pictures.length);
    let failures = 0;
    try {
      await chooser.ensure(run.signal);
      const added = await indexPictures(name, pictures, {
        signal: run.signal,
        onProgress: (done) => { bar.value = done; count.textContent = `${done} of ${pictures.length} pictures`; },
        onFailure: (path, reason) => showFailure(path, reason, ++failures),
      });
      count.textContent = `${added} ${added === 1 ? 'picture' : 'pictures'} added to ${name}.`;
    } catch (error) {
      count.textContent = run.signal.aborted ? `Cancelled at ${bar.value} of ${pictures.length}. What was added stays.` : error.message;
    }
    run = null;
    byId('index-cancel').hidden = true;
    byId('index-label').classList.remove('busy');
    input.disabled = false;
    onDone();
  }

  function begin(total) {
    byId('index-run').hidden = false;
    byId('index-cancel').hidden = false;
    byId('index-failures').hidden = true;
    byId('index-failure-list').replaceChildren();
    byId('index-label').classList.add('busy');
    input.disabled = true;
    bar.max = total;
    bar.value = 0;
    count.textContent = `0 of ${total} pictures`;
  }

  function showFailure(path, reason, failures) {
    byId('index-failures').hidden = false;
    byId('index-failures-count').textContent = failures === 1 ? '1 file was not added' : `${failures} files were not added`;
    byId('index-failure-list').append(el('li', {}, el('b', {}, path), ` ${reason}`));
  }

  input.addEventListener('change', () => {
    // Copied first: clearing the input, so that the same folder can be chosen again, empties its list.
    const files = [...input.files];
    input.value = '';
    index(files);
  });
  byId('index-cancel').addEventListener('click', () => run?.abort());

  return { index };
}
