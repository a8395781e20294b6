// Addresses of the views: #/ a new dialogue, #/d/{id} a dialogue, #/search?c={collection}&q={words}, #/mesh.

export const dialogueHash = (id) => (id ? `#/d/${encodeURIComponent(id)}` : '#/');

export function searchHash({ collection, words }) {
  const query = new URLSearchParams();
  if (collection) query.set('c', collection);
  if (words) query.set('q', words);
  return query.size ? `#/search?${query}` : '#/search';
}

export function parseHash(hash) {
  const [path, query = ''] = hash.replace(/^#/, '').split('?');
  if (path === '/search') {
    const parameters = new URLSearchParams(query);
    return { view: 'search', collection: parameters.get('c') ?? '', words: parameters.get('q') ?? '' };
  }
  if (path === '/mesh') return { view: 'mesh' };
  const match = /^\/d\/([^/]+)$/.exec(path);
  return { view: 'chat', dialogueId: match ? decode(match[1]) : null };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function startRouter(show) {
  const apply = () => show(parseHash(location.hash));
  addEventListener('hashchange', apply);
  apply();
}

/** Changes the address without showing anything anew: what it names is on the page already. */
export const rename = (hash) => history.replaceState(null, '', hash);
