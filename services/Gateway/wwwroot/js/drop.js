// Pictures by drop and paste, anywhere on the page.
import { byId } from './dom.js';
import { filesOf } from './dropped-files.js';

/**
 * @param {() => string} describe What a drop would do now; shown while something is dragged over the page.
 * @param {(dropped: {files: File[], hasFolder: boolean}) => void} onFiles
 */
export function startDrop({ describe, onFiles }) {
  const overlay = byId('drop-overlay');
  const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');
  // Entering a child comes before leaving its parent: only the balance tells whether the pointer is still over the page.
  let depth = 0;
  const hide = () => { depth = 0; overlay.hidden = true; };

  addEventListener('dragenter', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth++;
    byId('drop-text').textContent = describe();
    overlay.hidden = document.querySelector('dialog[open]') !== null;
  });
  addEventListener('dragleave', () => { if (--depth <= 0) hide(); });
  addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  });
  addEventListener('drop', async (event) => {
    hide();
    if (!carriesFiles(event)) return;
    // Otherwise the browser would leave the page and show the file.
    event.preventDefault();
    onFiles(await filesOf(event.dataTransfer));
  });
  addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    onFiles({ files, hasFolder: false });
  });
}
