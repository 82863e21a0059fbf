// How much of a draft an agent changed, and whether what it says is another thing now.

/** Words of a text, without case and punctuation. */
function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * Share of words changed between two texts, 0 (same words) to 1 (nothing in common): 1 - 2·LCS / (n + m),
 * with LCS the longest common subsequence of words. Texts of thousands of words are compared on their first 2,000.
 */
export function editShare(before: string, after: string): number {
  const a = words(before).slice(0, 2_000);
  const b = words(after).slice(0, 2_000);
  if (a.length + b.length === 0) return 0;
  let previous = new Uint16Array(b.length + 1);
  for (const word of a) {
    const row = new Uint16Array(b.length + 1);
    for (let j = 1; j <= b.length; j++)
      row[j] = word === b[j - 1] ? (previous[j - 1] ?? 0) + 1 : Math.max(previous[j] ?? 0, row[j - 1] ?? 0);
    previous = row;
  }
  return 1 - (2 * (previous[b.length] ?? 0)) / (a.length + b.length);
}

const NUMBER_OR_DENIAL = /\d+|\b(?:not|never|cannot|without|unless|except)\b|n['’]t\b/gi;
const POLITE = /\b(?:do not|don['’]t) (?:hesitate|worry)\b/gi;

/** Whether numbers or denials differ: few words of "You can cancel within 14 days" make another promise of it. */
export function saysOtherwise(before: string, after: string): boolean {
  const telling = (text: string) =>
    [...(text.replace(POLITE, '').match(NUMBER_OR_DENIAL) ?? [])]
      .map((word) => (/^\d/.test(word) ? word : 'not'))
      .sort()
      .join(' ');
  return telling(before) !== telling(after);
}
