// Puts the parts together. Each part knows its own corner of the page; only this file knows all of them.
import { uploadImage } from './api.js';
import { createComposer } from './composer.js';
import { createConversation } from './conversation.js';
import { createDialogueList } from './dialogue-list.js';
import { byId } from './dom.js';
import { startDrawer } from './drawer.js';
import { startDrop } from './drop.js';
import { startLightbox } from './lightbox.js';
import { createMeshView } from './mesh.js';
import { dialogueHash, rename, startRouter } from './router.js';
import { startSamples } from './samples.js';
import { createSearch } from './search.js';
import { startShortcuts } from './shortcuts.js';
import { startStatus } from './status.js';
import { startTheme } from './theme.js';
import { toast } from './toast.js';

const hasKeyboard = matchMedia('(hover: hover)').matches;
let view = 'chat';
let isBusy = false;

const drawer = startDrawer();
const dialogues = createDialogueList({
  onDeleted: () => { location.hash = dialogueHash(null); },
  onRestored: (id) => { location.hash = dialogueHash(id); },
});
const composer = createComposer({ onSend: (message) => conversation.send(message), onStop: () => conversation.stop() });
const conversation = createConversation({
  onStarted: (id) => {
    composer.adoptDraft(id);
    rename(dialogueHash(id));
    showCurrent();
  },
  onListChanged: () => dialogues.refresh().then(showCurrent),
  onBusy: (value) => { isBusy = value; composer.setBusy(value); },
  onEdit: (turn) => composer.restore(turn),
  onHit: describe,
});
const search = createSearch({ onHit: describe });
const mesh = createMeshView();

/** Opens a dialogue about a picture that the mesh has. */
async function describe(imageId) {
  location.hash = dialogueHash(null);
  show({ view: 'chat', dialogueId: null });
  await conversation.send({ text: 'Describe this picture.', images: [imageId], skill: 'describe' });
}

function take(dropped) {
  if (view === 'search') return search.take(dropped);
  if (view === 'mesh') {
    location.hash = dialogueHash(null);
    show({ view: 'chat', dialogueId: null });
  }
  composer.attach(dropped.files);
}

function show(route) {
  view = route.view;
  const isChat = view === 'chat';
  byId('chat-view').hidden = !isChat;
  byId('search-view').hidden = view !== 'search';
  byId('mesh-view').hidden = view !== 'mesh';
  for (const name of ['chat', 'search', 'mesh']) mark(byId(`tab-${name}`), view === name);
  drawer.close();
  if (isChat) {
    if (route.dialogueId === null || route.dialogueId !== conversation.dialogueId) {
      composer.showDraft(route.dialogueId);
      conversation.open(route.dialogueId);
    }
    if (hasKeyboard) composer.focus();
  } else if (view === 'search') {
    search.show(route);
    if (hasKeyboard) search.focus();
  }
  if (view === 'mesh') mesh.show();
  else mesh.hide();
  showCurrent();
}

function mark(tab, isCurrent) {
  if (isCurrent) tab.setAttribute('aria-current', 'page');
  else tab.removeAttribute('aria-current');
}

function showCurrent() {
  const id = view === 'chat' ? conversation.dialogueId : null;
  dialogues.setCurrent(id);
  const title = { search: 'Search', mesh: 'Mesh' }[view] ?? ((id && dialogues.titleOf(id)) || 'New dialogue');
  byId('topbar-title').textContent = title;
  byId('page-title').textContent = title;
  document.title = `${title} · MultiModalMesh`;
}

startTheme();
startLightbox();
startRouter(show);
startStatus();
dialogues.refresh().then(showCurrent);
// Another tab, or the command line, may have added some.
document.addEventListener('visibilitychange', () => { if (!document.hidden) dialogues.refresh(); });

startSamples(async (file) => {
  try {
    const { id } = await uploadImage(file);
    await describe(id);
  } catch (error) {
    toast(error.message, { isError: true });
  }
});

startDrop({
  describe: () => (view === 'search' ? 'Drop a picture to find similar ones, or a folder to add it' : 'Drop pictures to talk about them'),
  onFiles: take,
});

const newDialogue = () => {
  location.hash = dialogueHash(null);
  // The address may have been that already: then nothing would happen by itself.
  show({ view: 'chat', dialogueId: null });
};
for (const link of document.querySelectorAll('a[href="#/"]')) {
  if (link.id === 'tab-chat') continue;
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    newDialogue();
    composer.focus();
  });
}
// Back from the search to the dialogue that was open.
byId('tab-chat').addEventListener('click', (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  location.hash = dialogueHash(conversation.dialogueId);
});
byId('skip-link').addEventListener('click', (event) => {
  // The address belongs to the router.
  event.preventDefault();
  byId('main').focus();
});
if (/Mac|iPhone|iPad/.test(navigator.platform)) byId('new-dialogue-key').textContent = '⌘ K';

startShortcuts({
  write: () => (view === 'search' ? search.focus() : composer.focus()),
  newDialogue: () => { newDialogue(); composer.focus(); },
  escape: () => {
    if (drawer.isOpen) drawer.close();
    else if (view === 'chat' && isBusy) conversation.stop();
  },
});
