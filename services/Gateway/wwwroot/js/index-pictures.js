// Puts many pictures into a collection: some uploads at a time, items in batches, and one bad file harms no other.
import { addItems, uploadImage } from './api.js';
import { pathOf } from './dropped-files.js';
import { backOff, pauseOrOnline } from './wait.js';

const uploadsAtOnce = 3;
const batchSize = 8;
const attempts = 5;
const longestItemId = 256;

/**
 * @param {File[]} files
 * @param {{onProgress: (done: number) => void, onFailure: (path: string, reason: string) => void, signal: AbortSignal}} options
 * @returns {Promise<number>} How many are searchable now.
 */
export async function indexPictures(collection, files, { onProgress, onFailure, signal }) {
  const queue = [...files];
  let done = 0;
  let added = 0;

  const fail = (path, error) => {
    if (signal.aborted) return;
    onFailure(path, error.message);
    onProgress(++done);
  };

  async function uploadSome() {
    while (queue.length > 0) {
      const batch = [];
      while (batch.length < batchSize && queue.length > 0) {
        signal.throwIfAborted();
        const file = queue.shift();
        const path = pathOf(file);
        try {
          const { id } = await patiently(() => uploadImage(file, { signal }), signal);
          batch.push({ id: path.length <= longestItemId ? path : id, image: id, payload: { image: id, file: path } });
        } catch (error) {
          fail(path, error);
        }
      }
      await add(batch);
    }
  }

  async function add(batch) {
    if (batch.length === 0) return;
    signal.throwIfAborted();
    try {
      const { errors = [] } = await patiently(() => addItems(collection, batch, { signal }), signal);
      for (const error of errors) fail(batch[error.index].payload.file, error);
      added += batch.length - errors.length;
      done += batch.length - errors.length;
      onProgress(done);
    } catch (error) {
      signal.throwIfAborted();
      // Refused as a whole, with the reason of the first: one by one, each gets its own.
      if (batch.length > 1 && error.status >= 400 && !error.isTransient) {
        for (const item of batch) await add([item]);
      } else {
        for (const item of batch) fail(item.payload.file, error);
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(uploadsAtOnce, files.length) }, uploadSome));
  return added;
}

/** Repeats what may succeed later; both calls can be repeated without harm. */
async function patiently(call, signal) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (!error.isTransient || attempt === attempts) throw error;
      await pauseOrOnline(error.retryAfterSeconds ? error.retryAfterSeconds * 1000 : backOff(attempt), signal);
    }
  }
}
