// What is known of a customer: our own records, and what other systems answer in time.
import { dayOf, inWords, monthly, valueWords } from '../cards/words.ts';
import type { ContextFacts, Customer } from '../model/customer.ts';
import { withSignal } from '../model/deadline.ts';
import { errorText } from '../model/errors.ts';
import type { FlowDeps } from './deps.ts';

/** How long one context source may take; a slow one is named on the card instead of delaying it. */
const SOURCE_LIMIT_MS = 3_000;

/** What we and other systems know of a customer. A source that fails or is late says so, and delays nobody. */
export async function gatherContext(deps: FlowDeps, customer: Customer): Promise<ContextFacts[]> {
  const own = ownFacts(customer, await deps.store.recentEvents(customer.id, 3));
  const others = await Promise.all(
    deps.sources.map(async (source): Promise<ContextFacts> => {
      const late = () => new Error(`no answer within ${SOURCE_LIMIT_MS / 1000} s`);
      try {
        return await withSignal(SOURCE_LIMIT_MS, (signal) => source.lookup(customer, signal), late);
      } catch (error) {
        deps.log.warn(
          { source: source.id, customerId: customer.id, reason: errorText(error) },
          'context source failed',
        );
        return { source: source.id, facts: [], error: errorText(error) };
      }
    }),
  );
  return [own, ...others];
}

/** Facts of our own records, short enough for a card. */
function ownFacts(
  customer: Customer,
  events: { type: string; at: Date; data: Record<string, unknown> }[],
): ContextFacts {
  const { account } = customer;
  const facts: ContextFacts['facts'] = [];
  const add = (label: string, value: unknown) => {
    if (value !== null && value !== undefined && value !== '') facts.push({ label, value: String(value) });
  };
  add('Account', account?.name);
  add('Plan', account?.plan);
  add('Revenue', account?.mrr == null ? null : monthly(account.mrr));
  add('Renews', account?.renewalAt && dayOf(account.renewalAt));
  add('Seats', account?.seats);
  for (const [name, value] of Object.entries(customer.usage).slice(0, 6))
    add(inWords(name), valueWords(value));
  for (const event of events) add(inWords(event.type), dayOf(event.at));
  return { source: 'deskhand', facts };
}
