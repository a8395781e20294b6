// The dialogues at the left: newest first, paged, deleted with a moment to undo.
import { deleteDialogue, listDialogues } from './api.js';
import { byId, el, icon } from './dom.js';
import { dialogueHash } from './router.js';
import { toast } from './toast.js';
import { ago } from './when.js';

const pageSize = 30;
const mostAtOnce = 200;

/** @param {(id: string) => void} onDeleted The dialogue left the list. @param {(id: string) => void} onRestored */
export function createDialogueList({ onDeleted, onRestored }) {
  const list = byId('dialogue-list');
  const more = byId('dialogues-more');
  let dialogues = [];
  let nextPageToken = '';
  let currentId = null;
  let refreshing = null;
  let isStale = false;
  /** Gone from the page, but not from the mesh yet: id -> what makes it final. */
  const leaving = new Map();

  /** Reads what is shown anew. Calls while one runs are answered by one more read after it. */
  function refresh() {
    if (refreshing) {
      isStale = true;
      return refreshing;
    }
    refreshing = read().finally(() => {
      refreshing = null;
      if (isStale) {
        isStale = false;
        refresh();
      }
    });
    return refreshing;
  }

  async function read() {
    try {
      const page = await listDialogues({ pageSize: Math.min(mostAtOnce, Math.max(pageSize, dialogues.length)) });
      dialogues = page.dialogues;
      nextPageToken = page.nextPageToken ?? '';
      show(dialogues.length === 0 ? 'None yet.' : '');
    } catch (error) {
      show(dialogues.length === 0 ? error.message : '');
    }
  }

  async function readMore() {
    more.disabled = true;
    try {
      const page = await listDialogues({ pageSize, pageToken: nextPageToken });
      const known = new Set(dialogues.map((dialogue) => dialogue.id));
      dialogues.push(...page.dialogues.filter((dialogue) => !known.has(dialogue.id)));
      nextPageToken = page.nextPageToken ?? '';
      show('');
    } catch (error) {
      toast(error.message, { isError: true });
    } finally {
      more.disabled = false;
    }
  }

  function show(note) {
    const focusedId = list.contains(document.activeElement) ? document.activeElement.closest('li')?.dataset.id : null;
    const shown = dialogues.filter((dialogue) => !leaving.has(dialogue.id));
    list.replaceChildren(...shown.map(row));
    rove(shown.find((dialogue) => dialogue.id === currentId)?.id ?? shown[0]?.id);
    if (focusedId) focusRow(rowOf(focusedId));
    more.hidden = nextPageToken === '';
    byId('dialogues-note').textContent = note;
    byId('dialogues-note').hidden = note === '';
  }

  function row(dialogue) {
    const title = dialogue.title || 'Untitled dialogue';
    return el('li', { class: 'dialogue-row', data: { id: dialogue.id } },
      el('a', {
        class: 'dialogue-link',
        href: dialogueHash(dialogue.id),
        title,
        'aria-current': dialogue.id === currentId ? 'page' : null,
      }, el('span', { class: 'dialogue-title' }, title), el('span', { class: 'dialogue-time' }, ago(dialogue.updatedAt))),
      el('button', { type: 'button', class: 'icon-button small dialogue-delete', 'aria-label': `Delete "${title}"`, title: 'Delete', on: { click: () => remove(dialogue.id) } }, icon('trash')));
  }

  function remove(id) {
    const next = rowOf(id)?.nextElementSibling ?? rowOf(id)?.previousElementSibling;
    const nextId = next?.dataset.id;
    const wasCurrent = id === currentId;
    let isFinal = false;
    const finish = async (keepalive = false) => {
      if (isFinal) return;
      isFinal = true;
      try {
        await deleteDialogue(id, { keepalive });
        dialogues = dialogues.filter((dialogue) => dialogue.id !== id);
      } catch (error) {
        toast(`Not deleted: ${error.message}`, { isError: true });
      }
      leaving.delete(id);
      refresh();
    };
    leaving.set(id, finish);
    show('');
    if (nextId) focusRow(rowOf(nextId));
    else byId('new-dialogue').focus();
    if (wasCurrent) onDeleted(id);
    toast('Dialogue deleted.', {
      onGone: finish,
      action: {
        label: 'Undo',
        run: () => {
          isFinal = true;
          leaving.delete(id);
          show('');
          focusRow(rowOf(id));
          if (wasCurrent) onRestored(id);
        },
      },
    });
  }

  const rowOf = (id) => list.querySelector(`li[data-id="${CSS.escape(id)}"]`);

  /** One row is a stop of the Tab key; the arrows go through the others. */
  function rove(id) {
    for (const item of list.children) {
      const isStop = item.dataset.id === id;
      for (const control of item.children) control.tabIndex = isStop ? 0 : -1;
    }
  }

  function focusRow(item) {
    if (!item) return;
    rove(item.dataset.id);
    item.firstElementChild.focus();
  }

  list.addEventListener('keydown', (event) => {
    const item = event.target.closest('li');
    if (!item) return;
    const target = {
      ArrowDown: item.nextElementSibling,
      ArrowUp: item.previousElementSibling,
      Home: list.firstElementChild,
      End: list.lastElementChild,
    }[event.key];
    if (target) focusRow(target);
    else if (event.key === 'Delete') remove(item.dataset.id);
    else return;
    event.preventDefault();
  });
  more.addEventListener('click', readMore);
  // The page goes: what was deleted must not come back.
  addEventListener('pagehide', () => { for (const finish of leaving.values()) finish(true); });

  return {
    refresh,
    isLeaving: (id) => leaving.has(id),
    titleOf: (id) => dialogues.find((dialogue) => dialogue.id === id)?.title ?? '',
    setCurrent(id) {
      currentId = id;
      for (const item of list.children) {
        if (item.dataset.id === id) item.firstElementChild.setAttribute('aria-current', 'page');
        else item.firstElementChild.removeAttribute('aria-current');
      }
      if (id && rowOf(id)) rove(id);
    },
  };
}
