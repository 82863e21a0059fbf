// What a report is compared by: its words with their weights, and the error codes, exceptions and endpoints in it.
import type { Analysis } from '../../model/analysis.ts';
import type { Fingerprint } from '../../model/cluster.ts';
import { findBugFacts, findReferences } from './extract.ts';
import { contentWords } from './retrieval.ts';
import { cleanText, ownWords, wordCount } from './text.ts';
import { judge, type Models } from './understanding.ts';

/** Words of a text that are compared; a log pasted whole has thousands. */
const MOST_WORDS = 400;
/** What a word of the subject counts beyond one of the body: a title names the problem. */
const TITLE_WEIGHT = 2;
const MOST_PARTS = 3;
/** What looks like an error code even where nothing around it says so: `EXP-504`, `exp_504`, `EXP504`, `E1023`. */
const CODE = /\b(?:[A-Z]{2,6}[-_]\d{2,5}|[a-z]{2,6}[-_]\d{3,5}|[A-Z]{3,6}\d{3,5}|E\d{3,5})\b/g;
/** Looks like a code and is a standard, a disease, a document or a date. */
const NO_CODE = /^(?:AES|COVID|GDPR|INV|ISO|PO|RFC|SHA|UTF|VAT)-|-(?:19|20)\d\d$/;
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

/** Opens a second problem in the same message. */
const ANOTHER =
  /^(?:also|and also|another thing|one (?:more|other) thing|separately|by the way|btw|p\.?s\.?|while (?:i'm|i am|i've|i have) .{0,20}|on another note|unrelated|second(?:ly)?|außerdem|par ailleurs|además)\b/i;
/** Fewer words are no problem of their own. */
const LEAST_WORDS = 6;

/** The problems in a message, in the customer's words: one, unless later paragraphs say that they are about another. */
export function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (const paragraph of ownWords(cleanText(text).text).split(/\n\s*\n/)) {
    const opens = ANOTHER.test(paragraph.trim()) && wordCount(paragraph) >= LEAST_WORDS;
    if (parts.length === 0 || (opens && parts.length < MOST_PARTS)) parts.push(paragraph);
    else parts[parts.length - 1] += `\n\n${paragraph}`;
  }
  return parts;
}

/** What one problem is compared by. `analysis` is the word of whoever understood it better; else the models say. */
export function fingerprint(
  text: string,
  { title, vector }: { title: string | null; vector: Float32Array },
  models: Models,
  analysis: Analysis | null,
): Fingerprint {
  const judged = judge(text, vector, models);
  const body = title === null ? text : text.slice(title.length);
  return {
    kind: analysis?.kind ?? judged.kind,
    fault: Math.max(judged.fault, analysis?.kind === 'bug' ? 0.7 : 0),
    categories: analysis ? likely(analysis) : judged.categories,
    vector,
    terms: weighTerms(title, body),
    signatures: signaturesOf(text),
  };
}

function likely({ category, categoryConfidence, runnersUp }: Analysis): Fingerprint['categories'] {
  return Object.fromEntries([
    ...runnersUp.map((other) => [other.category, other.probability]),
    [category, categoryConfidence],
  ]);
}

/** The facts that identify a fault, each in one spelling: `EXP-504`, `TypeError`, `/v2/exports`. */
export function signaturesOf(text: string): string[] {
  const { codes, exceptions, endpoints } = findBugFacts(text);
  const numbers = new Set(findReferences(text).map(({ value }) => value));
  const all = [...codes, ...(text.match(CODE) ?? [])].filter(
    (code) => !STATUS_CODE.test(code) && !numbers.has(code),
  );
  return [
    ...new Set([
      ...all.map(spelled).filter((code) => !NO_CODE.test(code)),
      ...exceptions.map((exception) => exception.split('.').at(-1) ?? exception),
      ...endpoints.map(pathOf).filter((path) => path.length > 1),
    ]),
  ];
}

/** `export_timeout` -> `EXPORT-TIMEOUT`, `Exp504` -> `EXP-504`. */
function spelled(code: string): string {
  return code
    .toUpperCase()
    .replace(/_/g, '-')
    .replace(/^([A-Z]{2,})(\d)/, '$1-$2');
}

/** `POST https://api.example/v2/jobs/123?x=1` -> `/v2/jobs/*`. */
function pathOf(endpoint: string): string {
  const path = endpoint
    .replace(/^[A-Z]+\s+/, '')
    .replace(/^https?:\/\/[^/]+/i, '')
    .replace(/[?#].*$/s, '');
  return path
    .split('/')
    .map((part) => (OWN_ID.test(part) ? '*' : part))
    .join('/')
    .replace(/(?<![/.])[/.]+$/, '');
}
