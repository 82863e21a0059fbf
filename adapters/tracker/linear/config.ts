// Linear's slice of the configuration: the key, the team and what its words mean.
import { z } from 'zod';
import { issueStateSchema, meaningsOf, type StateWords } from '../../../src/model/issue.ts';
import type { AdapterConfigInput } from '../../../src/ports.ts';

export interface LinearConfig {
  apiKey: string;
  /** The GraphQL endpoint. */
  apiUrl: string;
  webhookSecret: string | null;
  /** The team's key: `ENG`. */
  team: string;
  /** Put on every new issue, by name; names that the team does not have are left out. */
  labels: string[];
  states: StateWords;
}

/** Labels are named `label:NAME`, states by their name or by Linear's type of them; the name is stronger. */
const MEANINGS: StateWords = {
  triage: 'open',
  backlog: 'open',
  unstarted: 'open',
  started: 'open',
  merged: 'merged',
  'ready for release': 'merged',
  released: 'fixed',
  completed: 'fixed',
  canceled: 'not_planned',
  duplicate: 'duplicate',
};

const slice = z.object({
  env: z.object({
    LINEAR_API_KEY: z.string().trim().min(1),
    LINEAR_API_URL: z
      .url({ protocol: /^https?$/, error: 'an address such as https://api.linear.app/graphql' })
      .default('https://api.linear.app/graphql'),
    LINEAR_WEBHOOK_SECRET: z.string().trim().min(16, 'at least 16 characters').optional(),
  }),
  yaml: z.looseObject({
    trackers: z.looseObject({
      linear: z.looseObject({
        team: z.string(),
        labels: z.array(z.string()),
        states: z.record(z.string(), issueStateSchema),
      }),
    }),
  }),
});

const named = z.looseObject({ trackers: z.looseObject({ linear: z.unknown() }).optional() });

/** Null when there is neither a key nor a team; one without the other is a fault that names the missing one. */
export const linearConfig: z.ZodType<LinearConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    const wanted = named.safeParse(input.yaml).data?.trackers?.linear;
    if (!wanted && !input.env.LINEAR_API_KEY) return null;
    const parsed = slice.safeParse(input);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        ctx.issues.push({
          code: 'custom',
          path: wanted || path[0] === 'env' ? path : ['yaml', 'trackers', 'linear', 'team'],
          message:
            path[1] === 'LINEAR_API_KEY'
              ? 'a personal API key of Linear'
              : wanted || path[0] === 'env'
                ? message
                : 'the key of the team that issues are made in, such as ENG',
          input,
        });
      return z.NEVER;
    }
    const { env, yaml } = parsed.data;
    const { team, labels, states } = yaml.trackers.linear;
    return {
      apiKey: env.LINEAR_API_KEY,
      apiUrl: env.LINEAR_API_URL,
      webhookSecret: env.LINEAR_WEBHOOK_SECRET ?? null,
      team,
      labels,
      states: meaningsOf(MEANINGS, states),
    };
  });
