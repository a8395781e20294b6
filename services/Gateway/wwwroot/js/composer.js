// Where a message is written. Text and pictures that were not sent stay with the dialogue they were meant for.
import { attachFile, attachStored, choosePictures, showAttachments } from './attachments.js';
import { byId } from './dom.js';

const mostHeight = 200;

/**
 * @param {(message: {text: string, images: string[]}) => void} onSend
 * @param {() => void} onStop
 */
export function createComposer({ onSend, onStop }) {
  const form = byId('composer');
  const text = byId('composer-text');
  const sendButton = byId('send');
  const stopButton = byId('stop');
  /** Dialogue id ('' for a new one) -> {text, attachments}. */
  const drafts = new Map();
  let draft = { text: '', attachments: [] };
  let isBusy = false;
  let isSending = false;

  function update() {
    const isEmpty = text.value.trim() === '' && draft.attachments.length === 0;
    const isBlocked = draft.attachments.some((attachment) => attachment.state === 'failed');
    sendButton.disabled = isEmpty || isBlocked || isSending;
    sendButton.hidden = isBusy;
    stopButton.hidden = !isBusy;
    showAttachments(draft.attachments);
  }

  function grow() {
    text.style.height = 'auto';
    text.style.height = `${Math.min(text.scrollHeight, mostHeight)}px`;
  }

  function write(value) {
    text.value = value;
    grow();
    update();
  }

  function add(attachments) {
    draft.attachments.push(...attachments);
    update();
    text.focus();
  }

  const settle = (own) => ({
    onSettled: update,
    onRemove: (attachment) => {
      own.attachments = own.attachments.filter((other) => other !== attachment);
      update();
      text.focus();
    },
  });

  const attach = (files) => add(choosePictures(files, draft.attachments.length).map((file) => attachFile(file, settle(draft))));

  async function submit() {
    if (sendButton.disabled || isBusy) return;
    const own = draft;
    isSending = true;
    update();
    try {
      const images = await Promise.all(own.attachments.map((attachment) => attachment.imageId));
      // While the last upload ran the user may have gone elsewhere; then the message stays there as a draft.
      if (own !== draft) return;
      const message = { text: text.value.trim(), images };
      draft.attachments = [];
      write('');
      onSend(message);
    } catch {
      // The picture that failed says why, and can be removed.
    } finally {
      isSending = false;
      update();
    }
  }

  form.addEventListener('submit', (event) => { event.preventDefault(); submit(); });
  stopButton.addEventListener('click', () => { onStop(); text.focus(); });
  text.addEventListener('input', () => { grow(); update(); });
  text.addEventListener('keydown', (event) => {
    // Enter that ends a composition (Japanese, Chinese, …) belongs to the input method.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  byId('composer-file').addEventListener('change', (event) => {
    attach([...event.target.files]);
    // The same file can be chosen again.
    event.target.value = '';
  });

  return {
    attach,
    focus: () => text.focus(),
    /** Puts a message back that was not accepted. */
    restore(message) {
      write(message.text);
      add(message.images.map((imageId) => attachStored(imageId, settle(draft))));
    },
    setBusy(value) {
      isBusy = value;
      update();
    },
    /** Changes to the draft of another dialogue. */
    showDraft(dialogueId) {
      draft.text = text.value;
      const id = dialogueId ?? '';
      if (!drafts.has(id)) drafts.set(id, { text: '', attachments: [] });
      draft = drafts.get(id);
      write(draft.text);
    },
    /** What was typed since stays when a new dialogue gets its id. */
    adoptDraft(dialogueId) {
      drafts.set(dialogueId, draft);
      drafts.delete('');
    },
  };
}
