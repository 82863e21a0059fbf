// Jira's slice of the configuration: the site, who signs in, the project and what its words mean.
import { z } from 'zod';
import { issueStateSchema, meaningsOf, type StateWords } from '../../../src/model/issue.ts';
import type { AdapterConfigInput } from '../../../src/ports.ts';

export interface JiraConfig {
  /** Address of the site, without a slash at the end. */
  url: string;
  email: string;
  apiToken: string;
  webhookSecret: string | null;
  /** The project's key: `APP`. */
  project: string;
  issueType: string;
  /** Put on every new issue. */
  labels: string[];
  states: StateWords;
}

/**
 * Labels are named `label:NAME`; resolutions and statuses by their name, status categories `new`,
 * `indeterminate` and `done`; `unreleased` is a fix version that is not out yet. The resolution is stronger than
 * the status, the status stronger than its category.
 */
const MEANINGS: StateWords = {
  new: 'open',
  indeterminate: 'open',
  done: 'fixed',
  fixed: 'fixed',
  resolved: 'fixed',
  released: 'fixed',
  merged: 'merged',
  'ready for release': 'merged',
  unreleased: 'merged',
  "won't do": 'not_planned',
  "won't fix": 'not_planned',
  'cannot reproduce': 'not_planned',
  declined: 'not_planned',
  incomplete: 'not_planned',
  rejected: 'not_planned',
  duplicate: 'duplicate',
};

const slice = z.object({
  env: z.object({
    JIRA_URL: z.url({ protocol: /^https?$/, error: 'the site, such as https://example.atlassian.net' }),
    JIRA_EMAIL: z.email('the e-mail address of the account that the token belongs to'),
    JIRA_API_TOKEN: z.string('an API token of that account').trim().min(1),
    JIRA_WEBHOOK_SECRET: z.string().trim().min(16, 'at least 16 characters').optional(),
  }),
  yaml: z.looseObject({
    trackers: z.looseObject({
      jira: z.looseObject({
        project: z.string(),
        issueType: z.string(),
        labels: z.array(z.string()),
        states: z.record(z.string(), issueStateSchema),
      }),
    }),
  }),
});

const named = z.looseObject({ trackers: z.looseObject({ jira: z.unknown() }).optional() });

/** Null when there is neither a variable nor a project; one without the others is a fault that names what is missing. */
export const jiraConfig: z.ZodType<JiraConfig | null, AdapterConfigInput> = z
  .custom<AdapterConfigInput>()
  .transform((input, ctx) => {
    const wanted = named.safeParse(input.yaml).data?.trackers?.jira;
    const { JIRA_URL, JIRA_EMAIL, JIRA_API_TOKEN } = input.env;
    if (!wanted && !JIRA_URL && !JIRA_EMAIL && !JIRA_API_TOKEN) return null;
    const parsed = slice.safeParse(input);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues) {
        const project = !wanted && path[0] === 'yaml';
        ctx.issues.push({
          code: 'custom',
          path: project ? ['yaml', 'trackers', 'jira', 'project'] : path,
          message: project ? 'the key of the project that issues are made in, such as APP' : message,
          input,
        });
      }
      return z.NEVER;
    }
    const { env, yaml } = parsed.data;
    const { project, issueType, labels, states } = yaml.trackers.jira;
    return {
      url: env.JIRA_URL.replace(/\/+$/, ''),
      email: env.JIRA_EMAIL,
      apiToken: env.JIRA_API_TOKEN,
      webhookSecret: env.JIRA_WEBHOOK_SECRET ?? null,
      project,
      issueType,
      labels,
      states: meaningsOf(MEANINGS, states),
    };
  });
