// The API key, for a mesh that wants one: asked for once, kept for this tab only.
import { byId } from './dom.js';

const storageName = 'api-key';
let key = read();
let asking = null;

export function authorization() {
  return key ? { Authorization: `Bearer ${key}` } : {};
}

export const hasKey = () => key !== '';

/**
 * Asks the user. Several requests that fail together share one dialog.
 * @param {string} refused The key that was just refused; if another one is known by now, that is the answer.
 * @returns {Promise<boolean>} Whether there is a key to try.
 */
export function askForKey(refused) {
  if (key && key !== refused) return Promise.resolve(true);
  asking ??= show(refused !== '').finally(() => { asking = null; });
  return asking;
}

export const currentKey = () => key;

function show(wasRefused) {
  const dialog = byId('key-dialog');
  const input = byId('key-input');
  byId('key-note').textContent = wasRefused
    ? 'The mesh did not accept that key. Check it and try again.'
    : 'Enter an API key of this mesh. It is kept until you close the tab.';
  input.value = '';

  return new Promise((resolve) => {
    const cancel = () => dialog.close();
    // Not by the dialog's returnValue: a submit button without a value leaves that as it was.
    let isGiven = false;
    const submit = () => {
      isGiven = true;
      key = input.value.trim();
      write();
    };
    byId('key-cancel').addEventListener('click', cancel);
    byId('key-form').addEventListener('submit', submit);
    dialog.addEventListener('close', () => {
      byId('key-cancel').removeEventListener('click', cancel);
      byId('key-form').removeEventListener('submit', submit);
      resolve(isGiven && key !== '');
    }, { once: true });
    dialog.showModal();
  });
}

function read() {
  try {
    return sessionStorage.getItem(storageName) ?? '';
  } catch {
    return '';
  }
}

function write() {
  try {
    sessionStorage.setItem(storageName, key);
  } catch {
    // Then it lasts as long as the page.
  }
}
