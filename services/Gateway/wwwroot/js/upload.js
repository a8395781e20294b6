import { ApiError } from './api-error.js';

/** Posts bytes and tells how far it is. XMLHttpRequest, because fetch reports no progress of what it sends. */
export function sendWithProgress(path, body, { headers = {}, onProgress, signal } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new DOMException('Called off', 'AbortError'));
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    xhr.open('POST', path);
    xhr.setRequestHeader('Content-Type', body.type || 'application/octet-stream');
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    if (onProgress) {
      xhr.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      });
    }
    xhr.addEventListener('load', () => {
      if (xhr.status >= 300) return reject(ApiError.fromBody(xhr.status, xhr.responseText, xhr.getResponseHeader('Retry-After')));
      try {
        resolve(JSON.parse(xhr.responseText));
      } catch (error) {
        reject(error);
      }
    });
    xhr.addEventListener('error', () => reject(ApiError.offline()));
    xhr.addEventListener('abort', () => reject(new DOMException('Called off', 'AbortError')));
    xhr.addEventListener('loadend', () => signal?.removeEventListener('abort', abort));
    signal?.addEventListener('abort', abort, { once: true });
    xhr.send(body);
  });
}
