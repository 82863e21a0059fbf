// What may stand in a draft, checked in code after any engine wrote it: links, markup, other people's data, prompts, promises.
import type { DraftProposal } from '../model/draft.ts';
import { findPersonal, type PersonalMatch } from '../model/personal.ts';
import { cleanText } from '../model/text.ts';
import { withoutElements } from './elements.ts';
import { paragraphs } from './local/phrases.ts';
import { sentences, wordCount } from './local/text.ts';
import { rot13 } from './orders.ts';
import type { FindPromise } from './promises.ts';

export interface GuardRules {
  findPromise: FindPromise;
  /** Hosts that replies may link to besides the knowledge articles, such as `status.example.com`. */
  hosts: string[];
  /** Texts that are ours alone: the prompts. None of their sentences leaves. */
  prompts: PromptWords;
}

/** What this draft may say besides what its rules allow to every draft. */
export interface GuardContext {
  /** Texts of the cited articles: their links, addresses and promises are the company's own words. */
  cited: string;
  /** Whether an address is that of an article. */
  isKnownLink(url: string): boolean;
  /** This customer's own data and words, and what agents and the signature say: nobody else's. */
  own: string;
  /** What our people wrote: the signature, an agent's instructions. */
  ours: string;
  /** Agents asked for this version in words: what they ask for stays, and is pointed out. */
  instructed: boolean;
  greeting: string;
  signature: string;
}

type Reason = 'promise' | 'link' | 'markup' | 'prompt' | 'personal' | 'encoded' | 'length';

interface Finding {
  reason: Reason;
  /** For people: what was left out and why. */
  text: string;
}

/** Sure signs that the text was not written for this customer. */
const GRAVE: ReadonlySet<Reason> = new Set(['prompt', 'personal', 'encoded']);
/** Such a draft stays below the least that is suggested (engine/policy.ts). */
const GRAVE_CAP = 0.2;
/** Characters of a draft: as many as the form takes that it is edited in. */
const LONGEST = 20_000;
const HANDED_OVER = 'Thank you for your message. A colleague will look at it.';

const ELEMENTS =
  'a|abbr|audio|b|base|blockquote|body|br|button|canvas|center|code|dd|details|div|dl|dt|em|embed|font|footer|form|frame|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main|marquee|meta|nav|object|ol|option|p|param|picture|pre|s|script|section|select|small|source|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|u|ul|video';
/** Elements that nobody sees as text. */
const UNSEEN = /<(script|style|iframe|object|svg)\b/gi;
const MARKUP: RegExp[] = [
  /<!--[\s\S]*?(?:-->|$)/g,
  new RegExp(`</?(?:${ELEMENTS})(?:\\s[^<>]*)?/?>`, 'gi'),
  // What is never closed ends where the next one begins.
  /!\[(?:(?!!\[)[^\]])*\](?:\((?:(?!!\[)[^)])*\)|\[(?:(?!!\[)[^\]])*\])/g,
  /<[@!#][^<>\n]{1,80}>/g,
  /<\|[^|\n]{0,40}\|>/g,
];
const BROADCAST = /@(?=(?:everyone|here|channel|all|team)\b)/gi;
const MARKDOWN_LINK = /\[([^\]\n]{0,200})\]\(\s*<?((?:(?!\]\()[^)\s>])+)(?:[\s>](?:(?!\]\()[^)])*)?\)/g;
const TLD =
  'com|net|org|io|co|app|dev|info|biz|xyz|ru|cn|site|online|link|click|top|live|shop|example|test|invalid|gg|me|ly|to|ai|cloud|tk';
const LINK = new RegExp(
  `\\b(?:[a-z][a-z0-9+.-]{1,15}://|www\\.|(?:javascript|data|vbscript|file):)[^\\s<>"“”]+|(?<![\\p{L}\\p{N}@.%+_/-])(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61})\\.){1,5}(?:${TLD})(?![\\p{L}\\p{N}-])(?:[/?][^\\s<>"“”]*)?`,
  'giu',
);
/** Longer than any word: encoded data. */
const ENCODED = /[A-Za-z0-9+/=_%-]{60,}/;
const LINK_GONE = '(link left out)';

/** Words in a row that a sentence of a prompt and a reply do not share by chance. */
const SHINGLE = 7;
export interface PromptWords {
  shingles: ReadonlySet<string>;
}

/** Remembers the prompts so that their words are known again, in plain, ROT13 or backwards. */
export function readPrompts(prompts: string[]): PromptWords {
  return { shingles: new Set(prompts.flatMap(shinglesOf)) };
}

