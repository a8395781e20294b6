// Pictures that the mesh holds. Without a key the browser loads them itself; with one they have to be fetched, because an
// <img> cannot send it, and are shown from memory.
import { imageUrl, request } from './api.js';
import { hasKey } from './api-key.js';
import { el } from './dom.js';

const mostKept = 200;
/** Image id -> promise of a blob URL; in order of use, so that the oldest goes first. */
const kept = new Map();

/** An <img> of a stored picture; it gets the class "broken" if it cannot be shown. */
export function pictureOf(imageId, alt = '') {
  const image = el('img', { alt, decoding: 'async', draggable: 'false' });
  image.addEventListener('error', () => image.classList.add('broken'));
  showIn(image, imageId);
  return image;
}

async function showIn(image, imageId) {
  if (!hasKey()) {
    image.src = imageUrl(imageId);
    return;
  }
  try {
    image.src = await fetched(imageId);
  } catch {
    image.classList.add('broken');
  }
}

function fetched(imageId) {
  const known = kept.get(imageId);
  const url = known ?? request(imageUrl(imageId)).then((response) => response.blob()).then((blob) => URL.createObjectURL(blob));
  kept.delete(imageId);
  kept.set(imageId, url);
  // A failure is not worth remembering: the next one who wants the picture tries again.
  if (!known) url.catch(() => kept.delete(imageId));
  if (kept.size > mostKept) {
    const [oldest, oldUrl] = kept.entries().next().value;
    kept.delete(oldest);
    oldUrl.then((blobUrl) => URL.revokeObjectURL(blobUrl), () => {});
  }
  return url;
}

const namePattern = /\.(jpe?g|png|webp|gif|avif|heic|heif|bmp|tiff?)$/i;

/** Whether a file claims to be a picture; some systems give no type for HEIC and AVIF, so the name counts too. */
export const looksLikePicture = (file) => file.type.startsWith('image/') || namePattern.test(file.name);
