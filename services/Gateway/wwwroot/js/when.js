const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** How long ago, in as little room as possible: "now", "5 min", "3 h", "2 d", then the date. */
export function ago(time, now = Date.now()) {
  const age = now - Date.parse(time);
  if (!Number.isFinite(age)) return '';
  if (age < minute) return 'now';
  if (age < hour) return `${Math.floor(age / minute)} min`;
  if (age < day) return `${Math.floor(age / hour)} h`;
  if (age < 7 * day) return `${Math.floor(age / day)} d`;
  return date.format(Date.parse(time));
}
