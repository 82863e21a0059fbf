// The API channel's slice of the configuration: the reply webhook, and the channel names that may be posted.
import { z } from 'zod';
import type { AdapterConfigInput } from '../../../src/ports.ts';

export interface ApiConfig {
  /** Values of `channel` that `POST /api/messages` accepts. */
  channels: string[];
  /** Where replies are posted; null: they are read back from the ticket. */
  webhook: { url: string; secret: string } | null;
}

const DEFAULT_CHANNELS = ['api', 'livechat'];

const channelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, 'allowed are lower-case letters, digits, "-" and "_", at most 50')
  .refine((name) => name !== 'email', 'e-mail has a channel of its own (IMAP_URL, SMTP_URL, MAIL_FROM)');

const sliceSchema = z.object({
  intake: z.object({ channels: z.array(channelName).min(1).optional() }).optional(),
});

/** Always set up. Issues carry `env.DESKHAND_REPLY_WEBHOOK_…` or `yaml.intake.channels`. */
export const apiConfig: z.ZodType<ApiConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    const slice = sliceSchema.safeParse(input.yaml);
    for (const { path, message } of slice.error?.issues ?? [])
      ctx.addIssue({ code: 'custom', path: ['yaml', ...path], message });
    const channels = [...new Set(slice.data?.intake?.channels ?? DEFAULT_CHANNELS)];
    return { channels, webhook: webhook(input.env, ctx) };
  });

function webhook(env: AdapterConfigInput['env'], ctx: z.RefinementCtx): ApiConfig['webhook'] {
  const issue = (name: string, message: string): null => {
    ctx.addIssue({ code: 'custom', path: ['env', name], message });
    return null;
  };
  const value = env.DESKHAND_REPLY_WEBHOOK_URL?.trim();
  if (!value) return null;
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    return issue(
      'DESKHAND_REPLY_WEBHOOK_URL',
      `got "${value.replace(/\/\/.*@/, '//***@')}"; allowed is an http or https URL without user and password`,
    );
  const secret = env.DESKHAND_REPLY_WEBHOOK_SECRET?.trim() ?? '';
  if (secret.length < 16)
    return issue(
      'DESKHAND_REPLY_WEBHOOK_SECRET',
      secret
        ? `got ${secret.length} characters; allowed are 16 or more (openssl rand -hex 32)`
        : 'is not set; DESKHAND_REPLY_WEBHOOK_URL needs it to sign the replies (openssl rand -hex 32)',
    );
  return { url: url.href, secret };
}
