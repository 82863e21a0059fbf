// Any card on every platform: within the limits, no id or button lost, nothing acts. What they are tried on has much that might do harm.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBlocks, anyCard, CARDS, PATIENCE } from '../../contracts/chat-cards.ts';
import { anyTicket } from '../../contracts/chat-tickets.ts';
import { kindsOf } from '../../support/any-words.ts';
import { consoleFaults, discordFaults, slackFaults, teamsFaults } from '../../support/card-faults.ts';

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

/** Four drawings of ten thousand cards; what fails is made smaller within it, too. */
const timeout = 4 * PATIENCE.timeout;

it('any card stays within every limit, loses no id or button, mentions nobody, on any platform', {
  timeout,
}, () => {
  fc.assert(
    fc.property(anyCard, fc.boolean(), (card, classic) => {
      const faults = {
        slack: slackFaults(card, classic),
        discord: discordFaults(card),
        teams: teamsFaults(card),
        console: consoleFaults(card),
      };
      expect(faults).toEqual({ slack: [], discord: [], teams: [], console: [] });
    }),
    { numRuns: CARDS, interruptAfterTimeLimit: timeout - 10_000, markInterruptAsFailure: true },
  );
});
