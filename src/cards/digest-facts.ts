// What a digest says, line by line: the facts that a language model may put into words.
import type { Block } from '../model/card.ts';
import type { Digest } from '../model/digest.ts';
import { digestCards } from './digest.ts';

/** Every statement that stands on the cards of this digest, in their order and in their words. */
export function digestFacts(digest: Digest): string[] {
  const { card, thread } = digestCards(digest, { pictures: {}, publicUrl: '' });
  return [
    ...new Set([card, ...thread.map((post) => post.card)].flatMap(({ blocks }) => blocks.flatMap(facts))),
  ];
}

function facts(block: Block): string[] {
  switch (block.type) {
    case 'text':
      return [block.label ? `${block.label}: ${block.text}` : block.text];
    case 'outcome':
    case 'context':
      return [block.text];
    case 'fields':
      return block.fields.map(({ label, value }) => [block.title, label, value].filter(Boolean).join(': '));
    case 'table':
      return block.rows.map((row) => block.columns.map((column, n) => `${column}: ${row[n]}`).join(', '));
    default:
      return [];
  }
}
