// A customer wants no more messages that we write first.
import type { Queries } from '../infra/db/queries/index.ts';

/** Kept once, however often it is said; proposals to them are taken back when outreach looks at the event. */
export async function optOut(tx: Queries, customerId: number, at: Date): Promise<void> {
  if ((await tx.getCustomer(customerId)).optedOut) return;
  await tx.updateCustomer(customerId, { optedOut: true });
  await tx.insertCustomerEvent({ customerId, type: 'opted_out', at, data: {} });
}
