// The shape of config/deskhand.yaml and of Deskhand's own environment variables.
import { z } from 'zod';
import { RIGHTS, roleSchema } from '../model/decision.ts';
import { modeSchema } from '../model/draft.ts';
import { PRIORITIES, priorityLevelSchema } from '../model/ticket.ts';
import { isTimeZone } from '../model/zone.ts';
import { digestSchema } from './digest.ts';
import { alertsSchema, outreachSchema } from './outreach.ts';
import { prioritySchema } from './priority.ts';
import { repliesSchema } from './replies.ts';
import { serviceSchemas } from './service-levels.ts';
import { trackersSchema } from './trackers.ts';

const timeZone = z
  .string()
  .refine((zone) => isTimeZone(zone), 'an IANA time zone such as Europe/Paris')
  .meta({ description: 'IANA time zone, e.g. Europe/Paris' });

/** `platform:channel`, e.g. `slack:C0SUPPORT` or `console:support`. */
const target = z
  .string()
  .regex(/^[a-z]+:.+$/, 'platform:channel, for example slack:C0SUPPORT or console:support')
  .meta({ description: 'platform:channel, e.g. slack:C0SUPPORT' });
const targets = z.union([target, z.array(target).min(1)]).transform((t) => (Array.isArray(t) ? t : [t]));

const oneOrMore = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((v) => (Array.isArray(v) ? v : [v]));

const agentSchema = z.strictObject({
  name: z.string().min(1).max(100),
  email: z.email(),
  role: roleSchema.default('agent').describe('viewer sees, agent acts, lead and admin also set modes'),
  categories: z
    .array(z.string().min(1).max(100))
    .min(1)
    .optional()
    .describe('Acts only on tickets of these categories, or of their first part; elsewhere writes notes'),
  team: z.string().max(80).optional().describe('Team that escalations are addressed to'),
  timeZone: timeZone
    .optional()
    .describe(
      'Theirs, for the times to snooze until; default: what the platform tells, else the workspace’s',
    ),
  slack: z.string().optional().describe('Slack member id'),
  discord: z.string().optional().describe('Discord user id, in quotes'),
  teams: z.string().optional().describe('Microsoft Entra object id'),
});
export type Agent = z.infer<typeof agentSchema>;

const routeSchema = z.strictObject({
  when: z.strictObject({
    category: oneOrMore.optional().describe('Category or its first part: billing matches billing/refund'),
    priority: z.array(priorityLevelSchema).min(1).optional(),
    plan: oneOrMore.optional(),
    account: oneOrMore.optional(),
    language: oneOrMore.optional(),
    channel: oneOrMore.optional().describe('Where the customer wrote: email, livechat, api'),
  }),
  to: targets,
  mention: oneOrMore
    .optional()
    .describe('Agents by name or e-mail, or team:NAME, who are mentioned when the card is posted'),
});
export type RouteRule = z.infer<typeof routeSchema>;

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as "19:00", in quotes')
  .meta({ description: 'Time of day in the workspace’s zone, e.g. "19:00"' });

const noiseSchema = z.strictObject({
  background: z
    .boolean()
    .default(true)
    .describe(
      'Sources, similar tickets and history in the thread of each card that waits for an agent; they never hold up a card',
    ),
  burst: z
    .strictObject({
      count: z
        .number()
        .int()
        .min(0)
        .max(1_000)
        .default(12)
        .describe('Cards of one category in one channel before further ones share a message; 0 is never'),
      minutes: z.number().positive().max(1_440).default(5).describe('The time in which they are counted'),
    })
    .prefault({}),
  quietHours: z
    .strictObject({
      from: clockTime,
      to: clockTime,
      priorities: z
        .array(priorityLevelSchema.exclude(['P1', 'P2']))
        .min(1)
        .default(['P3', 'P4'])
        .describe('Whose cards wait; P1 and P2 never do'),
    })
    .refine(({ from, to }) => from !== to, { path: ['to'], error: 'another time than "from"' })
    .optional()
    .describe('New cards of low priority are posted when they end'),
});
export type QuietHours = NonNullable<z.infer<typeof noiseSchema>['quietHours']>;

const hours = z
  .number()
  .positive()
  .max(24 * 90);

const MODEL_STEPS = ['analyse', 'draft', 'rewrite', 'write'] as const;

const clustersSchema = z.strictObject({
  customers: z
    .number()
    .int()
    .min(2)
    .max(1_000)
    .default(5)
    .describe('Customers who report the same bug within `days` before engineers are told'),
  days: z.number().int().min(1).max(90).default(7),
  growth: z
    .number()
    .int()
    .min(2)
    .max(1_000)
    .default(4)
    .describe('Customers within a day that are enough when so many are unusual for the category'),
  urgent: z
    .boolean()
    .default(true)
    .describe('One urgent report (P1) with an error code or exception is enough'),
  pingsPerDay: z
    .number()
    .int()
    .min(0)
    .max(1_000)
    .default(10)
    .describe('Bugs that engineers are told of in a day at most; the others follow the next day'),
  muteDays: z.number().int().min(1).max(365).default(7).describe('How long Mute keeps a card as it is'),
});

