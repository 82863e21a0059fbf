// Checks a model's claims against the passages it cites; what no source says is dropped, what is unsure is flagged.

import { contentWords } from '../local/retrieval.ts';
import { sentences } from '../local/text.ts';
import type { Library, Passage } from './library.ts';
import type { Claim } from './schemas.ts';

/**
 * Share of a claim's content words that its best passage must hold: from `sure` on it is taken as said, below
 * `least` it is not, in between somebody has to judge. Set by hand on the shipped articles.
 */
const OVERLAP = { sure: 0.65, least: 0.3 };
/** Closeness in meaning that makes up for other words, with at least `overlap` in common. */
const MEANING = { closeness: 0.7, overlap: 0.45 };
const SENTENCES = 2;

export type Verdict = 'supported' | 'partly' | 'unsupported';

export interface CheckedClaim {
  claim: Claim;
  /** 0..1: how surely a source says it. */
  support: number;
  /** Kept, but only partly said by its source. */
  flagged: boolean;
  /** The passage that says it best, and its words that do. */
  passage: Passage;
  words: string;
}

export interface Checked {
  kept: CheckedClaim[];
  dropped: Claim[];
}

export interface CheckDeps {
  library: Pick<Library, 'get'>;
  /** Closeness of two texts, 0..1. */
  similarity(a: string, b: string): Promise<number>;
  /** Judges claims that words alone cannot decide, in order. Null: nobody can. */
  judge(claims: { claim: Claim; passages: Passage[] }[]): Promise<Verdict[] | null>;
  /** What the customer wrote and what is known of them: numbers may come from there, too. */
  given: string;
  /** The reply is in the passages' language, so that words can be compared. */
  sameLanguage: boolean;
}

/** Never lets through a claim without a source, or with a number, address or code that stands nowhere. */
export async function checkClaims(claims: Claim[], deps: CheckDeps): Promise<Checked> {
  const examined = await Promise.all(claims.map((claim) => examine(claim, deps)));
  const unsure = examined.filter((one) => one !== null).filter(({ verdict }) => verdict === 'unsure');
  const verdicts = unsure.length ? await deps.judge(unsure) : null;
  const kept: CheckedClaim[] = [];
  const dropped: Claim[] = [];
  for (const [i, one] of examined.entries()) {
    const claim = claims[i];
    if (!claim) continue;
    const asked = one ? unsure.indexOf(one) : -1;
    const verdict = asked >= 0 ? (verdicts?.[asked] ?? 'partly') : one?.verdict;
    if (!one || verdict === 'unsupported' || verdict === 'unsure' || !verdict) dropped.push(claim);
    else {
      const { passage, words, support } = one;
      const flagged = verdict === 'partly';
      kept.push({ claim, passage, words, flagged, support: flagged ? Math.min(support, 0.5) : support });
    }
  }
  return { kept, dropped };
}

interface Examined {
  claim: Claim;
  passages: Passage[];
  passage: Passage;
  words: string;
  support: number;
  verdict: Verdict | 'unsure';
}

/** Null: no source is cited that exists, or a fact stands in none of them. */
async function examine(claim: Claim, deps: CheckDeps): Promise<Examined | null> {
  const passages = [...new Set(claim.sources)].flatMap((id) => deps.library.get(id) ?? []);
  if (!claim.text.trim() || !passages.length) return null;
  const sources = passages
    .map(({ title, url, text, plans }) => [title, url, text, ...plans].join('\n'))
    .join('\n');
  if (newFacts(claim.text, `${sources}\n${deps.given}`).length) return null;

  const best = passages
    .map((passage) => ({ passage, ...bestWords(claim.text, passage.text) }))
    .sort((a, b) => b.overlap - a.overlap)[0];
  if (!best) return null;
  const { passage, words, overlap } = best;
  const closeness = await deps.similarity(claim.text, words);
  const support = deps.sameLanguage ? Math.max(overlap, (overlap + closeness) / 2) : 0.6;
  const said = overlap >= OVERLAP.sure || (closeness >= MEANING.closeness && overlap >= MEANING.overlap);
  const verdict = !deps.sameLanguage
    ? 'unsure'
    : overlap < OVERLAP.least
      ? 'unsupported'
      : said && denies(claim.text) === denies(words)
        ? 'supported'
        : 'unsure';
  return { claim, passages, passage, words, support, verdict };
}

/** The neighbouring sentences of a passage that share most words with a claim, and the share. */
function bestWords(claim: string, passage: string): { words: string; overlap: number } {
  const wanted = [...new Set(contentWords(claim))];
  const parts = sentences(passage).filter((part) => !/^#|^\d+[.)]$/.test(part));
  let best = { words: parts.slice(0, SENTENCES).join(' '), overlap: 0 };
  for (let i = 0; i < parts.length; i += 1) {
    const words = parts.slice(i, i + SENTENCES).join(' ');
    const there = new Set(contentWords(words));
    const overlap = wanted.length ? wanted.filter((word) => there.has(word)).length / wanted.length : 0;
    if (overlap > best.overlap) best = { words, overlap };
  }
  return best;
}

const FACTS =
  /https?:\/\/[^\s<>()"]+|(?<![^\s@<>()"])[^\s@<>()"]+@[^\s@<>()"]{1,255}\.\w+|(?<![\p{L}\d])[\p{Lu}\d]*\d[\p{L}\d]*(?:[.,:/-]\d+)*/gu;

/** Addresses, numbers and codes of a text that `known` does not hold. Numbers of list items are not facts. */
export function newFacts(text: string, known: string): string[] {
  const there = known.toLowerCase();
  const numbers = new Set([...there.matchAll(FACTS)].map(([fact]) => plainFact(fact)));
  return (
    [...text.replace(/^[ \t]*\d+[.)]\s/gm, '').matchAll(FACTS)]
      .map(([fact]) => plainFact(fact))
      // "3" stands in "13", but an address stands in a longer one.
      .filter((fact) => !numbers.has(fact) && (/^[\d.,:/-]+$/.test(fact) || !there.includes(fact)))
  );
}

function plainFact(fact: string): string {
  return fact.toLowerCase().replace(/(?<![.,:;!?/])[.,:;!?/]+$/, '');
}

function denies(text: string): boolean {
  return /\b(?:not|no|never|cannot|without|none|neither)\b|n['’]t\b/i.test(text);
}
