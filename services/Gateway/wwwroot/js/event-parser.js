/**
 * Server-sent events from a response body (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).
 * Our own, because EventSource cannot send the API key.
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<{name: string, id: string|null, data: string}>} A comment (heartbeat) comes as name "heartbeat".
 */
export async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let event = blank();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      // An event that the end of the stream cuts off is incomplete and does not count.
      if (done) return;
      // A CR at the very end may be half of a CRLF: it waits for the next piece.
      const text = rest + value;
      const lines = text.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === '') {
          if (event.data !== null) yield event;
          event = blank();
        } else if (line.startsWith(':')) {
          yield { name: 'heartbeat', id: null, data: '' };
        } else {
          take(event, line);
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

const blank = () => ({ name: 'message', id: null, data: null });

function take(event, line) {
  const colon = line.indexOf(':');
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (field === 'event') event.name = value;
  else if (field === 'id') event.id = value;
  else if (field === 'data') event.data = event.data === null ? value : `${event.data}\n${value}`;
}
