// Times in this browser's zone and words; hours as on the cards, 00 to 23.
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

/** `10:02` */
export function clockTime(iso: string): string {
  return clock.format(new Date(iso));
}

/** For tooltips: day, date and time. */
export function fullTime(iso: string): string {
  return full.format(new Date(iso));
}

/** `Today`, `Yesterday`, `Monday, 2 March`. */
export function dayName(iso: string, now = new Date()): string {
  const at = new Date(iso);
  if (at.toDateString() === now.toDateString()) return 'Today';
  const before = new Date(now.getTime() - 86_400_000);
  return at.toDateString() === before.toDateString() ? 'Yesterday' : day.format(at);
}

/** A `datetime-local` value (local wall time) from an instant. */
export function toLocalInput(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
