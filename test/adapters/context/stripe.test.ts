// Stripe through its real SDK: facts about customers, and webhooks that become proposed messages.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stripeConfig } from '../../../adapters/context/stripe/config.ts';
import { customerEventOf, inUnits } from '../../../adapters/context/stripe/events.ts';
import { createStripe } from '../../../adapters/context/stripe/index.ts';
import { considerEvents } from '../../../src/flows/outreach.ts';
import { recordEvent } from '../../../src/flows/record-event.ts';
import type { CustomerEvent } from '../../../src/model/customer.ts';
import { contextSourceContract } from '../../contracts/context-source.ts';
import { adapterDeps } from '../../support/adapter-memory.ts';
import {
  createStripeDouble,
  INVOICE,
  STRIPE_KEY,
  stripeRequest,
  WEBHOOK_SECRET,
} from '../../support/stripe-double.ts';
import { openWorkspace, type Workspace } from '../../support/workspace.ts';

const read = (env: Record<string, string>) => stripeConfig.safeParse({ env, yaml: {} });

function configOf(apiUrl: string, key = STRIPE_KEY) {
  const config = stripeConfig.parse({
    env: { STRIPE_API_KEY: key, STRIPE_API_URL: apiUrl, STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET },
    yaml: {},
  });
  if (!config) throw new Error('not set up');
  return config;
}

const SUBSCRIPTION = {
  customer: 'cus_7',
  status: 'past_due',
  items: {
    data: [
      {
        quantity: 3,
        price: {
          nickname: 'Team',
          currency: 'eur',
          unit_amount: 12_000,
          recurring: { interval: 'year', interval_count: 1 },
        },
      },
    ],
  },
};

contextSourceContract('Stripe', async () => {
  const double = await createStripeDouble();
  return {
    create: ({ credential } = {}) => createStripe(configOf(double.url, credential), adapterDeps()),
    know(email) {
      double.kept.customers.push({ id: 'cus_7', email });
      double.kept.subscriptions.push(SUBSCRIPTION);
    },
    fail: double.fail,
    close: double.close,
  };
});

describe('facts', () => {
  let double: Awaited<ReturnType<typeof createStripeDouble>>;
  beforeEach(async () => {
    double = await createStripeDouble();
    double.kept.customers.push({ id: 'cus_7', email: 'maria@acme.example' });
  });
  afterEach(() => double.close());

  async function facts() {
    const source = createStripe(configOf(double.url), adapterDeps());
    const who = { id: 1, name: null, language: null, title: null, optedOut: false, usage: {}, account: null };
    const told = await source.lookup({ ...who, email: 'maria@acme.example' }, AbortSignal.timeout(5_000));
    return told.facts.map(({ label, value }) => `${label}: ${value}`);
  }

  test('are the plan, what it brings a month, and what is unpaid', async () => {
    double.kept.subscriptions.push(SUBSCRIPTION);
    double.kept.invoices.push(
      {
        customer: 'cus_7',
        status: 'open',
        number: 'INV-7',
        amount_remaining: 36_000,
        currency: 'eur',
        attempt_count: 2,
      },
      { customer: 'cus_7', status: 'paid', number: 'INV-6', amount_remaining: 0, currency: 'eur' },
      { customer: 'cus_9', status: 'open', number: 'INV-9', amount_remaining: 100, currency: 'eur' },
    );
    expect(await facts()).toEqual([
      'Plan: Team',
      'Pays: 30 EUR a month',
      'Subscription: past due',
      'Unpaid: INV-7 over 360 EUR, 2 failed tries',
    ]);
  });

  test('leave out what cannot be known: tiered prices have no amount', async () => {
    const [item] = SUBSCRIPTION.items.data;
    const tiered = { ...item, price: { ...item?.price, unit_amount: null, nickname: null } };
    double.kept.subscriptions.push({ ...SUBSCRIPTION, items: { data: [tiered] } });
    expect(await facts()).toEqual(['Subscription: past due']);
  });
});

