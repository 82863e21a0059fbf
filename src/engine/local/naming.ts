// Names a cluster in plain words: the line of a report that says best what most of them say, with the error code.
import type { Fingerprint } from '../../model/cluster.ts';
import { byFrequency, tally } from '../../model/tally.ts';
import { contentWords } from './retrieval.ts';

/** Longest name, in characters. */
const LENGTH = 70;
/** So many words cost nothing: a name of two says too little, one of twenty is a story. */
const FREE_WORDS = 3;
const HAS_DIGIT = /\d/;

/**
 * Of subjects and summaries of the reports (free of personal data), the line whose words most reports share, for
 * each word that it takes. An error code that several have in common is added.
 */
export function nameCluster(lines: string[], reports: Pick<Fingerprint, 'terms' | 'signatures'>[]): string {
  // Each stands once in a report.
  const codes = tally(reports.flatMap(({ signatures }) => signatures));
  const common = tally(reports.flatMap(({ terms }) => Object.keys(terms)));
  const ofCodes = new Set(contentWords([...codes.keys()].filter((code) => HAS_DIGIT.test(code)).join(' ')));
  const telling = (text: string) => {
    const words = [...new Set(contentWords(text))].filter((word) => !ofCodes.has(word));
    const shared = words.reduce((sum, word) => sum + ((common.get(word) ?? 0) / reports.length) ** 2, 0);
    return shared / (FREE_WORDS + words.length);
  };
  let best = '';
  for (const text of lines) if (best === '' || telling(text) > telling(best)) best = text;
  return withCode(shorten(best.replace(/\s+/g, ' ').trim()) || 'Reports alike', codes);
}

/** The name with the most frequent code, where several reports have it and the name does not. */
export function withCode(name: string, codes: Iterable<[string, number]>): string {
  const [[code, times] = ['', 0]] = byFrequency(codes);
  return times >= 2 && !name.toUpperCase().includes(code.toUpperCase()) ? `${name} (${code})` : name;
}

function shorten(text: string): string {
  const plain = text.replace(/(?<![.\s])[.\s]+$/, '');
  if (plain.length <= LENGTH) return plain;
  const cut = plain.slice(0, LENGTH);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), LENGTH / 2)).replace(/[\s,;:–-]+$/, '')} …`;
}
