// Stripe's API as far as Deskhand asks it, with faults on demand, and its webhooks, signed as Stripe signs them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';

export const STRIPE_KEY = 'rk_test_deskhand';
export const WEBHOOK_SECRET = 'whsec_test_secret_of_deskhand';

interface Kept {
  customers: { id: string; email: string }[];
  subscriptions: Record<string, unknown>[];
  invoices: Record<string, unknown>[];
}

/** Answers at a port of its own. `fault`: a status that every call answers with, or `hang`. */
export async function createStripeDouble() {
  const kept: Kept = { customers: [], subscriptions: [], invoices: [] };
  let fault: number | 'hang' | null = null;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://double');
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const refuse = (status: number, type: string) =>
      answer(status, { error: { type, message: `${status}` } });
    if (fault === 'hang') return;
    if (fault !== null) return refuse(fault, fault === 429 ? 'rate_limit_error' : 'api_error');
    if (request.headers.authorization !== `Bearer ${STRIPE_KEY}`) return refuse(401, 'invalid_request_error');
    const is = (name: string) => (row: object) =>
      !url.searchParams.has(name) || new Map(Object.entries(row)).get(name) === url.searchParams.get(name);
    const list = (data: object[]) =>
      answer(200, { object: 'list', has_more: false, url: url.pathname, data });
    if (url.pathname === '/v1/customers') return list(kept.customers.filter(is('email')));
    if (url.pathname === '/v1/subscriptions') return list(kept.subscriptions.filter(is('customer')));
    if (url.pathname === '/v1/invoices')
      return list(kept.invoices.filter((row) => is('customer')(row) && is('status')(row)));
    return refuse(404, 'invalid_request_error');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    kept,
    fail(with_: typeof fault) {
      fault = with_;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A webhook request as Stripe sends it: signed over the time and the body. */
export async function stripeRequest(
  event: { id: string; type: string; created: number; object: Record<string, unknown> },
  { at, secret = WEBHOOK_SECRET }: { at: Date; secret?: string },
): Promise<Request> {
  const { object, ...rest } = event;
  const payload = JSON.stringify({ object: 'event', livemode: false, ...rest, data: { object } });
  const signature = await new Stripe(STRIPE_KEY).webhooks.generateTestHeaderStringAsync({
    payload,
    secret,
    timestamp: Math.floor(at.getTime() / 1000),
  });
  return new Request('http://localhost/webhooks/stripe', {
    method: 'POST',
    body: payload,
    headers: { 'stripe-signature': signature, 'content-type': 'application/json' },
  });
}

/** An invoice as it stands in Stripe's events. */
export const INVOICE = {
  object: 'invoice',
  id: 'in_7',
  number: 'INV-7',
  customer: 'cus_7',
  customer_email: 'maria@acme.example',
  customer_name: 'Maria Silva',
  amount_due: 4900,
  currency: 'eur',
  attempt_count: 2,
  next_payment_attempt: 1_772_700_000,
  hosted_invoice_url: 'https://invoice.stripe.com/i/acct_1/test_7',
};