describe('webhooks', () => {
  let w: Workspace;
  beforeEach(async () => {
    w = await openWorkspace({ send: { undoSeconds: 0 } });
  });
  afterEach(() => w.close());

  function webhook(tell: (event: CustomerEvent) => Promise<void> = (event) => recordEvent(w.deps, event)) {
    const source = createStripe(configOf('http://127.0.0.1:1'), adapterDeps({ clock: w.clock }));
    const route = source.routes?.[0];
    if (!route) throw new Error('no webhook');
    return {
      ready: source.start?.(tell),
      async send(request: Request) {
        const { status } = await route.handle(request, {}, { address: '127.0.0.1' });
        await considerEvents(w.deps);
        return status;
      },
    };
  }

  const event = (id: string, type = 'invoice.payment_failed', object: Record<string, unknown> = INVOICE) => ({
    id,
    type,
    created: Math.floor(w.clock.now().getTime() / 1000),
    object,
  });
  const proposals = () => w.platform.posts.filter(({ card }) => card.ref?.ticketId.startsWith('P-'));
  const count = async (table: string) => (await w.pool.query(`select 1 from ${table}`)).rowCount;

  test('a failed payment becomes one card, however often and late it is delivered', async () => {
    const { send } = webhook();
    for (let i = 0; i < 3; i++) {
      expect(await send(await stripeRequest(event('evt_1'), { at: w.clock.now() }))).toBe(202);
      w.clock.advance(3_600_000);
    }
    expect(proposals()).toHaveLength(1);
    expect(JSON.stringify(proposals()[0]?.card)).toContain(
      'Invoice INV-7 over €49.00 could not be charged, attempt 2.',
    );
    expect(await count('customer_event')).toBe(1);
    expect(await count('customer')).toBe(1);
  });

  test('delivered in the wrong order, a payment that came through wins', async () => {
    const { send } = webhook();
    const failed = event('evt_1');
    w.clock.advance(60_000);
    const paid = event('evt_2', 'invoice.paid');
    await send(await stripeRequest(paid, { at: w.clock.now() }));
    await send(await stripeRequest(failed, { at: w.clock.now() }));
    expect(proposals()).toEqual([]);
  });

  test.each([
    [
      'signed with another secret',
      async () => stripeRequest(event('evt_1'), { at: w.clock.now(), secret: 'whsec_of_somebody_else' }),
    ],
    [
      'signed too long ago',
      async () => stripeRequest(event('evt_1'), { at: new Date(w.clock.now().getTime() - 301_000) }),
    ],
    ['not signed', async () => new Request('http://localhost/', { method: 'POST', body: '{}' })],
    [
      'changed on the way',
      async () => {
        const sent = await stripeRequest(event('evt_1'), { at: w.clock.now() });
        return new Request(sent.url, {
          method: 'POST',
          headers: sent.headers,
          body: `${await sent.text()} `,
        });
      },
    ],
  ])('%s: refused, and nothing is kept', async (_, request) => {
    expect(await webhook().send(await request())).toBe(401);
    expect(await count('customer_event')).toBe(0);
  });

  test('what it does not need is taken and forgotten; what it cannot read is refused', async () => {
    const { send } = webhook();
    const at = w.clock.now();
    expect(await send(await stripeRequest(event('evt_1', 'charge.updated'), { at }))).toBe(202);
    expect(await send(await stripeRequest(event('evt_2', 'invoice.paid', { id: 7 }), { at }))).toBe(400);
    expect(await count('customer_event')).toBe(0);
  });

  test('what could not be kept is asked for again', async () => {
    const { send } = webhook(async () => {
      throw new Error('the database is away');
    });
    expect(await send(await stripeRequest(event('evt_1'), { at: w.clock.now() }))).toBe(503);
  });

  test('an ended subscription tells that the company has left', async () => {
    await w.store.transaction((tx) => tx.upsertAccount({ name: 'Acme', domain: 'acme.example' }));
    const { send } = webhook();
    const at = w.clock.now();
    await send(await stripeRequest(event('evt_1'), { at }));
    const object = { id: 'sub_1', customer: 'cus_7', status: 'canceled' };
    await send(await stripeRequest(event('evt_2', 'customer.subscription.deleted', object), { at }));
    const { rows } = await w.pool.query('select churned_at from account');
    expect(rows[0].churned_at).toEqual(at);
    expect(JSON.stringify(proposals()[0]?.card)).toContain('their subscription has ended');
  });
});

test.each([
  [4900, 'eur', 49],
  [4900, 'jpy', 4900],
  [4900, 'kwd', 4.9],
])('%i %s are %d', (amount, currency, units) => {
  expect(inUnits(amount, currency)).toBe(units);
});

test('an event of another shape is an error, not a guess', () => {
  expect(() => customerEventOf({ type: 'invoice.paid' })).toThrow();
});

describe('configuration', () => {
  test('is off without secrets', () => {
    expect(read({}).data).toBeNull();
  });

  test.each([
    [{ STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET }, 'STRIPE_API_KEY'],
    [{ STRIPE_API_KEY: STRIPE_KEY, STRIPE_WEBHOOK_SECRET: 'short' }, 'STRIPE_WEBHOOK_SECRET'],
    [{ STRIPE_API_KEY: STRIPE_KEY, STRIPE_API_URL: 'ftp://x' }, 'STRIPE_API_URL'],
  ])('%o is a fault of %s', (env, name) => {
    expect(read(env).error?.issues[0]?.path).toEqual(['env', name]);
  });
});
