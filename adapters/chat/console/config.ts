// The console's slice of the configuration: which channels it has and where it is served.
import { z } from 'zod';
import type { AdapterConfigInput } from '../../../src/ports.ts';

export interface ConsoleChannel {
  id: string;
  purpose: string;
}

export interface ConsoleConfig {
  /** Shown in the top bar. */
  name: string;
  channels: ConsoleChannel[];
  port: number;
  /** Where people reach it from other machines; null: only through this machine or an address literal. */
  publicUrl: string | null;
}

const DEFAULT_CHANNELS: ConsoleChannel[] = [
  { id: 'support', purpose: 'Every customer message, as a card to approve, edit or escalate' },
  { id: 'bugs', purpose: 'Bugs that several customers report, each as one card' },
  { id: 'alerts', purpose: 'Accounts that may leave, and articles that are missing' },
  { id: 'digests', purpose: 'The numbers and what changed, for managers' },
  { id: 'sent', purpose: 'What customers received: the mailbox of the sample workspace' },
  { id: 'issues', purpose: 'The tracker of the sample workspace: close an issue and see what follows' },
];

const slice = z.object({
  env: z.object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    DESKHAND_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  }),
  yaml: z.looseObject({
    console: z.strictObject({ enabled: z.boolean().default(true) }).optional(),
    workspace: z.looseObject({ name: z.string().trim().min(1).max(80).optional() }).optional(),
  }),
});

/** Every `console:NAME` that the configuration posts to, wherever it stands in `channels` and `routes`. */
function consoleTargets(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('console:') ? [channelId(value.slice(8))] : [];
  if (Array.isArray(value)) return value.flatMap(consoleTargets);
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(consoleTargets);
  return [];
}

/** `#Support` and `support` are one channel. */
export function channelId(name: string): string {
  return name.trim().replace(/^#/, '').toLowerCase();
}

/** Null when `console: { enabled: false }`. */
export const consoleConfig: z.ZodType<ConsoleConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    const parsed = slice.safeParse(input);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        ctx.issues.push({ code: 'custom', path, message, input });
      return z.NEVER;
    }
    const { env, yaml } = parsed.data;
    if (yaml.console?.enabled === false) return null;
    const named = [...consoleTargets(yaml.channels), ...consoleTargets(yaml.routes)];
    const extra = [...new Set(named)].filter((id) => id && !DEFAULT_CHANNELS.some((c) => c.id === id));
    return {
      name: yaml.workspace?.name ?? 'Deskhand',
      channels: [...DEFAULT_CHANNELS, ...extra.map((id) => ({ id, purpose: '' }))],
      port: env.PORT,
      publicUrl: env.DESKHAND_PUBLIC_URL ?? null,
    };
  });
