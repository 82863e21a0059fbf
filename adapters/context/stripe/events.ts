// What Stripe tells, in our words: its events as facts about a customer. Pure.
import { z } from 'zod';
import type { CustomerEvent, Usage } from '../../../src/model/customer.ts';

const idOf = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);

const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  /** Seconds. */
  created: z.number(),
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
});

const invoiceSchema = z.object({
  id: z.string(),
  number: z.string().nullish(),
  customer: idOf,
  customer_email: z.string().nullish(),
  customer_name: z.string().nullish(),
  amount_due: z.number(),
  currency: z.string(),
  attempt_count: z.number().nullish(),
  /** Seconds. */
  next_payment_attempt: z.number().nullish(),
  hosted_invoice_url: z.string().nullish(),
});

const subscriptionSchema = z.object({
  id: z.string(),
  customer: idOf,
  status: z.string(),
  cancel_at_period_end: z.boolean().nullish(),
});

const INVOICES: Record<string, string> = {
  'invoice.payment_failed': 'payment_failed',
  'invoice.paid': 'payment_succeeded',
};
const SUBSCRIPTIONS: Record<string, string> = {
  'customer.subscription.deleted': 'subscription_ended',
  'customer.subscription.updated': 'subscription_changed',
};

/** Stripe's smallest unit in units of the currency: 4900 -> 49 EUR, 4900 -> 4900 JPY. */
export function inUnits(amount: number, currency: string): number {
  const code = currency.toUpperCase();
  try {
    const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', {
      style: 'currency',
      currency: code,
    }).resolvedOptions();
    return amount / 10 ** maximumFractionDigits;
  } catch {
    return amount / 100;
  }
}

/** Null for what says nothing to us. Throws ZodError when it is not what Stripe sends. */
export function customerEventOf(payload: unknown): CustomerEvent | null {
  const { id, type, created, data } = eventSchema.parse(payload);
  const at = new Date(created * 1000).toISOString();
  const invoiceType = INVOICES[type];
  if (invoiceType) {
    const invoice = invoiceSchema.parse(data.object);
    const email = z.email().max(320).safeParse(invoice.customer_email).data;
    const name = invoice.customer_name?.trim().slice(0, 200);
    return {
      id: `stripe:${id}`,
      type: invoiceType,
      at,
      customer: { externalId: invoice.customer, ...(email && { email }), ...(name && { name }) },
      data: invoiceFacts(invoice),
    };
  }
  const subscriptionType = SUBSCRIPTIONS[type];
  if (!subscriptionType) return null;
  const { id: subscription, customer, status, cancel_at_period_end } = subscriptionSchema.parse(data.object);
  return {
    id: `stripe:${id}`,
    type: subscriptionType,
    at,
    customer: { externalId: customer },
    data: { subscription, status, endsAtPeriodEnd: cancel_at_period_end ?? false },
  };
}

function invoiceFacts(invoice: z.infer<typeof invoiceSchema>): Usage {
  const { id, number, amount_due, currency, attempt_count, next_payment_attempt, hosted_invoice_url } =
    invoice;
  return {
    invoice: id,
    number: number ?? null,
    amount: inUnits(amount_due, currency),
    currency: currency.toUpperCase(),
    attempt: attempt_count ?? null,
    nextAttempt: next_payment_attempt ? new Date(next_payment_attempt * 1000).toISOString() : null,
    // A link that would have to be cut leads nowhere.
    url: hosted_invoice_url && hosted_invoice_url.length <= 500 ? hosted_invoice_url : null,
  };
}
