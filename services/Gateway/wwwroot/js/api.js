// The gateway's HTTP API, one function per call. Everything rejects with ApiError, or AbortError when called off.
import { ApiError } from './api-error.js';
import { askForKey, authorization, currentKey } from './api-key.js';
import { sendWithProgress } from './upload.js';

/**
 * fetch with the key, and with errors that speak. After a 401 it asks for a key and tries again.
 * @param {{asksForKey?: boolean}} options Besides those of fetch; false for what happens in the background.
 * @returns {Promise<Response>} Always one with a status below 400.
 */
export async function request(path, { asksForKey = true, ...options } = {}) {
  for (;;) {
    const key = currentKey();
    let response;
    try {
      response = await fetch(path, { ...options, headers: { ...options.headers, ...authorization() } });
    } catch (error) {
      throw error.name === 'AbortError' ? error : ApiError.offline();
    }
    if (response.ok) return response;
    if (response.status === 401 && asksForKey && await askForKey(key)) continue;
    throw ApiError.fromBody(response.status, await response.text().catch(() => ''), response.headers.get('Retry-After'));
  }
}

async function json(path, { method = 'GET', body, signal, asksForKey } = {}) {
  const response = await request(path, {
    method,
    signal,
    asksForKey,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

const dialogue = (id) => `/api/dialogues/${encodeURIComponent(id)}`;
const turn = (id, turnId) => `${dialogue(id)}/turns/${encodeURIComponent(turnId)}`;
const collection = (name) => `/api/collections/${encodeURIComponent(name)}`;

export const imageUrl = (id) => `/api/images/${encodeURIComponent(id)}`;

/** @param {Blob} file @param {(share: number) => void} [onProgress] 0..1 */
export async function uploadImage(file, { onProgress, signal } = {}) {
  for (;;) {
    const key = currentKey();
    try {
      return await sendWithProgress('/api/images', file, { headers: authorization(), onProgress, signal });
    } catch (error) {
      if (error.status === 401 && await askForKey(key)) continue;
      throw error;
    }
  }
}

export function listDialogues({ pageSize = 30, pageToken = '', signal } = {}) {
  const query = new URLSearchParams({ pageSize });
  if (pageToken) query.set('pageToken', pageToken);
  return json(`/api/dialogues?${query}`, { signal });
}

export const getDialogue = (id, { signal } = {}) => json(dialogue(id), { signal });

/** @param {boolean} [keepalive] Lets the request outlive the page. */
export const deleteDialogue = (id, { keepalive = false } = {}) => request(dialogue(id), { method: 'DELETE', keepalive });

export const postTurn = (id, body, { signal } = {}) => json(`${dialogue(id)}/turns`, { method: 'POST', body, signal });

export const cancelTurn = (id, turnId) => json(`${turn(id, turnId)}/cancel`, { method: 'POST' });

/** The turn's events behind the given number, as an open response. */
export const openTurnEvents = (id, turnId, { after, signal }) => request(`${turn(id, turnId)}/events`, {
  signal,
  cache: 'no-store',
  headers: { Accept: 'text/event-stream', ...(after ? { 'Last-Event-ID': after } : {}) },
});

export const listCollections = ({ signal } = {}) => json('/api/collections?pageSize=1000', { signal });

export const createCollection = (name, { signal } = {}) => json(collection(name), { method: 'PUT', body: {}, signal });

export const addItems = (name, items, { signal } = {}) => json(`${collection(name)}/items`, { method: 'POST', body: { items }, signal });

/** @param {{text?: string, image?: string, limit?: number}} query */
export const searchCollection = (name, query, { signal } = {}) => json(`${collection(name)}/search`, { method: 'POST', body: query, signal });

export const getSystem = ({ signal } = {}) => json('/api/system', { signal });

export const listModels = ({ signal } = {}) => json('/v1/models', { signal, asksForKey: false });

/** Open to everyone, so no key is asked for because of it. */
export async function isReady({ signal } = {}) {
  try {
    return (await fetch('/health/ready', { signal, cache: 'no-store' })).ok ? 'ready' : 'degraded';
  } catch {
    return 'unreachable';
  }
}
