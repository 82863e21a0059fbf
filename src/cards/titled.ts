// Cards that are about no ticket and offer nothing to press: a title, which is all that a lock screen shows, and what is below.
import type { Block, Card } from '../model/card.ts';

export function titledCard(title: string, ...blocks: Block[]): Card {
  return {
    tone: 'neutral',
    fallback: title,
    ref: null,
    blocks: [{ type: 'header', text: title }, ...blocks],
  };
}