/** Whether a text repeats a prompt. `known` is what anybody may be told: the cited articles. */
export function repeatsPrompt({ shingles }: PromptWords, text: string, known = ''): boolean {
  if (shingles.size === 0) return false;
  const backwards = [...text].reverse().join('');
  const ours = [text, rot13(text), backwards].flatMap(shinglesOf).filter((shingle) => shingles.has(shingle));
  if (ours.length === 0) return false;
  const free = new Set(shinglesOf(known));
  return ours.some((shingle) => !free.has(shingle));
}

/**
 * The draft without what must not leave, with the reasons on top. Anything found makes `held` say why a person must
 * read it; a leak also takes its confidence. When nothing is left, it becomes a holding reply. Pure.
 */
export function guardDraft(proposal: DraftProposal, rules: GuardRules, context: GuardContext): DraftProposal {
  const findings: Finding[] = [];
  const report = (reason: Reason, text: string) => findings.push({ reason, text });
  const signature = context.signature.trim();
  const given = cleanText(proposal.text).trim();
  if (given.length > LONGEST)
    report('length', `left out: what goes beyond ${LONGEST.toLocaleString('en')} characters`);
  const whole = given.slice(0, LONGEST).toWellFormed();
  const signed = signature !== '' && whole.endsWith(signature);
  const words = withoutLinks(
    withoutMarkup(signed ? whole.slice(0, -signature.length) : whole, report),
    rules,
    context,
    report,
  );
  const known = readKnown(context);
  const lines = words.split('\n').map((line) => keepSentences(line, rules, { ...context, known }, report));
  const kept = lines
    .filter((line, i) => line !== null && !announcesNothing(lines, i))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  if (findings.length === 0) return proposal;

  const said = kept.startsWith(context.greeting) ? kept.slice(context.greeting.length) : kept;
  const empty = wordCount(said.replaceAll(LINK_GONE, '')) < 3;
  const grave = findings.some(({ reason }) => GRAVE.has(reason));
  const held = [...new Set(findings.map(({ text }) => text))].slice(0, 4);
  return {
    ...proposal,
    text: paragraphs([...(empty ? [context.greeting, HANDED_OVER] : [kept]), signed && signature]),
    sources: empty ? [] : proposal.sources,
    answerable: proposal.answerable && !empty,
    confidence: grave || empty ? Math.min(proposal.confidence, GRAVE_CAP) : proposal.confidence,
    reasons: [...held.map((text) => ({ effect: 'down' as const, text })), ...proposal.reasons],
    held: [...(proposal.held ?? []), ...held],
  };
}

/** Whether a line such as "Noted:" has lost (null) all that it announced. */
function announcesNothing(lines: (string | null)[], at: number): boolean {
  if (!lines[at]?.trimEnd().endsWith(':')) return false;
  const following = lines.slice(at + 1);
  const end = following.findIndex((line) => line?.trim() === '');
  const announced = end < 0 ? following : following.slice(0, end);
  return announced.length > 0 && announced.every((line) => line === null);
}

type Report = (reason: Reason, text: string) => void;

function withoutMarkup(text: string, report: Report): string {
  let plain = text;
  // Twice: what is left of one mark may make another.
  for (let round = 0; round < 2; round += 1)
    plain = MARKUP.reduce(
      (rest, pattern) => rest.replace(pattern, ''),
      withoutElements(plain, UNSEEN),
    ).replace(BROADCAST, '');
  if (plain !== text) report('markup', 'left out: markup or a mention');
  return plain;
}

function withoutLinks(text: string, rules: GuardRules, context: GuardContext, report: Report): string {
  const judge = (written: string, whole: string): string => {
    const tail = /(?<![.,;:!?)\]'’»])[.,;:!?)\]'’»]+$/.exec(written)?.[0] ?? '';
    const url = written.slice(0, written.length - tail.length);
    if (isAllowed(url, rules, context)) return whole;
    report('link', `left out: a link that is not ours (${hostOf(url) ?? url.slice(0, 40)})`);
    return `${LINK_GONE}${tail.replace(/[)\]]/g, '')}`;
  };
  return text
    .replace(MARKDOWN_LINK, (_, label: string, url: string) => `${label.trim()} ${judge(url, url)}`.trim())
    .replace(LINK, (url) => judge(url, url));
}

function isAllowed(url: string, rules: GuardRules, { cited, ours, isKnownLink }: GuardContext): boolean {
  if (isKnownLink(url) || standsIn(url, cited) || standsIn(url, ours)) return true;
  const host = hostOf(url);
  return host !== null && rules.hosts.some((one) => host === one || host.endsWith(`.${one}`));
}

