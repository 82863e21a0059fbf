// Stripe's webhook: the SDK checks the signature and its age, then the event is kept before Stripe is told so.
import type Stripe from 'stripe';
import { z } from 'zod';
import type { CustomerEvent } from '../../../src/model/customer.ts';
import { errorText } from '../../../src/model/errors.ts';
import type { Clock, Log, Route } from '../../../src/ports.ts';
import { customerEventOf } from './events.ts';

/** Seconds that a signature is good for: Stripe's own advice against replays. */
const TOLERANCE_S = 300;

/**
 * `POST /webhooks/stripe`. 401 to what is not signed or too old, 400 to what cannot be read, 503 to what could not
 * be kept: Stripe sends it again for three days.
 */
export function stripeWebhook(deps: {
  stripe: Stripe;
  secret: string;
  clock: Clock;
  log: Log;
  tell(event: CustomerEvent): Promise<void>;
}): Route {
  const { stripe, secret, clock, log } = deps;
  return {
    method: 'POST',
    path: '/webhooks/stripe',
    async handle(request) {
      const body = await request.text();
      const signature = request.headers.get('stripe-signature') ?? '';
      let told: CustomerEvent | null;
      try {
        const { webhooks } = stripe;
        const now = clock.now().getTime();
        const event = await webhooks.constructEventAsync(
          body,
          signature,
          secret,
          TOLERANCE_S,
          undefined,
          now,
        );
        told = customerEventOf(event);
      } catch (error) {
        if (error instanceof z.ZodError || error instanceof SyntaxError)
          return Response.json({ error: `the event cannot be read: ${errorText(error)}` }, { status: 400 });
        return Response.json({ error: 'the signature is not right, or too old' }, { status: 401 });
      }
      try {
        if (told) await deps.tell(told);
      } catch (error) {
        log.warn({ event: told?.id, reason: errorText(error) }, 'an event of Stripe could not be kept');
        return new Response(null, { status: 503 });
      }
      return new Response(null, { status: 202 });
    },
  };
}
