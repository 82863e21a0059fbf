// Stripe as a source of context: plan, revenue and unpaid invoices of a customer, and its webhooks, through its SDK.
import Stripe from 'stripe';
import { z } from 'zod';
import type { ContextFacts, CustomerEvent } from '../../../src/model/customer.ts';
import { AppError } from '../../../src/model/errors.ts';
import type { AdapterDeps, ContextSource } from '../../../src/ports.ts';
import type { StripeConfig } from './config.ts';
import { inUnits } from './events.ts';
import { stripeWebhook } from './webhook.ts';

/** One call; whoever asks for the facts gives up soon after. */
const LIMIT_MS = 2_500;
/** What a customer of ours has at most: more would be read in vain. */
const PAGE = 10;
const PAYING = new Set(['active', 'past_due', 'unpaid', 'trialing']);
/** Months of an interval of Stripe's. */
const MONTHS: Record<string, number> = { day: 12 / 365, week: 12 / 52, month: 1, year: 12 };

const customersSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const subscriptionsSchema = z.object({
  data: z.array(
    z.object({
      status: z.string(),
      currency: z.string().nullish(),
      cancel_at_period_end: z.boolean().nullish(),
      items: z.object({
        data: z.array(
          z.object({
            quantity: z.number().nullish(),
            price: z.object({
              nickname: z.string().nullish(),
              currency: z.string(),
              unit_amount: z.number().nullish(),
              recurring: z.object({ interval: z.string(), interval_count: z.number() }).nullish(),
            }),
          }),
        ),
      }),
    }),
  ),
});
const invoicesSchema = z.object({
  data: z.array(
    z.object({
      number: z.string().nullish(),
      amount_remaining: z.number(),
      currency: z.string(),
      attempt_count: z.number().nullish(),
    }),
  ),
});
type Subscription = z.infer<typeof subscriptionsSchema>['data'][number];

export function createStripe(config: StripeConfig, deps: AdapterDeps): ContextSource {
  const { apiUrl, webhookSecret } = config;
  const client = new Stripe(config.apiKey, {
    host: apiUrl.hostname,
    ...(apiUrl.port && { port: apiUrl.port }),
    protocol: apiUrl.protocol === 'http:' ? 'http' : 'https',
    httpClient: Stripe.createFetchHttpClient(deps.fetch),
    // The caller's patience is shorter than any second attempt.
    maxNetworkRetries: 0,
    timeout: LIMIT_MS,
    telemetry: false,
  });
  let onEvent: ((event: CustomerEvent) => Promise<void>) | null = null;

  return {
    id: 'stripe',

    async lookup(customer, signal) {
      if (!customer.email) return { source: 'stripe', facts: [] };
      const { email } = customer;
      return asked(async () => {
        const found = customersSchema.parse(await client.customers.list({ email, limit: 1 }));
        const id = found.data[0]?.id;
        if (!id) return { source: 'stripe', facts: [] };
        signal.throwIfAborted();
        const [subscriptions, invoices] = await Promise.all([
          client.subscriptions.list({ customer: id, status: 'all', limit: PAGE }),
          client.invoices.list({ customer: id, status: 'open', limit: PAGE }),
        ]);
        return {
          source: 'stripe',
          facts: factsOf(subscriptionsSchema.parse(subscriptions).data, invoicesSchema.parse(invoices).data),
        };
      });
    },

    async start(listener) {
      onEvent = listener;
    },

    async health() {
      try {
        await asked(() => client.customers.list({ limit: 1 }));
        const webhook = webhookSecret
          ? 'webhook on'
          : 'STRIPE_WEBHOOK_SECRET is not set, so failed payments are not heard of';
        return { ok: true, detail: `answers; ${webhook}` };
      } catch (error) {
        return { ok: false, detail: error instanceof AppError ? error.message : 'Stripe gives odd answers' };
      }
    },

    ...(webhookSecret !== null && {
      routes: [
        stripeWebhook({
          stripe: client,
          secret: webhookSecret,
          clock: deps.clock,
          log: deps.log,
          async tell(event) {
            if (!onEvent) throw new AppError('not_started', 'nobody listens yet', { retryable: true });
            await onEvent(event);
          },
        }),
      ],
    }),
  };
}

/** Whatever goes wrong at Stripe, as an AppError in words that say what to do. */
async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    if (error instanceof Stripe.errors.StripeAuthenticationError)
      throw new AppError('stripe_auth', 'Stripe refuses the key; check STRIPE_API_KEY.', { cause: error });
    if (error instanceof Stripe.errors.StripePermissionError)
      throw new AppError(
        'stripe_auth',
        'Stripe’s key may not read customers, subscriptions and invoices; allow that in Stripe’s dashboard.',
        { cause: error },
      );
    const limited = error instanceof Stripe.errors.StripeRateLimitError;
    const down = error instanceof Stripe.errors.StripeConnectionError || (error.statusCode ?? 0) >= 500;
    if (limited || down)
      throw new AppError(
        limited ? 'stripe_limited' : 'stripe_unavailable',
        limited ? 'Stripe asks for a pause.' : 'Stripe cannot be reached, or has a fault.',
        { retryable: true, cause: error },
      );
    throw new AppError('stripe_refused', `Stripe refuses that (${error.code ?? error.type}).`, {
      cause: error,
    });
  }
}

/** Plan, monthly revenue and state of payment, each left out where it is not known. */
function factsOf(
  subscriptions: Subscription[],
  invoices: z.infer<typeof invoicesSchema>['data'],
): ContextFacts['facts'] {
  const paying = subscriptions.filter(({ status }) => PAYING.has(status));
  const plans = paying.flatMap(({ items }) => items.data.flatMap(({ price }) => price.nickname ?? []));
  const facts: ContextFacts['facts'] = [];
  if (plans.length > 0) facts.push({ label: 'Plan', value: [...new Set(plans)].join(', ') });
  const mrr = monthly(paying);
  if (mrr) facts.push({ label: 'Pays', value: `${mrr} a month` });
  const states = [...new Set((paying.length > 0 ? paying : subscriptions).map(({ status }) => status))];
  if (states.length > 0) facts.push({ label: 'Subscription', value: states.join(', ').replaceAll('_', ' ') });
  if (paying.some(({ cancel_at_period_end }) => cancel_at_period_end))
    facts.push({ label: 'Cancelled', value: 'ends with the period' });
  for (const { number, amount_remaining, currency, attempt_count } of invoices.filter(
    (one) => one.amount_remaining > 0,
  )) {
    const tries = attempt_count ? `, ${attempt_count} failed ${attempt_count === 1 ? 'try' : 'tries'}` : '';
    facts.push({
      label: 'Unpaid',
      value: `${number ?? 'invoice'} over ${sum(amount_remaining, currency)}${tries}`,
    });
  }
  return facts;
}

const sum = (amount: number, currency: string) =>
  `${inUnits(amount, currency).toFixed(2).replace(/\.00$/, '')} ${currency.toUpperCase()}`;

/** `49 EUR`; null where prices are tiered, or in several currencies. */
function monthly(subscriptions: Subscription[]): string | null {
  let total = 0;
  const currencies = new Set<string>();
  for (const { price, quantity } of subscriptions.flatMap(({ items }) => items.data)) {
    const months = (MONTHS[price.recurring?.interval ?? ''] ?? 0) * (price.recurring?.interval_count ?? 0);
    if (price.unit_amount == null || months === 0) return null;
    total += (price.unit_amount * (quantity ?? 1)) / months;
    currencies.add(price.currency);
  }
  const [currency] = currencies;
  return currency && currencies.size === 1 ? sum(Math.round(total), currency) : null;
}
