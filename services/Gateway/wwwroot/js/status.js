// Whether the mesh is well, and which model answers.
import { isReady, listModels } from './api.js';
import { byId } from './dom.js';

const period = 20_000;
const words = { ready: 'Ready', degraded: 'Not ready', unreachable: 'Unreachable' };

export function startStatus() {
  const status = byId('status');
  let model = '';
  let health = '';
  let timer;

  async function check() {
    clearTimeout(timer);
    // A hidden page need not ask; it does when it is looked at again.
    if (document.hidden) return;
    health = await isReady();
    if (health === 'ready' && !model) model = await nameOfModel();
    status.dataset.health = health;
    byId('status-text').textContent = health === 'ready' && model ? model : words[health];
    status.title = model ? `${words[health]} · ${model}` : words[health];
    // Sooner while something is missing: the mesh starts, or the key is being typed.
    timer = setTimeout(check, health === 'ready' && model ? period : period / 4);
  }

  document.addEventListener('visibilitychange', check);
  addEventListener('online', check);
  check();
}

async function nameOfModel() {
  try {
    const { data } = await listModels();
    return data[0]?.id ?? '';
  } catch {
    return '';
  }
}
