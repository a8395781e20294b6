// Follows one turn to its end, whatever happens to the connection in between: every token has a number, so a new
// connection goes on behind the last one that was read, and no word is lost or shown twice.
import { getDialogue, openTurnEvents } from './api.js';
import { ApiError } from './api-error.js';
import { readEvents } from './event-parser.js';
import { backOff, pauseOrOnline } from './wait.js';

/** The gateway says something at least every 15 s; silence three times as long is a dead connection. */
const longestSilence = 45_000;

/**
 * @param {object} watcher
 * @param {(text: string) => void} watcher.onToken
 * @param {(isReconnecting: boolean) => void} watcher.onConnection
 * @returns {Promise<object>} The turn as it ended: done, cancelled or failed.
 * @throws {ApiError} When no further attempt can help, such as a dialogue that was deleted.
 */
export async function followTurn(dialogueId, turnId, { onToken, onConnection, signal }) {
  let after = null;
  let attempt = 0;
  for (;;) {
    try {
      const ended = await readOnce();
      if (ended) return ended;
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof ApiError && !error.isTransient) throw error;
    }
    onConnection(true);
    await pauseOrOnline(backOff(attempt++), signal);
    signal.throwIfAborted();
  }

  /** Reads one connection; nothing is returned when it broke. */
  async function readOnce() {
    const connection = new AbortController();
    const stop = () => connection.abort();
    signal.addEventListener('abort', stop, { once: true });
    let watchdog = setTimeout(stop, longestSilence);
    try {
      const response = await openTurnEvents(dialogueId, turnId, { after, signal: connection.signal });
      onConnection(false);
      for await (const event of readEvents(response.body)) {
        clearTimeout(watchdog);
        watchdog = setTimeout(stop, longestSilence);
        if (event.id !== null) after = event.id;
        if (event.name === 'token') {
          attempt = 0;
          onToken(JSON.parse(event.data).text);
        } else if (event.name === 'done') {
          return JSON.parse(event.data).turn;
        } else if (event.name === 'error') {
          // With a turn the turn failed; without one only this stream did, and the turn itself may be well.
          return JSON.parse(event.data).turn ?? await readEnded();
        }
      }
      return null;
    } finally {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  async function readEnded() {
    const dialogue = await getDialogue(dialogueId, { signal });
    const turn = dialogue.turns.find((candidate) => candidate.turnId === turnId);
    return turn && hasEnded(turn) ? turn : null;
  }
}

export const hasEnded = (turn) => turn.state === 'done' || turn.state === 'failed' || turn.state === 'cancelled';
