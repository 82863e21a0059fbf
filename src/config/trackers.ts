// The shape of `trackers` in config/deskhand.yaml: where issues are made, when by themselves, and what words mean.
import { z } from 'zod';
import { issueStateSchema } from '../model/issue.ts';

/** What every tracker can be told. */
const common = {
  labels: z.array(z.string().min(1).max(50)).max(20).default([]).describe('Put on every new issue'),
  states: z
    .record(z.string(), issueStateSchema)
    .default({})
    .describe('What words of the tracker mean, where the defaults do not fit: { completed: merged }'),
};

export const trackersSchema = z
  .strictObject({
    use: z
      .enum(['github', 'linear', 'jira'])
      .optional()
      .describe('Where new issues go; default: the first that is set up'),
    automatic: z
      .strictObject({
        customers: z.number().int().min(1).max(10_000).describe('Made when so many customers reported it'),
        likeness: z
          .number()
          .min(0)
          .max(1)
          .default(0.8)
          .describe('and their reports are at least so alike on average, 0 to 1'),
      })
      .optional()
      .describe('Issues made without asking; not set: an engineer presses the button'),
    pollMinutes: z
      .number()
      .int()
      .min(1)
      .max(1_440)
      .default(5)
      .describe('How often the state of issues is asked for where no webhook tells it'),
    github: z
      .strictObject({
        repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name, for example acme/app'),
        ...common,
      })
      .optional(),
    linear: z
      .strictObject({
        team: z
          .string()
          .regex(/^[A-Z][A-Z0-9]{0,9}$/, 'the key of a team, for example ENG')
          .describe('The key of a team'),
        ...common,
      })
      .optional(),
    jira: z
      .strictObject({
        project: z
          .string()
          .regex(/^[A-Z][A-Z0-9_]{1,19}$/, 'the key of a project, for example APP')
          .describe('The key of a project'),
        issueType: z.string().min(1).max(60).default('Bug'),
        ...common,
      })
      .optional(),
  })
  .refine((trackers) => !trackers.use || trackers[trackers.use] !== undefined, {
    path: ['use'],
    error: 'a tracker that is set up beside it, under "github", "linear" or "jira"',
  })
  .prefault({});