/** Whole, not as the beginning of a longer address. */
function standsIn(url: string, text: string): boolean {
  const at = text.indexOf(url);
  return url.length > 3 && at >= 0 && !/[\p{L}\p{N}/?=&#-]/u.test(text.charAt(at + url.length));
}

/** Null for anything that is not an address of the web. */
function hostOf(url: string): string | null {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}`;
  if (!URL.canParse(full)) return null;
  const { protocol, hostname, username, password } = new URL(full);
  return /^https?:$/.test(protocol) && !username && !password ? hostname : null;
}

/** What a draft may repeat, read once for all its sentences. */
interface Known {
  /** Without the spaces and dots that numbers are written with. */
  own: string;
  cited: string;
  ours: string;
  /** Words of the cited articles with one space before and behind each. */
  words: string;
}
type Judging = GuardContext & { known: Known };

function readKnown({ own, cited, ours }: GuardContext): Known {
  return {
    own: compact(own),
    cited: compact(cited),
    ours: compact(ours),
    words: ` ${plainWords(cited).join(' ')} `,
  };
}

/** The line without sentences that must not leave; null when nothing of it is left. */
function keepSentences(line: string, rules: GuardRules, context: Judging, report: Report): string | null {
  const all = sentences(line);
  const kept = all.flatMap((sentence) => {
    const refused = judgeSentence(sentence, rules, context);
    if (refused) report(refused.reason, refused.text);
    const stays = !refused || (refused.reason === 'promise' && context.instructed);
    return stays ? [maskSecrets(sentence, context, report)] : [];
  });
  if (kept.length === all.length && kept.every((sentence, i) => sentence === all[i])) return line;
  const rest = kept.join(' ');
  return wordCount(rest) > 0 ? `${/^\s*/.exec(line)?.[0] ?? ''}${rest}` : null;
}

function judgeSentence(sentence: string, rules: GuardRules, context: Judging): Finding | null {
  const quoted = `“${sentence.slice(0, 90)}${sentence.length > 90 ? '…' : ''}”`;
  if (repeatsPrompt(rules.prompts, sentence, context.cited))
    return { reason: 'prompt', text: 'left out: words of our own instructions' };
  if (ENCODED.test(sentence) && !standsIn(ENCODED.exec(sentence)?.[0] ?? '', context.cited))
    return { reason: 'encoded', text: 'left out: encoded text' };
  const foreign = findPersonal(sentence).find(({ kind, value }) => {
    const isSecret = kind === 'SECRET' || kind === 'CARD';
    const { own, cited, ours } = context.known;
    return !isSecret && ![own, cited, ours].some((text) => holds(text, value));
  });
  if (foreign)
    return { reason: 'personal', text: `left out: ${inWords(foreign)} that is not this customer’s` };
  const topic = rules.findPromise(sentence);
  if (topic && !isDocumented(sentence, context.known))
    return {
      reason: 'promise',
      text: `${context.instructed ? 'as asked for' : 'left out'}, a promise (${topic}): ${quoted}`,
    };
  return null;
}

/** A customer's own card number or password is not repeated either. */
function maskSecrets(sentence: string, { known }: Judging, report: Report): string {
  return findPersonal(sentence)
    .filter(({ kind, value }) => (kind === 'SECRET' || kind === 'CARD') && !holds(known.cited, value))
    .reduceRight((text, { kind, value, start }) => {
      report('personal', `left out: ${kind === 'CARD' ? 'a card number' : 'a password or key'}`);
      return `${text.slice(0, start)}(left out)${text.slice(start + value.length)}`;
    }, sentence);
}

function inWords({ kind }: PersonalMatch): string {
  switch (kind) {
    case 'EMAIL':
      return 'an e-mail address';
    case 'PHONE':
      return 'a phone number';
    case 'IBAN':
      return 'an account number';
    case 'IP':
      return 'an IP address';
    default:
      return 'a number or key';
  }
}

const compact = (written: string) => written.toLowerCase().replace(/[\s().\-–/]/g, '');

/** Whether a compact text has this value, however its number is spaced. */
function holds(text: string, value: string): boolean {
  return text.includes(compact(value).replace(/^(?:\+|00)/, ''));
}

/** Whether the company's own articles say the sentence in these very words. */
function isDocumented(sentence: string, { words }: Known): boolean {
  const said = [sentence, sentence.slice(sentence.indexOf(':') + 1)];
  return said.some(
    (form) => plainWords(form).length >= 4 && words.includes(` ${plainWords(form).join(' ')} `),
  );
}

function plainWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}%$€£]+/gu) ?? [];
}

function shinglesOf(text: string): string[] {
  const words = plainWords(text);
  return words.slice(SHINGLE - 1).map((_, i) => words.slice(i, i + SHINGLE).join(' '));
}
