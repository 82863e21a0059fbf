// Names a cluster in plain words: the report that says best what most of its members say, with the error code.
import type { ClusterProfile } from '../../model/cluster.ts';
import { contentWords } from './retrieval.ts';

/** Longest name, in characters. */
const LENGTH = 70;
/** So many words cost nothing: a name of two says too little, one of twenty is a story. */
const FREE_WORDS = 3;

/**
 * The most telling of the summaries: the one whose words most members share, for each word that it takes. An error
 * code that most reports with one have in common is added. Summaries must be free of personal data.
 */
export function nameCluster(summaries: string[], { terms, size, signatures }: ClusterProfile): string {
  const codes = new Set(contentWords(Object.keys(signatures).join(' ')));
  const telling = (summary: string) => {
    const words = [...new Set(contentWords(summary))].filter((word) => !codes.has(word));
    if (words.length === 0) return 0;
    const shared = words.reduce(
      (sum, word) => sum + Math.min(1, (terms[word] ?? 0) / Math.max(1, size)) ** 2,
      0,
    );
    return shared / (FREE_WORDS + words.length);
  };
  const best = summaries.reduce<string | undefined>(
    (top, next) => (top === undefined || telling(next) > telling(top) ? next : top),
    undefined,
  );
  const name = shorten((best ?? 'Reports alike').replace(/\s+/g, ' ').trim());
  const [code, times] = Object.entries(signatures).sort(([, a], [, b]) => b - a)[0] ?? [];
  const common = code !== undefined && (times ?? 0) >= 2 && !name.toUpperCase().includes(code.toUpperCase());
  return common ? `${name} (${code})` : name;
}

function shorten(text: string): string {
  const plain = text.replace(/[.\s]+$/, '');
  if (plain.length <= LENGTH) return plain;
  const cut = plain.slice(0, LENGTH);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), LENGTH / 2)).replace(/[\s,;:–-]+$/, '')} …`;
}
