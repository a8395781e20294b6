// Waiting that can be called off.

/** Resolves after the time, or at once (without failing) when the signal fires. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener('abort', finish, { once: true });
    function finish() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    }
  });
}

/** Like pause, but a browser that finds its network again ends it: no need to sit out a long back-off then. */
export async function pauseOrOnline(milliseconds, signal) {
  const waiting = new AbortController();
  const stop = () => waiting.abort();
  signal?.addEventListener('abort', stop, { once: true });
  addEventListener('online', stop, { once: true });
  await pause(milliseconds, signal?.aborted ? signal : waiting.signal);
  signal?.removeEventListener('abort', stop);
  removeEventListener('online', stop);
}

/** Exponential, from half a second to ten. Half of it is random, so that many pages do not come back in step. */
export function backOff(attempt) {
  const most = Math.min(10_000, 500 * 2 ** attempt);
  return most / 2 + Math.random() * (most / 2);
}
