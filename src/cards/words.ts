// Words on cards: visible cuts, absolute times and money, all from plain text to plain text.
import { DAY_MS } from '../model/duration.ts';
import type { Message } from '../model/message.ts';
import { type DueView, TARGET_WORDS } from '../model/service-level.ts';

// Control characters other than tab and newline, and the marks that turn the writing direction of what follows.
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

// Sought from where white space begins only: over a message of nothing else it would take minutes.
const LINE_END = /(?<![^\S\n])[^\S\n]+\n/g;

/** The text without control characters and direction marks; keeps line breaks, at most one blank line in a row. */
export function plain(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(UNSEEN, (char) => (char === '\n' || char === '\t' ? char : ''))
    .replace(LINE_END, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** `plain` on one line. */
export function line(text: string, max = 200): string {
  return cut(plain(text).replace(/\s+/g, ' '), max).text;
}

/** At most `max` characters and `maxLines` lines, cut between words and ending in "…" when something is missing. */
export function cut(
  text: string,
  max: number,
  maxLines = Number.POSITIVE_INFINITY,
): { text: string; cut: boolean } {
  const few = firstLines(text, maxLines, max);
  if (few.length <= max) return { text: few === text ? few : `${few.trimEnd()} …`, cut: few !== text };
  const room = Math.max(0, max - 2);
  const head = few.slice(0, room);
  const space = head.search(/\s\S*$/);
  const kept = space > room * 0.7 ? head.slice(0, space) : head;
  // A half of a surrogate pair is not a character.
  return { text: `${kept.replace(/[\ud800-\udbff]$/, '').trimEnd()} …`, cut: true };
}

/** The text before its `most`-th line break; all of it where that is missing or comes after `max` characters anyway. */
function firstLines(text: string, most: number, max: number): string {
  let end = -1;
  for (let line = 0; line < most; line++) {
    end = text.indexOf('\n', end + 1);
    if (end < 0 || end > max) return text;
  }
  return text.slice(0, end);
}

/** When and where a card is read. */
export interface When {
  now: Date;
  timeZone: string;
}

/** Making one costs a hundred times what using it does, and a card tells the time a dozen times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function parts(at: Date, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify([timeZone, options]);
  const format = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
  formats.set(key, format);
  return format.format(at);
}

/** `10:45` today, `Tue 10:45` within six days, `3 Mar 10:45`, `3 Mar 2025 10:45` in another year. Never relative: cards do not tick. */
export function time(at: Date, { now, timeZone }: When): string {
  const clock = parts(at, timeZone, { hour: '2-digit', minute: '2-digit' });
  const day = { year: 'numeric', month: 'short', day: 'numeric' } as const;
  if (parts(at, timeZone, day) === parts(now, timeZone, day)) return clock;
  const days = Math.abs(at.getTime() - now.getTime()) / DAY_MS;
  if (days < 6) return `${parts(at, timeZone, { weekday: 'short' })} ${clock}`;
  return `${date(at, { now, timeZone })} ${clock}`;
}

/** `the first answer is due 10:45`, `the resolution was due Tue 10:45`. */
export function dueWords({ target, at }: Pick<DueView, 'target' | 'at'>, when: When): string {
  return `the ${TARGET_WORDS[target]} ${at <= when.now ? 'was' : 'is'} due ${time(at, when)}`;
}

/** `10:45:10`, for the end of an undo window. */
export function timeToTheSecond(at: Date, { timeZone }: When): string {
  return parts(at, timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** `3 Mar`, with the year when it is another one. */
export function date(at: Date, { now, timeZone }: When): string {
  const year = { year: 'numeric' } as const;
  const same = parts(at, timeZone, year) === parts(now, timeZone, year);
  return parts(at, timeZone, { day: 'numeric', month: 'short', ...(same ? {} : year) });
}

/** `82 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `1,850` */
export function amount(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 2 });
}

/** `1,850 a month` */
export function monthly(mrr: number): string {
  return `${amount(Math.round(mrr))} a month`;
}

/** `17 Dec 2026`, for what is kept: with its year, in no particular zone. */
export function dayOf(at: Date): string {
  return parts(at, 'UTC', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** `jobsLast30d`, `apiUsed`, `lastSeenAt`, `payment_failed` -> `Jobs last 30d`, `API used`, `Last seen`, `Payment failed`. */
export function inWords(name: string): string {
  const words = name
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z]|\d+d\b)/g, '$1 $2')
    .toLowerCase()
    .replace(/ at$/, '')
    .replace(/\b(?:api|csv|pdf|sms|sso|url)\b/g, (short) => short.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Values of any system as people write them: `22,561`, `17 Dec 2026`, `yes`. Null where there is none. */
export function valueWords(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return amount(value);
  const at = /^\d{4}-\d\d-\d\d(?:T|$)/.test(String(value)) ? new Date(String(value)) : null;
  return at && !Number.isNaN(at.getTime()) ? dayOf(at) : String(value);
}

/** `3 sources`, `1 source`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** `Joan · e-mail · Tue 10:45`: who wrote a message, by which channel and when. */
export function writtenBy(
  { author, channel, at }: Pick<Message, 'author' | 'channel' | 'at'>,
  when: When,
): string {
  return `${line(author, 60)} · ${channelName(channel)} · ${time(at, when)}`;
}

const CHANNELS = new Map([
  ['email', 'e-mail'],
  ['api', 'API'],
  ['livechat', 'live chat'],
  ['chat', 'chat'],
]);

/** What people call a channel. */
export function channelName(channel: string): string {
  return CHANNELS.get(channel) ?? line(channel, 40);
}
