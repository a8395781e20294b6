// The mesh tab: what the mesh is made of and how busy it is, asked anew every second while somebody looks at it.
import { getSystem } from './api.js';
import { byId, el } from './dom.js';
import { drawMap } from './mesh-map.js';
import { servedBy, spell, workLines } from './mesh-words.js';

const period = 1_000;

export function createMeshView() {
  const map = byId('mesh-map');
  const note = byId('mesh-note');
  let isShown = false;
  let system = null;
  let asking = null;
  let timer;

  async function refresh() {
    clearTimeout(timer);
    asking?.abort();
    if (!isShown || document.hidden) return;
    asking = new AbortController();
    const { signal } = asking;
    try {
      system = await getSystem({ signal });
      tell('');
      draw();
    } catch (error) {
      if (signal.aborted) return;
      tell(error.message);
    }
    timer = setTimeout(refresh, period);
  }

  // Written only where it changes: it is read out each time.
  function tell(text) {
    if (note.textContent !== text) note.textContent = text;
    note.hidden = !text;
  }

  function draw() {
    if (!system || !map.clientWidth) return;
    drawMap(map, system, map.clientWidth);
    byId('mesh-facts').replaceChildren(...facts(system).map(([name, value]) => el('div', { class: 'mesh-fact' }, el('dt', {}, name), el('dd', {}, value))));
    byId('mesh-members').replaceChildren(...system.members.map((member) => row([
      member.address, member.host, member.roles.join(', '), member.workerId ?? '', member.status.toLowerCase(),
    ])));
    byId('mesh-workers').replaceChildren(...system.workers.map((worker) => row([
      worker.id,
      worker.device,
      `${worker.load.active} / ${worker.load.queued} / ${worker.load.capacity}`,
      worker.backlogs.map((backlog) => workLines(backlog).join(', ')).filter(Boolean).join('\n') || 'idle',
      servedBy(worker).join('\n'),
    ])));
  }

  document.addEventListener('visibilitychange', refresh);
  new ResizeObserver(draw).observe(map);

  return {
    show() { isShown = true; refresh(); },
    hide() { isShown = false; clearTimeout(timer); asking?.abort(); },
  };
}

function facts({ version, uptimeSeconds, members, workers, activeDialogues, jobs }) {
  return [
    ['Version', version],
    ['Up', spell(uptimeSeconds)],
    ['Members', String(members.length)],
    ['Workers', String(workers.length)],
    ['Active dialogues', activeDialogues === null ? 'unknown' : String(activeDialogues)],
    ['Jobs', jobs ? progress(jobs) : 'unknown'],
  ];
}

function progress({ active, itemsTotal, itemsDone, itemsFailed, itemsPerSecond }) {
  if (active === 0) {
    return 'none';
  }
  const failed = itemsFailed > 0 ? `, ${itemsFailed} failed` : '';
  return `${active}: ${itemsDone + itemsFailed} of ${itemsTotal} items${failed}, ${itemsPerSecond} a second`;
}

function row([head, ...cells]) {
  return el('tr', {}, el('th', { scope: 'row' }, head), ...cells.map((cell) => el('td', {}, cell)));
}
