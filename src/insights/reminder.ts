// What to remind a customer of: their own sentence about what many others reported, too.
import { tally } from '../model/tally.ts';

/** Endings differ ("exports", "exported"); the first letters tell what a word is about. */
const STEM = 5;
const SHORTEST = 4;

function stems(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}-]+/gu) ?? [];
  return new Set(words.filter((word) => word.length >= SHORTEST).map((word) => word.slice(0, STEM)));
}

/**
 * Finds, for one customer's reports after the other, the subject or sentence that shares most with everybody's; the
 * subject where nothing shares anything. At most `max` characters.
 */
export function createReminder(
  everybody: { text: string }[],
  max: number,
): (own: { subject: string | null; text: string }[]) => string {
  const frequency = tally(everybody.flatMap(({ text }) => [...stems(text)]));
  const shared = (sentence: string) => {
    const all = [...stems(sentence)];
    const common = all.map((stem) => Math.max(0, (frequency.get(stem) ?? 0) - 1) / everybody.length);
    return common.reduce((sum, share) => sum + share, 0) / Math.sqrt(all.length + 3);
  };
  return (own) => {
    const candidates = own.flatMap(({ subject, text }) => [
      ...(subject?.trim() ? [subject.trim()] : []),
      ...text
        .split(/(?<=[.!?])\s+|\n+/)
        .map((sentence) => sentence.trim())
        .filter((sentence) => sentence.length >= 15),
    ]);
    let best = { sentence: own[0]?.text.trim() ?? '', score: -1 };
    for (const sentence of candidates) {
      const score = shared(sentence);
      if (score > best.score) best = { sentence, score };
    }
    const line = best.sentence.replace(/\s+/g, ' ').replace(/(?<![.,;:])[.,;:]+$/, '');
    return line.length > max ? `${line.slice(0, max - 2).trimEnd()} …` : line;
  };
}
