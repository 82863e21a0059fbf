// Somebody's words as they may stand where many people read them: without personal data, names and signature.
import { type PersonalKind, replacePersonal } from './personal.ts';
import { cleanText } from './text.ts';

/** Who says something, by the names that must not be told; null where they are not known. */
export interface Speaker {
  customer: string | null;
  account: string | null;
}

/** For words that say nothing about who says them. */
export const NOBODY: Speaker = { customer: null, account: null };

const HIDDEN: Record<PersonalKind, string> = {
  EMAIL: '[e-mail]',
  PHONE: '[phone]',
  CARD: '[card number]',
  IBAN: '[IBAN]',
  SECRET: '[secret]',
  IP: '[IP address]',
};
const NAME = '[name]';
const COMPANY = '[company]';
const PLACEHOLDER = [...Object.values(HIDDEN), NAME, COMPANY].map((word) => RegExp.escape(word)).join('|');

const TITLE = /^(?:dr|mrs?|ms|mx|miss|prof|herr|frau|mme|sr|sra)$/i;
/** What follows a company's name in the register, and nobody says. */
const LEGAL_FORM =
  /(?<![\s,])[\s,]+(?:inc|llc|llp|ltd|limited|plc|corp|corporation|co|company|gmbh|ag|kg|& co\.?(?: kg)?|ug|e\.?k|s\.?a\.?s?|sarl|s\.?r\.?l|s\.?l|b\.?v|n\.?v|oy|ab|a\/s|pty(?: ltd)?)\.?$/i;
/** Scripts that put no spaces between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;

/** A line that closes a letter, with or without the name; from the languages that the sample's customers write. */
const VALEDICTION =
  /^(?:(?:with )?(?:(?:best|kind(?:est)?|warm(?:est)?|many thanks and) )?(?:regards|wishes)|all the best|best|cheers|(?:yours )?(?:sincerely|faithfully|truly)|yours|(?:many |with )?thanks(?: (?:again|and regards|in advance|so much|a lot))?|thank you(?: (?:very|so) much)?|mit (?:freundlichen|besten|herzlichen) gr(?:ü|ue)(?:ß|ss)en|(?:viele|liebe|beste|freundliche) gr(?:ü|ue)(?:ß|ss)e|mfg|(?:bien )?cordialement|bien à vous|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|cordiali saluti|atenciosamente)[\s,.!–-]*(?:\[name\][\s,.]*)*$/i;
/** A line that is somebody's own name, alone or with what they are: "[name], Head of Operations". */
const OWN_NAME = /^(?:\[name\][ ,.]*)+$|^(?:\[name\] ?)+(?:[,|·•–—-]|\() ?[^.?!]{0,60}$/;
/** The usual mark (RFC 3676, section 4.3). */
const MARK = /^(?:--|—|__)\s*$/;
/** Titles, telephones and addresses below a name are lines of this length at most, and so many. */
const LINE = 90;
const LINES = 14;
/** Characters that are read of a name. */
const LONGEST_NAME = 200;

/**
 * The text with addresses, numbers, secrets, the speaker's name and company replaced by `[name]` and the like, and
 * without the signature. Names of others who are mentioned stay: nothing tells them from other words.
 */
export function publicWords(text: string, speaker: Speaker): string {
  const hidden = replacePersonal(cleanText(text), ({ kind }) => HIDDEN[kind]);
  return withoutSignature(withoutNames(hidden, speaker));
}

function withoutNames(text: string, { customer, account }: Speaker): string {
  const names = new Map<string, { as: string; exactly: string | null }>();
  // The shorter a name, the likelier that it is also a word: two letters count only as the name is written.
  const hide = (word: string, as: string) =>
    names.set(word.toLowerCase(), { as, exactly: [...word].length < 3 ? word : null });
  for (const name of companyNames(account ?? '')) hide(name, COMPANY);
  for (const part of nameParts(customer ?? '')) hide(part, NAME);
  const words = [...names.keys()].sort((a, b) => b.length - a.length).map(whole);
  return text
    .replace(new RegExp([PLACEHOLDER, ...words].join('|'), 'giu'), (found) => {
      const name = names.get(found.replace(/\s+/g, ' ').toLowerCase());
      return name && (name.exactly === null || name.exactly === found) ? name.as : found;
    })
    .replace(/\[name\](?:[ ’'-]\[name\])+/g, NAME);
}

/** First and last name, each piece of a double one, too. */
function nameParts(name: string): string[] {
  const words = name.slice(0, LONGEST_NAME).split(/[\s.,;()"]+/);
  const pieces = words.flatMap((word) => [word, ...word.split(/['’-]/)]);
  return pieces.filter((word) => [...word].length >= 2 && /\p{L}/u.test(word) && !TITLE.test(word));
}

function companyNames(account: string): string[] {
  const full = account.slice(0, LONGEST_NAME).replace(/\s+/g, ' ').trim();
  const said = full.replace(LEGAL_FORM, '').replace(LEGAL_FORM, '');
  return [full, said].filter((name) => name.length >= 3);
}

/** The word as a pattern that does not match within another. */
function whole(word: string): string {
  const pattern = word
    .split(' ')
    .map((part) => RegExp.escape(part))
    .join('\\s+');
  return UNSPACED.test(word) ? pattern : `(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`;
}

/** What stands below "-- ", below "Kind regards", or below the speaker's own name; unless nothing else is said. */
function withoutSignature(text: string): string {
  const lines = text.trim().split('\n');
  const said = lines.slice(0, signatureAt(lines)).join('\n').trim();
  return said || text.trim();
}

/** The line that a signature begins with, as far up as it can; undefined where there is none. */
function signatureAt(lines: string[]): number | undefined {
  let found: number | undefined;
  const below: string[] = [];
  for (let i = lines.length - 1; i > 0 && below.length <= LINES; i -= 1) {
    const line = (lines[i] ?? '').trim();
    const closes = () => below.every((one) => one.length <= LINE && !/[?!]$/.test(one));
    if (MARK.test(line) || OWN_NAME.test(line) || (VALEDICTION.test(line) && closes())) found = i;
    if (line) below.push(line);
  }
  return found;
}
