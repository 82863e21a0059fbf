// What a report is compared by: its words with their weights, and the error codes, exceptions and endpoints in it.
import type { Analysis } from '../../model/analysis.ts';
import type { Fingerprint } from '../../model/cluster.ts';
import { contentWords } from './retrieval.ts';
import { cleanText, ownWords } from './text.ts';

/** Words of a text that are compared; a log pasted whole has thousands. */
const MOST_WORDS = 400;
/** What a word of the subject counts beyond one of the body: a title names the problem. */
const TITLE_WEIGHT = 2;
/** Three digits alone: thousands of different faults answer 500. */
const STATUS_CODE = /^[1-5]\d\d$/;
/** A part of a path that names one thing, not a kind of things. */
const OWN_ID = /^(?:\d+|[0-9a-f]{8,}|[0-9a-f-]{32,}|\{.*\}|:.*)$/i;

/** The words of a report with their weights: stems and pairs of neighbours, more for repeats and for the subject. */
export function weighTerms(subject: string | null, text: string): Fingerprint['terms'] {
  const weights = new Map<string, number>();
  const body = countTerms(ownWords(cleanText(text).text));
  for (const [term, count] of body) weights.set(term, 1 + Math.log(count));
  for (const term of countTerms(subject ?? '').keys())
    weights.set(term, (weights.get(term) ?? 0) + TITLE_WEIGHT);
  return Object.fromEntries(weights);
}

function countTerms(text: string): Map<string, number> {
  const words = contentWords(text).slice(0, MOST_WORDS);
  const counts = new Map<string, number>();
  const add = (term: string) => counts.set(term, (counts.get(term) ?? 0) + 1);
  for (const [i, word] of words.entries()) {
    add(word);
    const next = words[i + 1];
    if (next !== undefined) add(`${word} ${next}`);
  }
  return counts;
}

/** The facts of a bug that identify it, each in one spelling: `EXP-504`, `nullpointerexception`, `/v2/exports`. */
export function signaturesOf({ codes, exceptions, endpoints }: Analysis['bug']): string[] {
  return [
    ...new Set([
      ...codes.filter((code) => !STATUS_CODE.test(code)).map((code) => code.toUpperCase().replace(/_/g, '-')),
      ...exceptions.map((exception) => exception.split('.').at(-1) ?? exception),
      ...endpoints.map(pathOf).filter((path) => path.length > 1),
    ]),
  ];
}

/** `POST https://api.example/v2/jobs/123?x=1` -> `/v2/jobs/*`. */
function pathOf(endpoint: string): string {
  const path = endpoint
    .replace(/^[A-Z]+\s+/, '')
    .replace(/^https?:\/\/[^/]+/i, '')
    .replace(/[?#].*$/, '');
  return path
    .split('/')
    .map((part) => (OWN_ID.test(part) ? '*' : part))
    .join('/')
    .replace(/[/.]+$/, '');
}
