// The dialogue on the page: loads it, sends turns, follows the ones that run.
import * as api from './api.js';
import { startAnnouncing } from './announcer.js';
import { byId, el } from './dom.js';
import { newId } from './ids.js';
import { keepAtEnd } from './scrolling.js';
import { sendTurn } from './send-turn.js';
import { suggestionsFor } from './suggestions.js';
import { followTurn, hasEnded } from './turn-stream.js';
import { createTurnView } from './turn-view.js';

/**
 * @param {object} handlers
 * @param {(id: string) => void} handlers.onStarted A new dialogue got its id.
 * @param {() => void} handlers.onListChanged Titles or order of the dialogues may have changed.
 * @param {(isBusy: boolean) => void} handlers.onBusy A turn runs, or none any more.
 * @param {(turn: object) => void} handlers.onEdit The user wants a refused message back.
 * @param {(imageId: string) => void} handlers.onHit
 */
export function createConversation(handlers) {
  const list = byId('turns');
  const scrolling = keepAtEnd(byId('conversation'), list, byId('to-latest'));
  let dialogueId = null;
  let shown = new AbortController();
  /** Turns that run, newest last: {turnId, view}; turnId is null until it is acknowledged. */
  let running = [];
  let turns = [];

  /** Shows a dialogue, or an empty one for null. */
  async function open(id) {
    if (id !== null && id === dialogueId) return;
    reset(id);
    if (id === null) return;
    const { signal } = shown;
    showNotice('Loading…');
    try {
      const dialogue = await api.getDialogue(id, { signal });
      if (signal.aborted) return;
      showNotice('');
      for (const turn of dialogue.turns) addStored(turn, signal);
      scrolling.toEnd();
      showSuggestions();
    } catch (error) {
      if (signal.aborted) return;
      const retry = () => { dialogueId = null; open(id); };
      showNotice(error.status === 404 ? 'This dialogue does not exist (any more).' : error.message, error.status === 404 ? null : retry);
    }
  }

  function reset(id) {
    shown.abort();
    shown = new AbortController();
    dialogueId = id;
    running = [];
    turns = [];
    list.replaceChildren();
    byId('suggestions').hidden = true;
    showNotice('');
    showWelcome();
    handlers.onBusy(false);
  }

  function addStored(turn, signal) {
    const view = addView(turn);
    turns.push(turn);
    view.setAnswer(turn.answer ?? '');
    view.setState(turn.state);
    if (hasEnded(turn)) {
      showEnded(view, turn);
    } else {
      // The whole answer is read again from its first token: the text so far says not at which number it stands.
      follow({ turnId: turn.turnId, view, turn, sentAt: null, replace: true }, signal);
    }
  }

  function addView(turn) {
    const view = createTurnView(turn, { onHit: handlers.onHit });
    list.append(view.element);
    showWelcome();
    return view;
  }

  /** @param {{text: string, images: string[], skill?: string}} message */
  async function send({ text, images, skill }) {
    if (dialogueId === null) {
      dialogueId = newId();
      handlers.onStarted(dialogueId);
    }
    const turn = { requestId: newId(), text, images, skill, state: 'sending', answer: '' };
    const view = addView(turn);
    view.setState('sending');
    turns.push(turn);
    showSuggestions();
    scrolling.toEnd();
    await post(dialogueId, turn, view, shown.signal);
  }

  async function post(id, turn, view, signal) {
    const run = { turnId: null, view, turn, sentAt: performance.now(), replace: false };
    begin(run, signal);
    view.setFailure('');
    view.setState('sending');
    try {
      const body = { requestId: turn.requestId, text: turn.text, images: turn.images, skill: turn.skill };
      const posted = await sendTurn(id, body, () => view.setNote('The mesh cannot be reached. Trying again…'));
      turn.turnId = posted.turnId;
      run.turnId = posted.turnId;
      view.setNote('');
      view.setState(posted.state);
      handlers.onListChanged();
      if (run.isStopped) api.cancelTurn(id, run.turnId).catch(() => {});
      // The user may have gone to another dialogue meanwhile: the turn is safe with the mesh and is followed on return.
      if (!signal.aborted) await follow(run, signal);
    } catch (error) {
      end(run, signal);
      view.setNote('');
      view.setState('unsent');
      const again = { label: 'Try again', icon: 'retry', run: () => post(id, turn, view, signal) };
      const edit = { label: 'Edit', icon: 'compose', run: () => { forget(turn, view); handlers.onEdit(turn); } };
      view.setFailure(error.message, error.isTransient ? [again, edit] : [edit]);
    }
  }

  async function follow(run, signal) {
    const { view, turn } = run;
    const announcing = startAnnouncing();
    let firstTokenMs = null;
    begin(run, signal);
    try {
      const ended = await followTurn(dialogueId, run.turnId, {
        signal,
        onConnection: (isReconnecting) => view.setNote(isReconnecting ? 'Connection lost. Reconnecting…' : ''),
        onToken: (text) => {
          if (run.sentAt !== null) firstTokenMs ??= performance.now() - run.sentAt;
          if (run.replace) view.setAnswer('');
          run.replace = false;
          view.append(text);
          announcing.add(text);
        },
      });
      Object.assign(turn, ended);
      showEnded(view, ended, firstTokenMs);
      announcing.finish(ended.state === 'failed' ? ended.error?.message : '');
      handlers.onListChanged();
    } catch (error) {
      if (signal.aborted) return;
      view.setState('failed');
      view.setFailure(error.message);
    } finally {
      end(run, signal);
    }
  }

  function showEnded(view, turn, firstTokenMs) {
    view.showEnded(turn, firstTokenMs);
    if (turn.state === 'failed') {
      // A failed turn stays failed; trying again is a new turn that says the same.
      const again = { label: 'Try again', icon: 'retry', run: () => send({ text: turn.text, images: turn.images }) };
      view.setFailure(turn.error?.message ?? 'The answer failed.', [again]);
    }
  }

  function forget(turn, view) {
    turns = turns.filter((other) => other !== turn);
    view.element.remove();
    showWelcome();
  }

  function begin(run, signal) {
    if (signal.aborted || running.includes(run)) return;
    running.push(run);
    handlers.onBusy(true);
  }

  function end(run, signal) {
    if (signal.aborted) return;
    running = running.filter((other) => other !== run);
    if (running.length > 0) return;
    handlers.onBusy(false);
    showSuggestions();
  }

  /** Stops every turn that runs; the stream then tells that they ended. */
  function stop() {
    for (const run of running) {
      run.isStopped = true;
      if (run.turnId) api.cancelTurn(dialogueId, run.turnId).catch((error) => run.view.setNote(error.message));
    }
  }

  function showWelcome() {
    byId('welcome').hidden = dialogueId !== null || list.childElementCount > 0;
  }

  function showNotice(text, retry) {
    const notice = byId('conversation-notice');
    notice.hidden = text === '';
    notice.replaceChildren(el('p', {}, text), retry ? el('button', { type: 'button', class: 'quiet-button', on: { click: retry } }, 'Try again') : '');
  }

  function showSuggestions() {
    const box = byId('suggestions');
    const questions = running.length ? [] : suggestionsFor(turns);
    box.hidden = questions.length === 0;
    box.replaceChildren(...questions.map((text) => el('button', { type: 'button', class: 'suggestion', on: { click: () => send({ text, images: [] }) } }, text)));
  }

  return { open, send, stop, get dialogueId() { return dialogueId; } };
}
