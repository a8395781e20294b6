// Tells screen readers what is streamed, in sentences: token by token would be noise.
import { byId, el } from './dom.js';

const enoughText = 60;
const mostLines = 20;

function say(text) {
  const log = byId('announcer');
  log.append(el('p', {}, text));
  while (log.children.length > mostLines) log.firstChild.remove();
}

/** Collects streamed text and says it whenever a sentence has ended and there is enough to say. */
export function startAnnouncing() {
  let waiting = '';
  return {
    add(text) {
      waiting += text;
      const end = Math.max(waiting.lastIndexOf('. '), waiting.lastIndexOf('! '), waiting.lastIndexOf('? '), waiting.lastIndexOf('\n'));
      if (end < enoughText) return;
      say(waiting.slice(0, end + 1).trim());
      waiting = waiting.slice(end + 1);
    },
    finish(note = '') {
      const text = `${waiting} ${note}`.trim();
      waiting = '';
      if (text) say(text);
    },
  };
}
