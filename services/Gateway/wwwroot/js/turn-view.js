// One turn on the page: what the user said, and what came of it.
import { el, icon } from './dom.js';
import { enlarge } from './lightbox.js';
import { pictureOf } from './pictures.js';
import { hitCard } from './hit-card.js';

const copiedFor = 1600;

/**
 * @param {object} turn As the API gives it; `state` may also be "sending" (not acknowledged yet) or "unsent" (gave up).
 * @param {{onHit: (imageId: string) => void}} handlers
 */
export function createTurnView(turn, { onHit }) {
  const answerText = document.createTextNode('');
  const answer = el('p', { class: 'answer', 'data-testid': 'turn-answer' }, answerText);
  const thinking = el('span', { class: 'thinking', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'));
  const hits = el('ul', { class: 'hits in-turn', 'aria-label': 'Pictures found', hidden: true });
  const note = el('p', { class: 'turn-note', hidden: true });
  const failure = el('div', { class: 'turn-failure', hidden: true });
  const foot = el('div', { class: 'turn-foot', hidden: true });

  const element = el('li', { class: 'turn', 'data-testid': 'turn' },
    question(turn),
    el('div', { class: 'reply' },
      icon('logo', 'reply-logo'),
      el('div', { class: 'reply-body' },
        el('span', { class: 'visually-hidden' }, 'Answer:'),
        answer, thinking, hits, failure, note, foot)));

  const setState = (state) => {
    element.dataset.state = state;
    answer.dataset.state = state;
    thinking.hidden = answerText.length > 0 || !['sending', 'pending', 'running'].includes(state);
    answer.hidden = answerText.length === 0;
  };

  const setAnswer = (text) => {
    answerText.data = text;
    setState(element.dataset.state);
  };

  return {
    element,
    setState,
    setAnswer,
    append(text) {
      answerText.appendData(text);
      setState('running');
    },

    /** A quiet remark below the answer; empty for none. */
    setNote(text) {
      note.textContent = text;
      note.hidden = text === '';
    },

    /** @param {{label: string, icon: string, run: () => void}[]} actions What the user can do about it. */
    setFailure(message, actions = []) {
      failure.hidden = message === '';
      failure.replaceChildren(
        el('p', { class: 'turn-failure-text' }, icon('alert'), el('span', {}, message)),
        ...actions.map((action) => el('button', { type: 'button', class: 'quiet-button', on: { click: action.run } }, icon(action.icon), action.label)));
    },

    /** The turn as the mesh keeps it, with the time to the first token if this page saw it. */
    showEnded(ended, firstTokenMs) {
      setAnswer(ended.answer ?? '');
      setState(ended.state);
      this.setNote(ended.state === 'cancelled' ? 'Stopped.' : '');
      const cards = (ended.hits ?? []).map((hit) => hitCard(hit, onHit));
      hits.replaceChildren(...cards);
      hits.hidden = cards.length === 0;
      const usage = describeUsage(ended.usage, firstTokenMs);
      foot.replaceChildren(
        ended.answer ? copyButton(ended.answer) : '',
        usage ? el('span', { class: 'usage' }, usage) : '');
      foot.hidden = !ended.answer && !usage;
    },
  };
}

function question(turn) {
  const cards = turn.images.map((imageId, index) => {
    const name = turn.images.length > 1 ? `picture ${index + 1} of ${turn.images.length}` : 'the picture';
    return el('button', { type: 'button', class: 'card', 'aria-label': `Enlarge ${name}`, on: { click: () => enlarge(imageId, name) } }, pictureOf(imageId));
  });
  return el('div', { class: 'question' },
    el('span', { class: 'visually-hidden' }, 'You:'),
    cards.length ? el('div', { class: cards.length > 1 ? 'cards several' : 'cards' }, ...cards) : null,
    turn.text ? el('p', { class: 'question-text' }, turn.text) : null);
}

function copyButton(text) {
  const button = el('button', { type: 'button', class: 'icon-button small', 'aria-label': 'Copy the answer', title: 'Copy the answer' }, icon('copy'));
  // Only secure contexts (https, or this machine) have a clipboard.
  if (!navigator.clipboard) return '';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text).catch(() => {});
    button.replaceChildren(icon('check'));
    setTimeout(() => button.replaceChildren(icon('copy')), copiedFor);
  });
  return button;
}

const number = new Intl.NumberFormat('en');

function describeUsage(usage, firstTokenMs) {
  const parts = [];
  if (usage) {
    const cached = usage.cachedTokens ? ` (${number.format(usage.cachedTokens)} cached)` : '';
    parts.push(`${number.format(usage.promptTokens)} tokens read${cached}`, `${number.format(usage.completionTokens)} written`);
  }
  if (firstTokenMs !== null && firstTokenMs !== undefined) {
    parts.push(`first token after ${firstTokenMs < 1000 ? `${Math.round(firstTokenMs)} ms` : `${(firstTokenMs / 1000).toFixed(1)} s`}`);
  }
  return parts.join(' · ');
}
