// What people must know about how a message was read: orders to the assistant, what was left out, what cannot be read.
import { type Analysis, GIVES_ORDERS, SPAM } from '../model/analysis.ts';
import type { Block } from '../model/card.ts';
import { line } from './words.ts';

const ORDERS =
  'This message tries to give orders to the assistant. They were not followed; please answer it yourself';

/** Two topics this close cannot be told apart, unless neither is likely. */
const TIE = { apart: 0.1, least: 0.25 };

/** A warning and a quiet line; nothing of an ordinary message. */
export function remarksOf(analysis: Analysis | null, categoryName: (id: string) => string): Block[] {
  if (!analysis) return [];
  const { categoryConfidence, runnersUp, labels } = analysis;
  const rival = runnersUp.find(
    ({ probability }) => probability >= TIE.least && categoryConfidence - probability < TIE.apart,
  );
  const remarks = [
    ...(rival ? [`Could as well be about: ${categoryName(rival.category)}.`] : []),
    ...(labels.length > 0 ? [`Also asks about: ${labels.map(categoryName).join(', ')}.`] : []),
    ...analysis.notes,
  ];
  const blocks: Block[] = [];
  if (analysis.injection >= GIVES_ORDERS) blocks.push({ type: 'text', style: 'warning', text: ORDERS });
  if (remarks.length > 0) blocks.push({ type: 'text', style: 'muted', text: line(remarks.join(' '), 400) });
  return blocks;
}

/** From where a share is worth a word. */
const NOTABLE = 0.5;

/** What else was understood, each in a few words: standstill, tries, signs of leaving or growing, spam. */
export function circumstancesOf(analysis: Analysis): string[] {
  const { blocked, attempts, churnRisk, expansion, spam } = analysis;
  const found: [boolean, string][] = [
    [blocked, 'their work stands still'],
    [attempts > 0, attempts > 1 ? `tried or wrote ${attempts} times` : 'tried already'],
    [churnRisk >= 0.4, 'speaks of leaving'],
    [expansion >= NOTABLE, 'may want more: seats, a higher plan'],
    [spam >= NOTABLE, spam >= SPAM ? 'spam' : 'perhaps spam'],
  ];
  return found.flatMap(([holds, words]) => (holds ? [words] : []));
}

/** `-1..1` in a word. */
export function moodOf(sentiment: number): string {
  if (sentiment <= -0.5) return 'unhappy';
  if (sentiment < -0.15) return 'rather unhappy';
  return sentiment > 0.3 ? 'pleased' : 'neutral';
}