export const yamlSchema = z.strictObject({
  workspace: z
    .strictObject({
      name: z.string().min(1).max(80).default('Support'),
      signature: z
        .string()
        .max(500)
        .default('Best regards,\nThe support team')
        .describe('How replies are signed'),
      timeZone: timeZone.default('UTC').describe('Times on cards'),
    })
    .prefault({}),
  channels: z
    .strictObject({
      tickets: targets.prefault('console:support').describe('Where no route says otherwise'),
      bugs: targets
        .optional()
        .describe('Where engineers hear of bugs; default: a channel "bugs" on the console'),
      proposals: targets.optional().describe('Messages proposed to customers; default: where tickets go'),
      digests: targets
        .optional()
        .describe('Where digests are posted; default: a channel "digests" on the console'),
      alerts: targets
        .optional()
        .describe('Accounts at risk and missing articles; default: a channel "alerts" on the console'),
      sales: targets.optional().describe('Accounts that may want more; without it nobody is told'),
      fallback: target
        .default('console:support')
        .describe('Where cards go whose own channel cannot be reached any more'),
    })
    .prefault({}),
  routes: z.array(routeSchema).default([]).describe('First match wins; every condition is optional'),
  noise: noiseSchema.prefault({}),
  agents: z.array(agentSchema).default([]).describe('Who may act; with none, everybody may'),
  rights: z
    .partialRecord(z.enum(RIGHTS), roleSchema.exclude(['viewer']))
    .default({})
    .describe('Least role for an action; without one agents may do everything, leads also set modes'),
  send: z
    .strictObject({
      undoSeconds: z.number().int().min(0).max(600).default(10).describe('How long a reply waits with Undo'),
    })
    .prefault({}),
  modes: z
    .strictObject({
      default: modeSchema.default('suggest'),
      categories: z.record(z.string(), modeSchema).default({}),
      risk: z
        .number()
        .min(0.001)
        .max(0.5)
        .default(0.03)
        .describe('Largest share of mistakes that auto may make'),
    })
    .prefault({}),
  digest: digestSchema(timeZone),
  firstAnswer: z
    .partialRecord(z.enum(PRIORITIES), hours)
    .default({})
    .transform((given) => ({ P1: 1, P2: 4, P3: 8, P4: 24, ...given }))
    .describe('Hours until the first answer is due, by priority'),
  ...serviceSchemas(timeZone, oneOrMore),
  priority: prioritySchema.describe('What makes a ticket important'),
  tickets: z
    .strictObject({
      reopenDays: z
        .number()
        .int()
        .min(0)
        .max(365)
        .default(14)
        .describe('An answer later than this opens a new ticket'),
      assumeResolvedDays: z
        .number()
        .int()
        .min(1)
        .max(365)
        .default(5)
        .describe('Silence that counts as resolved'),
    })
    .prefault({}),
  clusters: clustersSchema.prefault({}).describe('When reports of the same thing are told to engineers'),
  mailboxes: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(80),
        from: z.string().min(3).max(320),
        imap: z.string().describe('Name of the environment variable with the IMAP address'),
        smtp: z.string().describe('Name of the environment variable with the SMTP address'),
      }),
    )
    .default([]),
  intake: z
    .strictObject({
      channels: z.array(z.string().min(1).max(50)).min(1).default(['api', 'livechat']),
    })
    .prefault({})
    .describe('Channel names that POST /api/messages takes'),
  knowledge: z
    .strictObject({
      folder: z.string().optional().describe('Folder of Markdown articles'),
      macros: z
        .string()
        .optional()
        .describe(
          'Folder of macros; default: "macros" beside the articles or in their folder, where there is one',
        ),
    })
    .prefault({})
    .describe('Folders that are read again when a file in them changes'),
  taxonomy: z.string().default('taxonomy.yaml').describe('File of categories, beside this file'),
  console: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  model: z
    .strictObject({
      timeoutSeconds: z
        .number()
        .min(1)
        .max(300)
        .default(30)
        .describe('How long one call may take before the next model, or the local engine, does the work'),
      dailyTokens: z
        .number()
        .int()
        .positive()
        .default(2_000_000)
        .describe('Tokens a day, in and out, in the time zone of the workspace'),
      dailyCost: z.number().positive().default(20).describe('Money a day, in the currency of the prices'),
      pricePerMillion: z
        .strictObject({ input: z.number().min(0).default(0), output: z.number().min(0).default(0) })
        .prefault({})
        .describe('Price of a million tokens'),
      for: z
        .array(z.enum(MODEL_STEPS))
        .default([...MODEL_STEPS])
        .describe('What the language model does; the local engine does the rest'),
    })
    .prefault({})
    .describe('The language model of OPENAI_MODEL'),
  replies: repliesSchema.prefault({}).describe('How drafts sound and what none may say, whoever wrote it'),
  outreach: outreachSchema(clockTime).describe('Writing to customers first'),
  alerts: alertsSchema.describe('Warnings to our own people'),
  trackers: trackersSchema.describe('Where engineers keep their issues'),
});
export type YamlConfig = z.infer<typeof yamlSchema>;

const url = (protocol: RegExp, example: string) =>
  z
    .string()
    .refine((v) => URL.canParse(v) && protocol.test(new URL(v).protocol), `an address such as ${example}`);

export const envSchema = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'a port number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'a port number from 0 to 65535')
    .default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: url(/^postgres(ql)?:$/, 'postgres://user:password@host:5432/deskhand').optional(),
  REDIS_URL: url(/^rediss?:$/, 'redis://host:6379').optional(),
  DESKHAND_API_TOKEN: z.string().min(16, 'at least 16 characters').optional(),
  DESKHAND_PUBLIC_URL: url(/^https?:$/, 'https://support.example.com').optional(),
  DESKHAND_CONFIG: z.string().optional(),
  DESKHAND_REPLY_WEBHOOK_URL: url(/^https?:$/, 'https://example.com/replies').optional(),
  DESKHAND_REPLY_WEBHOOK_SECRET: z.string().min(16, 'at least 16 characters').optional(),
  OPENAI_MODEL: z.string().min(1).optional(),
  OPENAI_FALLBACK_MODEL: z.string().min(1).optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: url(/^https?:$/, 'http://localhost:11434/v1').optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
export type Env = z.infer<typeof envSchema>;
