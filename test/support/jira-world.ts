// Jira as a tracker for tests: the real jira.js against a double that enforces Jira's limits, faults in between.
import { createHmac } from 'node:crypto';
import { jiraConfig } from '../../adapters/tracker/jira/config.ts';
// Half a second of code, ten on a busy machine: loaded before any test waits for an answer.
import 'jira.js/cloud';
import { createJira } from '../../adapters/tracker/jira/index.ts';
import type { WorldOptions } from '../contracts/tracker.ts';
import { adapterDeps } from './adapter-memory.ts';
import { createFaultProxy } from './fault-proxy.ts';
import { createJiraDouble, wordsOf } from './jira-double.ts';

const SECRET = 'jira-webhook-secret';

/** Text nodes cannot become markup, whatever stands in them: as Markdown it would be escaped. */
const asMarkdown = (document: unknown) => wordsOf(document).replace(/[@#<[\]](?=\S)/g, '\\$& ');

export async function createJiraWorld() {
  const double = await createJiraDouble();
  const proxy = await createFaultProxy(double.url);
  function setup({ credential = double.user.token, pushes = true, states = {} }: WorldOptions = {}) {
    return {
      env: {
        JIRA_URL: proxy.url,
        JIRA_EMAIL: double.user.email,
        JIRA_API_TOKEN: credential,
        ...(pushes && { JIRA_WEBHOOK_SECRET: SECRET }),
      },
      yaml: { trackers: { jira: { project: 'APP', issueType: 'Bug', labels: ['bug'], states } } },
    };
  }
  return {
    double,
    setup,
    create(options?: WorldOptions) {
      const config = jiraConfig.parse(setup(options));
      if (!config) throw new Error('not set up');
      return createJira(config, adapterDeps());
    },
    farEnd: async () =>
      double.issues.map(({ key, fields, comments }) => ({
        id: key,
        title: fields.summary,
        body: asMarkdown(fields.description),
        labels: fields.labels,
        comments: comments.map(({ body }) => asMarkdown(body)),
      })),
    async set(issueId: string, state: 'fixed' | 'not_planned' | 'duplicate') {
      double.close(issueId, { fixed: 'Done', not_planned: "Won't Do", duplicate: 'Duplicate' }[state]);
    },
    webhook(issueId: string, at = new Date()) {
      const body = JSON.stringify({
        timestamp: at.getTime(),
        webhookEvent: 'jira:issue_updated',
        issue: { key: issueId },
      });
      const signature = createHmac('sha256', SECRET).update(body).digest('hex');
      return {
        headers: { 'x-hub-signature': `sha256=${signature}`, 'x-atlassian-webhook-identifier': 'w-1' },
        body,
      };
    },
    faults: proxy.faults,
    tooMany: { kind: 'status' as const, status: 429, headers: { 'retry-after': '30' } },
    async remove() {
      await proxy.close();
      await double.stop();
    },
  };
}
