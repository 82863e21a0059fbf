// Makes a past reply fit for another customer: greeting, names, sign-off and everything personal go, or all of it.
import { sentences, wordCount } from './text.ts';

const GREETING =
  /^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|thanks|thank you)\b[^\n]{0,60}?[,!.]\s*(?:\n|$)/i;
const SIGN_OFF =
  /^(?:best|kind|warm|many)?\s*(?:regards|wishes|best|cheers|thanks|thank you|sincerely|yours\b[^\n]*|all the best|take care|have a (?:good|great|nice)[^\n]*)[,!.]?\s*$/i;

/** Acts and findings of that day: true for that customer only. */
const PERSONAL =
  /\b(?:i(?:'ve| have|'ll| will|'m| am| did| see| saw| can see| checked| looked| found| sent| added| removed| changed| moved| forwarded| refunded| cancelled| reset| restored| think| just)|we(?:'ve| have)\s+(?:sent|added|removed|changed|refunded|credited|fixed|found|reset|restored|cancelled|issued|raised|moved|now|just|also|passed|noted|forwarded|extended|released|switched|corrected|re)\w*|we (?:refunded|credited|fixed|found|sent)|your (?:invoice|account|card|payment|credit|refund|ticket|key|export) (?:is|was|has|shows|failed|of)|as (?:agreed|discussed|promised)|on (?:the phone|our call)|you (?:were|are) (?:on|charged)|colleagues? (?:is|are|has|will)|(?:yesterday|today|tomorrow|this (?:morning|afternoon|week)|last (?:night|week|month)|next (?:week|month))|(?:mon|tues|wednes|thurs|fri|satur|sun)day|apolog\w+|sorry|attached|enclosed|here is|here's|above|earlier|screenshot)\b/i;
const ADDRESS = /@\S|\+?\d[\d ()-]{7,}\d/;
const DATE =
  /\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b/i;
const NUMBERS = /[$€£]?\d[\d.,:]*\d|[$€£]?\d/g;
const CODES = /\b(?=[A-Z0-9-]{0,40}\d)(?=[A-Z0-9-]{0,40}[A-Z])[A-Z0-9]{1,6}-?[A-Z0-9]{0,40}\d[A-Z0-9-]*\b/g;

/**
 * What of a past reply may be said to anybody, or null when too little is left. `known` holds the words of the
 * knowledge articles: a number, code, address or name is kept only when it stands there.
 */
export function reusableReply(reply: string, known: { has(token: string): boolean }): string | null {
  let body = reply.replace(/\r\n?/g, '\n').trim().replace(GREETING, '').trim();
  const lines = body.split('\n');
  const end = lines.findIndex((line, i) => i > 0 && SIGN_OFF.test(line.trim()));
  if (end > 0) body = lines.slice(0, end).join('\n').trim();
  const all = sentences(body);
  const kept = all.filter((sentence) => isGeneral(sentence, known));
  // The answer itself stands first: when that is personal, the rest misleads.
  if (!all.length || !kept.length || kept[0] !== all[0]) return null;
  if (wordCount(kept.join(' ')) < Math.max(4, 0.6 * wordCount(body))) return null;
  return kept.join(' ');
}

function isGeneral(sentence: string, known: { has(token: string): boolean }): boolean {
  const plain = sentence.replace(/[’`]/g, "'");
  if (PERSONAL.test(plain) || ADDRESS.test(plain) || DATE.test(plain)) return false;
  for (const number of plain.match(NUMBERS) ?? []) if (!known.has(number)) return false;
  for (const code of plain.match(CODES) ?? []) if (!known.has(code.toLowerCase())) return false;
  // A capitalised word inside a sentence is a name unless the articles use it.
  const written = plain.split(/\s+/);
  for (const [i, one] of written.entries()) {
    const word = one.replace(/^[^\p{L}\p{N}]+|(?<![^\p{L}\p{N}])[^\p{L}\p{N}]+$/gu, '');
    const opens = i === 0 || /[.!?:›]$/.test(written[i - 1] ?? '');
    if (!opens && /^\p{Lu}\p{Ll}/u.test(word) && !known.has(word.toLowerCase().replace(/'s$/, '')))
      return false;
  }
  return true;
}

/** The tokens of the knowledge: what may be repeated to anybody. */
export function knownTokens(texts: Iterable<string>): Set<string> {
  const tokens = new Set<string>();
  for (const text of texts) {
    for (const number of text.match(NUMBERS) ?? []) tokens.add(number);
    for (const code of text.match(CODES) ?? []) tokens.add(code.toLowerCase());
    for (const word of text.match(/[\p{L}\p{N}]+/gu) ?? []) tokens.add(word.toLowerCase());
  }
  return tokens;
}
