// Files of a drop, those inside of folders too. A file's path within the drop is kept in `droppedPath`.

/** @returns {Promise<{files: File[], hasFolder: boolean}>} */
export async function filesOf(transfer) {
  // The list of items is emptied as soon as the event has been handled, so everything is taken from it before the first await.
  const entries = [...transfer.items].filter((item) => item.kind === 'file').map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...transfer.files];
  const hasFolder = entries.some((entry) => entry?.isDirectory);
  if (!hasFolder) return { files: plain, hasFolder };
  const files = [];
  for (const entry of entries) if (entry) await collect(entry, files);
  return { files, hasFolder };
}

async function collect(entry, files) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => { entry.file(resolve, () => resolve(null)); });
    if (file) files.push(Object.assign(file, { droppedPath: entry.fullPath.replace(/^\//, '') }));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // A reader gives at most a hundred or so at a time, and an empty list at the end.
    const batch = await new Promise((resolve) => { reader.readEntries(resolve, () => resolve([])); });
    if (batch.length === 0) return;
    for (const child of batch) await collect(child, files);
  }
}

/** Where the file lay in the folder that was chosen or dropped. */
export const pathOf = (file) => file.droppedPath || file.webkitRelativePath || file.name;
