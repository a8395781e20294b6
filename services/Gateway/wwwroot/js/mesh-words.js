// How the mesh tab says durations and amounts of work.

/** @param {number} seconds */
export function spell(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.floor(seconds)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** What a role of a worker has to do and how fast it is; nothing of what it has not shown. */
export function workLines({ unit, inFlight, perSecond }) {
  return [inFlight ? `${inFlight} ${unit} in flight` : '', perSecond > 0 ? `${round(perSecond)} ${unit}/s` : ''].filter(Boolean);
}

/** The models of a worker, and what it does without one; each once. */
export const servedBy = (worker) => [...new Set(worker.offers.map((offer) => offer.model || offer.capabilities.join(', ')))];

const round = (number) => (number < 10 ? number.toFixed(1) : Math.round(number).toString());
