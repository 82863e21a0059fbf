// What every renderer is tried on: each thing that might do harm is in many of the tickets, and on many of the cards.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBlocks } from '../../contracts/chat-cards.ts';
import { anyTicket } from '../../contracts/chat-tickets.ts';
import { kindsOf } from '../../support/any-words.ts';

/** Every text in it, however deep. */
function textsOf(node: unknown): string[] {
  if (typeof node === 'string') return [node];
  if (node === null || typeof node !== 'object' || node instanceof Uint8Array) return [];
  return Object.values(node).flatMap(textsOf);
}

const CASES = 1_000;

describe.each([
  ['ticket', anyTicket],
  ['card of any blocks', anyBlocks],
])('any %s', (_, any: fc.Arbitrary<unknown>) => {
  const kinds = fc.sample(any, { numRuns: CASES, seed: 1 }).map((drawn) => kindsOf(textsOf(drawn)));

  it.each(['emoji', 'right-to-left text', '50,000 characters', 'Markdown', 'mentions', 'null-like values'])(
    'often has %s',
    (kind) => {
      expect(kinds.filter((some) => some.includes(kind)).length).toBeGreaterThan(CASES / 2);
    },
  );
});
