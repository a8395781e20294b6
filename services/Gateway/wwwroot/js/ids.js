/** A random id of 32 hex digits. Not crypto.randomUUID: that is missing where the page is served by plain http to another machine. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
