// Stripe's slice of the configuration: the key, where the API stands, and what its webhooks are signed with.
import { z } from 'zod';
import type { AdapterConfigInput } from '../../../src/ports.ts';

export interface StripeConfig {
  apiKey: string;
  apiUrl: URL;
  /** Null: no webhook is served, so nothing is told of failed payments. */
  webhookSecret: string | null;
}

const slice = z.object({
  env: z.object({
    STRIPE_API_KEY: z.string().trim().min(8, 'a secret or restricted key such as rk_live_…'),
    STRIPE_API_URL: z
      .url({ protocol: /^https?$/, error: 'an address such as https://api.stripe.com' })
      .default('https://api.stripe.com'),
    STRIPE_WEBHOOK_SECRET: z
      .string()
      .trim()
      .min(16, 'the signing secret of the webhook, which begins with whsec_')
      .optional(),
  }),
});

/** Null unless one of Stripe's secrets is set. */
export const stripeConfig: z.ZodType<StripeConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    if (!input.env.STRIPE_API_KEY && !input.env.STRIPE_WEBHOOK_SECRET) return null;
    const parsed = slice.safeParse(input);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        ctx.issues.push({ code: 'custom', path, message, input });
      return z.NEVER;
    }
    const { STRIPE_API_KEY, STRIPE_API_URL, STRIPE_WEBHOOK_SECRET } = parsed.data.env;
    return {
      apiKey: STRIPE_API_KEY,
      apiUrl: new URL(STRIPE_API_URL),
      webhookSecret: STRIPE_WEBHOOK_SECRET ?? null,
    };
  });
