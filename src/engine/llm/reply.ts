// Puts a reply together from what the model wrote and the check left.
import type { Analysis } from '../../model/analysis.ts';
import type { Source } from '../../model/draft.ts';
import { holdingReply } from '../local/holding.ts';
import { firstName, listed, PHRASES, paragraphs } from '../local/phrases.ts';
import { contentWords, stem } from '../local/retrieval.ts';
import type { CheckedClaim } from './checker.ts';

export interface ReplyParts {
  customerName: string | null;
  /** ISO 639-1. */
  language: string;
  opening: string | null;
  claims: CheckedClaim[];
  closing: string | null;
  /** Questions, in the customer's words, that nothing answers. */
  open: string[];
  signature: string;
}

/** The reply of an answered ticket. */
export function composeReply(parts: ReplyParts): string {
  const { language, claims } = parts;
  const phrases = PHRASES[language];
  const url = claims.map(({ passage }) => passage.url).find((one) => one !== null);
  return paragraphs([
    greeting(parts),
    courteous(parts.opening, language),
    ...claims.map(({ claim }) => claim.text.trim()),
    language === 'en' &&
      parts.open.length > 0 &&
      `As to ${listed(parts.open.map((question) => `“${question.slice(0, 120)}”`))}, a colleague will look at it.`,
    url && phrases ? phrases.more(url) : null,
    courteous(parts.closing, language),
    parts.signature,
  ]);
}

/** The reply when no source answers: honest, without facts, for a person to complete. */
export function composeHolding(parts: ReplyParts, analysis: Analysis, said: string): string {
  const polite = [courteous(parts.opening, parts.language), courteous(parts.closing, parts.language)];
  const ownWords = parts.language !== 'en' && polite.some(Boolean);
  return paragraphs([
    greeting(ownWords ? parts : { ...parts, language: 'en' }),
    ...(ownWords ? polite : holdingReply(analysis, said)),
    parts.signature,
  ]);
}

function greeting({ customerName, language }: Pick<ReplyParts, 'customerName' | 'language'>): string {
  const name = firstName(customerName);
  const phrases = PHRASES[language];
  return phrases ? phrases.greeting(name) : name ? `${name},` : '';
}

/** Most of a polite sentence, in characters, and the share of its words that may be about something. */
const COURTESY = { characters: 220, foreign: 0.34 };
/** Stems that polite sentences are made of. */
const POLITE = new Set(
  'thank sorry apologis apologize trouble inconvenience understand annoy frustrating frustrated wait waiting patience patient happy glad help helpful reply message question questions write writing reach touch contact feel free let know further else anything something issue problem difficult difficulty work holding hold appreciate letting telling hear hearing hope report reporting suggestion feedback answer explain clear unclear welcome colleague look morning day hello dear support team'
    .split(' ')
    .map(stem),
);
const PROMISE =
  /\b(?:refund\w*|credit\w*|discount\w*|free of charge|guarantee\w*|promise\w*|approved?|confirmed|compensat\w*|r[üu]ckerstatt\w*|erstatt\w*|gutschrift|rabatt|genehmigt|rembours\w*|garanti\w*|reembols\w*|descuento|rimbors\w*|sconto)\b/i;

/**
 * A polite sentence, or null where it holds more than politeness: nothing checks these sentences against sources,
 * so they must not state anything. In languages other than English only the outer signs can be seen.
 */
export function courteous(sentence: string | null, language: string): string | null {
  const text = sentence?.replace(/\s+/g, ' ').trim() ?? '';
  if (!text || text.length > COURTESY.characters) return null;
  if (/[\d@<>[\]{}|*#`]|https?:|www\./i.test(text) || PROMISE.test(text)) return null;
  if (language !== 'en') return text;
  const words = contentWords(text);
  const foreign = words.filter((word) => !POLITE.has(word));
  return foreign.length <= Math.max(1, words.length * COURTESY.foreign) ? text : null;
}

/** What the reply rests on, each source once, the best passage of each, at most five. */
export function sourcesOf(claims: CheckedClaim[]): Source[] {
  const best = new Map<string, CheckedClaim>();
  for (const one of claims) {
    const known = best.get(one.passage.id);
    if (!known || one.support > known.support) best.set(one.passage.id, one);
  }
  return [...best.values()].slice(0, 5).map(({ passage, words, support }) => ({
    kind: passage.kind,
    id: passage.sourceId,
    title: passage.title,
    url: passage.url,
    passage: words.slice(0, 400),
    score: support,
  }));
}
