// The map of the mesh: gateway, silos, workers and what they serve, as boxes with lines between them. Wide, they stand in four
// columns; narrow, below each other as a tree. The tables beside it say the same in words.
import { shape } from './dom.js';
import { servedBy, spell, workLines } from './mesh-words.js';

const narrow = 620;
const space = 16;
const indent = 18;
const padding = 12;
const lineHeight = 18;
const barHeight = 8;

/** @param {HTMLElement} container @param {object} system As /api/system tells it. @param {number} width In pixels. */
export function drawMap(container, system, width) {
  const nodes = describe(system);
  const placed = width < narrow ? asTree(nodes, width) : asColumns(nodes, width);
  const height = Math.max(...placed.boxes.map((box) => box.y + box.height)) + 1;
  const label = `Map of the mesh: a gateway, ${count(nodes.silos, 'silo')}, ${count(nodes.workers, 'worker')}, ${count(nodes.models, 'model')}.`;
  container.replaceChildren(shape('svg', { role: 'img', 'aria-label': label, width, height, viewBox: `0 0 ${width} ${height}` },
    ...placed.lines.map(({ d, isBusy }) => shape('path', { class: isBusy ? 'map-line busy' : 'map-line', d })),
    ...placed.boxes.map(drawBox)));
}

const count = (list, what) => `${list.length} ${what}${list.length === 1 ? '' : 's'}`;

function describe({ version, uptimeSeconds, members, workers }) {
  const models = new Map();
  for (const { model, version: of, capabilities } of workers.flatMap((worker) => worker.offers)) {
    const name = model || capabilities.join(', ');
    const known = models.get(name) ?? { name, version: of, capabilities: new Set() };
    capabilities.forEach((capability) => known.capabilities.add(capability));
    models.set(name, known);
  }
  return {
    gateway: { kind: 'gateway', caption: 'Gateway', title: location.host, lines: [`version ${version}`, `up ${spell(uptimeSeconds)}`] },
    silos: members.filter((member) => member.roles.includes('silo')).map((member) => ({
      kind: member.status === 'Active' ? 'silo' : 'silo unwell',
      caption: 'Silo',
      title: member.address,
      lines: [member.status.toLowerCase(), ...(member.workerId ? [`with ${member.workerId}`] : [])],
    })),
    workers: workers.map((worker) => ({
      kind: 'worker',
      caption: `Worker on ${worker.device}`,
      title: worker.id,
      lines: [`${worker.load.active} active, ${worker.load.queued} queued`, `of ${worker.load.capacity} at most`, ...worker.backlogs.flatMap(workLines)],
      load: worker.load,
      serves: servedBy(worker),
    })),
    models: [...models.values()].map(({ name, version: of, capabilities }) => ({
      kind: 'model',
      caption: of ? 'Model' : 'Service',
      title: name,
      lines: of ? [...capabilities] : [],
    })),
  };
}

const heightOf = (node) => 2 * padding + lineHeight * (2 + node.lines.length) + (node.load ? barHeight + 8 : 0);

function asColumns({ gateway, silos, workers, models }, width) {
  const gap = Math.min(72, Math.max(36, width * .06));
  const boxWidth = (width - 3 * gap - 2) / 4;
  const columns = [[gateway], silos, workers, models];
  const heights = columns.map((column) => column.reduce((sum, node) => sum + heightOf(node) + space, -space));
  const tallest = Math.max(...heights);
  const boxes = columns.map((column, i) => {
    let y = 1 + (tallest - heights[i]) / 2;
    return column.map((node) => {
      const box = { node, x: 1 + i * (boxWidth + gap), y, width: boxWidth, height: heightOf(node) };
      y += box.height + space;
      return box;
    });
  });
  const [[entry], siloBoxes, workerBoxes, modelBoxes] = boxes;
  const lines = [
    ...siloBoxes.map((silo) => curve(entry, silo, false)),
    ...workerBoxes.flatMap((worker) => (siloBoxes.length ? siloBoxes : [entry]).map((silo) => curve(silo, worker, isBusy(worker.node)))),
    ...workerBoxes.flatMap((worker) => modelBoxes.filter((model) => worker.node.serves.includes(model.node.title)).map((model) => curve(worker, model, isBusy(worker.node)))),
  ];
  return { boxes: boxes.flat(), lines };
}

function curve(from, to, busy) {
  const [x1, y1, x2, y2] = [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
  const middle = (x1 + x2) / 2;
  return { d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, isBusy: busy };
}

function asTree({ gateway, silos, workers, models }, width) {
  const boxes = [];
  const lines = [];
  let y = 1;
  const place = (node, depth, parent) => {
    const x = 1 + depth * indent;
    const box = { node, x, y, width: width - x - 1, height: heightOf(node) };
    y += box.height + space;
    boxes.push(box);
    if (parent) lines.push({ d: `M${parent.x + indent / 2} ${parent.y + parent.height}V${box.y + box.height / 2}H${x}`, isBusy: isBusy(node) });
    return box;
  };
  const entry = place(gateway, 0);
  const siloBoxes = silos.map((silo) => place(silo, 1, entry));
  for (const worker of workers) {
    const box = place(worker, 2, siloBoxes.at(-1) ?? entry);
    models.filter((model) => worker.serves.includes(model.title)).forEach((model) => place(model, 3, box));
  }
  return { boxes, lines };
}

const isBusy = (node) => (node.load?.active ?? 0) > 0;

function drawBox({ node, x, y, width, height }) {
  const inner = width - 2 * padding;
  const text = (className, line, content) => shape('text', { class: className, x: x + padding, y: y + padding + lineHeight * (line + 1) - 5 }, fit(content, inner, className === 'map-title' ? 8.2 : 6.9));
  const bar = y + height - padding - barHeight;
  return shape('g', { class: `map-box ${node.kind}` },
    shape('rect', { class: 'map-frame', x, y, width, height, rx: 12 }),
    text('map-caption', 0, node.caption),
    text('map-title', 1, node.title),
    ...node.lines.map((line, i) => text('map-text', 2 + i, line)),
    ...(node.load ? loadBar(node.load, x + padding, bar, inner) : []));
}

function loadBar({ active, queued, capacity }, x, y, width) {
  const share = (part) => (capacity > 0 ? Math.min(1, part / capacity) * width : 0);
  // Whatever there is shows.
  const working = active ? Math.max(4, share(active)) : 0;
  const waiting = Math.min(width - working, queued ? Math.max(4, share(queued)) : 0);
  return [
    shape('rect', { class: 'map-bar', x, y, width, height: barHeight, rx: barHeight / 2 }),
    ...(working ? [shape('rect', { class: 'map-bar-active', x, y, width: working, height: barHeight, rx: barHeight / 2 })] : []),
    ...(waiting ? [shape('rect', { class: 'map-bar-queued', x: x + working, y, width: waiting, height: barHeight, rx: barHeight / 2 })] : []),
  ];
}

function fit(text, width, perCharacter) {
  const room = Math.floor(width / perCharacter);
  return text.length <= room ? text : `${text.slice(0, Math.max(1, room - 1))}…`;
}
