import { postTurn } from './api.js';
import { backOff, pauseOrOnline } from './wait.js';

const attempts = 6;

/**
 * Posts a turn until it is acknowledged. Safe to repeat: the same request id is the same turn, also if only the answer to
 * an earlier attempt was lost.
 * @param {() => void} onWaiting When an attempt failed and another follows.
 */
export async function sendTurn(dialogueId, body, onWaiting) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await postTurn(dialogueId, body);
    } catch (error) {
      if (!error.isTransient || attempt === attempts) throw error;
      onWaiting();
      await pauseOrOnline(error.retryAfterSeconds ? error.retryAfterSeconds * 1000 : backOff(attempt));
    }
  }
}
