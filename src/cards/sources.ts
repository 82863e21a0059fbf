// What a draft rests on, as a block of a card.
import type { Block } from '../model/card.ts';
import type { Source } from '../model/draft.ts';
import { line } from './words.ts';

/** No block where there are no sources. `most`: characters of each title and passage. */
export function sourcesOf(sources: Source[], most: { title: number; passage: number }): Block[] {
  if (sources.length === 0) return [];
  const items = sources.map(({ title, url, passage }) => ({
    title: line(title, most.title),
    url,
    passage: line(passage, most.passage),
  }));
  return [{ type: 'sources', items }];
}
