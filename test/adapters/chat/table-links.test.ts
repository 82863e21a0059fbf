// Tables whose cells open what is behind them: on every platform, and where room is short the rows stay whole.
import { expect, it } from 'vitest';
import { renderCard as renderDiscord } from '../../../adapters/chat/discord/render.ts';
import { renderCard as renderSlack } from '../../../adapters/chat/slack/render.ts';
import { toAdaptive } from '../../../src/cards/adaptive.ts';
import { digestCards } from '../../../src/cards/digest.ts';
import type { Card } from '../../../src/model/card.ts';
import { busyMonday } from '../../support/busy-monday.ts';

const PUBLIC_URL = 'https://support-desk.a-company-with-a-name.example';
const PLATFORMS: [string, (card: Card) => unknown][] = [
  ['Slack', (card) => renderSlack(card).blocks],
  ['Discord', (card) => renderDiscord(card).components],
  ['Teams and the console', (card) => toAdaptive(card)],
];

/** The categories' table as it stands in a digest's thread. */
function drawn(categories: number, draw: (card: Card) => unknown): string {
  const spread = { n: 30, median: 840, p90: 11_000 };
  const themes = Array.from({ length: categories }, (_, n) => ({
    category: `billing/topic-${n}`,
    name: `Topic number ${n}`,
    received: 40,
    normal: { mean: 3, deviation: 1, spans: 4 },
    response: spread,
    resolution: n === 0 ? null : spread,
  }));
  const { thread } = digestCards(busyMonday({ themes }), { pictures: {}, publicUrl: PUBLIC_URL });
  const post = thread.find(({ card }) => JSON.stringify(card).includes('Topic number'));
  return post ? JSON.stringify(draw(post.card)) : '';
}
const times = (word: string, text: string) => text.split(word).length - 1;

it.each(PLATFORMS)('%s opens a category, its first answers and its resolutions', (_, draw) => {
  const text = drawn(3, draw);
  for (const view of ['tickets', 'response']) expect(times(`view=${view}&topic=`, text)).toBe(3);
  expect(times('view=resolved&topic=', text)).toBe(2);
});

it.each(PLATFORMS)('%s shows twelve categories, each with a link at least', (_, draw) => {
  const text = drawn(12, draw);
  expect(times('Topic number', text)).toBe(12);
  expect(times('view=tickets&topic=', text)).toBe(12);
});
