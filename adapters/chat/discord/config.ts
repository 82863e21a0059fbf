// Discord's slice of the configuration: the bot's token, where the API is, and who is who.
import { z } from 'zod';
import type { AdapterConfigInput } from '../../../src/ports.ts';

export interface DiscordConfig {
  token: string;
  applicationId: string;
  /** Base of the REST API without version, without a slash at the end. */
  apiUrl: string;
  /** E-mail of each agent by Discord user id; Discord tells no bot anybody's address. */
  people: Record<string, string>;
}

const snowflake = z.string().regex(/^\d{15,21}$/, 'the number that Discord shows as "Application ID"');

const slice = z.object({
  env: z.object({
    DISCORD_TOKEN: z.string().trim().min(20, 'the token from the application\'s page "Bot"').optional(),
    DISCORD_APPLICATION_ID: snowflake.optional(),
    DISCORD_API_URL: z
      .url({ protocol: /^https?$/, error: 'an address such as https://discord.com/api' })
      .default('https://discord.com/api'),
  }),
  yaml: z.looseObject({
    agents: z.array(z.looseObject({ email: z.string(), discord: z.string().optional() })).default([]),
  }),
});

/** Null when neither variable is set; one without the other is a fault that names the missing one. */
export const discordConfig: z.ZodType<DiscordConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    if (!input.env.DISCORD_TOKEN && !input.env.DISCORD_APPLICATION_ID) return null;
    const parsed = slice.safeParse(input);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        ctx.issues.push({ code: 'custom', path, message, input });
      return z.NEVER;
    }
    const { env, yaml } = parsed.data;
    for (const name of ['DISCORD_TOKEN', 'DISCORD_APPLICATION_ID'] as const)
      if (!env[name])
        ctx.issues.push({
          code: 'custom',
          path: ['env', name],
          message: 'is missing: Discord needs DISCORD_TOKEN and DISCORD_APPLICATION_ID',
          input,
        });
    if (!env.DISCORD_TOKEN || !env.DISCORD_APPLICATION_ID) return z.NEVER;
    return {
      token: env.DISCORD_TOKEN,
      applicationId: env.DISCORD_APPLICATION_ID,
      apiUrl: env.DISCORD_API_URL.replace(/\/+$/, ''),
      people: Object.fromEntries(yaml.agents.flatMap((a) => (a.discord ? [[a.discord, a.email]] : []))),
    };
  });
