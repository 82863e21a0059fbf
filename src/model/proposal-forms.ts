// What the forms of a proposal hold: lists of customers and texts that may be more than a chat's window takes.
import type { Recipient } from './proposal.ts';
import { byFrequency, tally } from './tally.ts';
import { ticketKey } from './ticket.ts';

/** Three of Discord's menus of 25, which leave room for a text; in any script they fit into Teams' 27 kB. */
const LISTED = 75;
/** Discord's windows hold five inputs. */
const MOST_TEXTS = 5;

/** Whom an agent may take in or leave out: those who get nothing as it stands first, as most as are listed. */
export function choosable<One extends Pick<Recipient, 'state'>>(
  recipients: One[],
): { listed: One[]; unlisted: One[] } {
  const without = recipients.filter(({ state }) => state === 'held' || state === 'left_out');
  const all = [...without, ...recipients.filter(({ state }) => state === 'ready')];
  return { listed: all.slice(0, LISTED), unlisted: all.slice(LISTED) };
}

/** Who is meant by a name, a company or a ticket on each line, and the lines that mean nobody. */
export function namedIn(
  text: string,
  recipients: Pick<Recipient, 'id' | 'name' | 'account' | 'ticketId'>[],
): { ids: number[]; unknown: string[] } {
  const same = (a: string, b: string) => a.localeCompare(b, 'en', { sensitivity: 'base' }) === 0;
  const found = linesOf(text).map((line) => ({
    line,
    ids: recipients
      .filter(({ name, account, ticketId }) =>
        [name, account ?? '', ticketId === null ? '' : ticketKey(ticketId)].some((one) => same(one, line)),
      )
      .map(({ id }) => id),
  }));
  return {
    ids: found.flatMap(({ ids }) => ids),
    unknown: found.filter(({ ids }) => ids.length === 0).map(({ line }) => line),
  };
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** Languages that customers get it in, that of most first: those with an input of their own, and those that share one. */
export function textInputs(recipients: Pick<Recipient, 'language' | 'state'>[]): {
  own: string[];
  shared: string[];
} {
  const told = recipients.filter(({ state }) => state !== 'barred');
  const all = byFrequency(tally(told.map(({ language }) => language))).map(([language]) => language);
  const own = all.length > MOST_TEXTS ? MOST_TEXTS - 1 : MOST_TEXTS;
  return { own: all.slice(0, own), shared: all.slice(own) };
}

/** Texts one below the other, each after a line such as `[pl] Polish`. */
export function joinTexts(texts: { language: string; name: string; text: string }[]): string {
  return texts.map(({ language, name, text }) => `[${language}] ${name}\n${text}`).join('\n\n');
}

/** The way back; `fault`: what cannot be told apart, in words for who wrote it. */
export function splitTexts(
  joined: string,
  languages: string[],
): { texts: Record<string, string>; fault: string | null } {
  const [before = '', ...parts] = joined.split(/^\[([\w-]{2,12})\].*$/m);
  const texts: Record<string, string> = {};
  for (let n = 0; n + 1 < parts.length; n += 2) texts[parts[n] ?? ''] = parts[n + 1]?.trim() ?? '';
  const unknown = Object.keys(texts).find((language) => !languages.includes(language));
  const known = languages.map((language) => `[${language}]`).join(', ');
  const fault = unknown
    ? `“[${unknown}]” is none of the languages here; they are ${known}.`
    : before.trim()
      ? `“${before.trim().slice(0, 40)}” stands before the first language; begin each text with a line such as ${known}.`
      : null;
  return { texts, fault };
}
