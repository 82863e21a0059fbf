// GitHub's slice of the configuration: the token, the repository and what its words mean.
import { z } from 'zod';
import { issueStateSchema, meaningsOf, type StateWords } from '../../../src/model/issue.ts';
import type { AdapterConfigInput } from '../../../src/ports.ts';

export interface GithubConfig {
  token: string;
  /** Base of the REST API, without a slash at the end. */
  apiUrl: string;
  webhookSecret: string | null;
  owner: string;
  name: string;
  /** Put on every new issue. */
  labels: string[];
  states: StateWords;
}

/**
 * Closed without a label that says more: GitHub's own reason. Labels are named `label:NAME`; an open or closed
 * milestone `milestone:open` and `milestone:closed`.
 */
const MEANINGS: StateWords = {
  open: 'open',
  completed: 'fixed',
  not_planned: 'not_planned',
  duplicate: 'duplicate',
  'label:duplicate': 'duplicate',
  'label:invalid': 'not_planned',
  'label:wontfix': 'not_planned',
};

const slice = z.object({
  env: z.object({
    GITHUB_TOKEN: z.string().trim().min(1),
    GITHUB_API_URL: z
      .url({ protocol: /^https?$/, error: 'an address such as https://api.github.com' })
      .default('https://api.github.com'),
    GITHUB_WEBHOOK_SECRET: z.string().trim().min(16, 'at least 16 characters').optional(),
  }),
  yaml: z.looseObject({
    trackers: z.looseObject({
      github: z.looseObject({
        repository: z.string(),
        labels: z.array(z.string()),
        states: z.record(z.string(), issueStateSchema),
      }),
    }),
  }),
});

const named = z.looseObject({ trackers: z.looseObject({ github: z.unknown() }).optional() });

/** Null unless the configuration names a repository: many machines have a GITHUB_TOKEN for other things. */
export const githubConfig: z.ZodType<GithubConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    if (!named.safeParse(input.yaml).data?.trackers?.github) return null;
    const parsed = slice.safeParse(input);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        ctx.issues.push({
          code: 'custom',
          path,
          message: path[1] === 'GITHUB_TOKEN' ? 'a token that may write issues of the repository' : message,
          input,
        });
      return z.NEVER;
    }
    const { env, yaml } = parsed.data;
    const { repository, labels, states } = yaml.trackers.github;
    const [owner = '', name = ''] = repository.split('/');
    return {
      token: env.GITHUB_TOKEN,
      apiUrl: env.GITHUB_API_URL.replace(/\/+$/, ''),
      webhookSecret: env.GITHUB_WEBHOOK_SECRET ?? null,
      owner,
      name,
      labels,
      states: meaningsOf(MEANINGS, states),
    };
  });
