// Takes a fact or event about a customer from another system: kept once, and what it means for our records is done.
import { type CustomerEvent, type Usage, usageSchema } from '../model/customer.ts';
import { cleanLine } from '../model/text.ts';
import type { FlowDeps } from './deps.ts';

/** Types whose facts are kept as the newest value of each name. */
const USAGE = new Set(['usage', 'feature_used']);
/** Types after which a company is no customer any more. */
const LEFT = new Set(['churned', 'subscription_ended']);

/** Idempotent on the event's id, where it has one. Outreach looks at it afterwards. */
export async function recordEvent(
  deps: Pick<FlowDeps, 'store' | 'clock' | 'wake'>,
  event: CustomerEvent,
): Promise<void> {
  const isNew = await deps.store.transaction(async (tx) => {
    const accountId = event.account ? await tx.upsertAccount(event.account) : null;
    const customerId = await tx.ensureCustomer(event.customer);
    const { type } = event;
    const at = event.at ? new Date(event.at) : deps.clock.now();
    const data = cleaned(event.data);
    const externalId = event.id ?? null;
    if (!(await tx.insertCustomerEvent({ customerId, type, at, data, externalId }))) return false;
    await tx.updateCustomer(customerId, {
      accountId: accountId ?? undefined,
      usage: USAGE.has(type) ? data : undefined,
      optedOut: type === 'opted_out' ? true : type === 'opted_in' ? false : undefined,
    });
    if (LEFT.has(type)) await tx.markChurned(customerId, at);
    return true;
  });
  if (isNew) await deps.wake.outreach();
}

/** What stands in an event may come to stand in a message: one line, nothing unseen. */
function cleaned(data: Usage): Usage {
  return usageSchema.parse(
    Object.fromEntries(
      Object.entries(data).map(([name, value]) => [
        name,
        typeof value === 'string' ? cleanLine(value, 500) : value,
      ]),
    ),
  );
}
