// Pictures that wait in the composer. Each is uploaded as soon as it is attached, so that sending is instant.
import { uploadImage } from './api.js';
import { byId, el, icon } from './dom.js';
import { looksLikePicture, pictureOf } from './pictures.js';
import { toast } from './toast.js';

/** What a turn can carry; the gateway refuses more. */
const mostPictures = 8;

/**
 * One picture on its way: `imageId` is a promise that rejects if the upload failed.
 * @param {(attachment: object) => void} onRemove
 * @param {() => void} onSettled
 */
export function attachFile(file, { onRemove, onSettled }) {
  const upload = new AbortController();
  const localUrl = URL.createObjectURL(file);
  const image = el('img', { src: localUrl, alt: '' });
  // Not every browser shows what the mesh can read (HEIC): then its name stands there.
  image.addEventListener('error', () => image.classList.add('broken'));
  const progress = el('progress', { class: 'progress attachment-progress', max: 1, value: 0, 'aria-label': `Upload of ${file.name}` });
  const attachment = makeAttachment(file.name, image, progress, () => {
    upload.abort();
    URL.revokeObjectURL(localUrl);
    onRemove(attachment);
  });

  attachment.imageId = uploadImage(file, { signal: upload.signal, onProgress: (share) => { progress.value = share; } }).then((stored) => {
    progress.remove();
    attachment.state = 'ready';
    return stored.id;
  });
  attachment.imageId.catch((error) => {
    if (upload.signal.aborted) return;
    progress.remove();
    attachment.state = 'failed';
    attachment.element.classList.add('failed');
    const reason = `${file.name}: ${explain(file, error)}`;
    attachment.element.title = reason;
    attachment.element.append(el('span', { class: 'attachment-error', role: 'alert' }, reason));
  }).finally(onSettled);
  return attachment;
}

/** A picture that the mesh has already. */
export function attachStored(imageId, { onRemove }) {
  const attachment = makeAttachment('picture', pictureOf(imageId), null, () => onRemove(attachment));
  attachment.state = 'ready';
  attachment.imageId = Promise.resolve(imageId);
  return attachment;
}

function makeAttachment(name, image, progress, remove) {
  const element = el('li', { class: 'attachment', title: name },
    image,
    el('span', { class: 'attachment-name' }, name),
    progress,
    el('button', { type: 'button', class: 'attachment-remove', 'aria-label': `Remove ${name}`, on: { click: remove } }, icon('close')));
  return { name, element, state: 'uploading', imageId: null };
}

/** Of these files, those that may be attached beside `count` others; says what is left out, and why. */
export function choosePictures(files, count) {
  const pictures = files.filter(looksLikePicture);
  if (pictures.length === 0 && files.length > 0) toast('That is not a picture.', { isError: true });
  const room = mostPictures - count;
  if (pictures.length > room) toast(`A message carries at most ${mostPictures} pictures.`, { isError: true });
  return pictures.slice(0, Math.max(0, room));
}

function explain(file, error) {
  if (error.status !== 413 || error.reason) return error.message;
  return `This picture has ${(file.size / 2 ** 20).toFixed(1)} MiB, which is more than this mesh accepts.`;
}

export const showAttachments = (attachments) => {
  const list = byId('attachments');
  list.replaceChildren(...attachments.map((attachment) => attachment.element));
  list.hidden = attachments.length === 0;
};
