// What a language model is shown of a ticket: bounded, cleaned, and as data.
import type { Customer } from '../../model/customer.ts';
import type { DraftInput, EngineInput } from '../../ports.ts';
import { cleanText } from '../local/text.ts';

/** Characters of one message and of all; the newest messages keep theirs. */
const SHOWN = { message: 6_000, all: 16_000, messages: 20 };

interface Said {
  from: 'customer' | 'team';
  at: string;
  text: string;
}

/** The conversation, oldest first; what is left out is said. Internal notes are not shown. */
export function conversationData(input: EngineInput): { subject: string | null; messages: Said[] } {
  const spoken = input.messages.filter(({ direction }) => direction !== 'note').slice(-SHOWN.messages);
  let room = SHOWN.all;
  const messages: Said[] = [];
  for (const { direction, text, at } of spoken.toReversed()) {
    const shown = cut(cleanText(text).text, Math.min(SHOWN.message, room));
    room = Math.max(0, room - shown.length);
    messages.unshift({
      from: direction === 'inbound' ? 'customer' : 'team',
      at: at.toISOString().slice(0, 16),
      text: shown,
    });
  }
  return { subject: input.subject && cut(input.subject, 300), messages };
}

/** The facts about a customer that an answer may depend on; no addresses, no amounts of money. */
export function customerData(customer: Customer, context: DraftInput['context']): Record<string, unknown> {
  const { account } = customer;
  return {
    firstName: customer.name?.split(/\s+/)[0]?.slice(0, 40) ?? null,
    plan: account?.plan ?? null,
    seats: account?.seats ?? null,
    usage: Object.fromEntries(Object.entries(customer.usage).slice(0, 12)),
    facts: context
      .filter(({ source }) => source !== 'deskhand')
      .flatMap(({ facts }) => facts)
      .slice(0, 12)
      .map(({ label, value }) => `${cut(label, 60)}: ${cut(value, 120)}`),
  };
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, Math.max(0, most - 12)).trimEnd()} […cut off]` : text;
}
