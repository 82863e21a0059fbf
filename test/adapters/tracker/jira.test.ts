// Jira keeps the promises of a tracker: the real jira.js against a double that enforces Jira's limits.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { jiraConfig } from '../../../adapters/tracker/jira/config.ts';
// Half a second of code, ten on a busy machine: loaded before any test waits for an answer.
import 'jira.js/cloud';
import { createJira } from '../../../adapters/tracker/jira/index.ts';
import { trackerContract } from '../../contracts/tracker.ts';
import { createFaultProxy } from '../../support/fault-proxy.ts';
import { createJiraDouble, wordsOf } from '../../support/jira-double.ts';
import { adapterDeps } from '../intake/deps.ts';

const SECRET = 'jira-webhook-secret';

async function createWorld() {
  const double = await createJiraDouble();
  const proxy = await createFaultProxy(double.url);
  return {
    double,
    create({ credential = double.user.token } = {}) {
      const config = jiraConfig.parse({
        env: {
          JIRA_URL: proxy.url,
          JIRA_EMAIL: double.user.email,
          JIRA_API_TOKEN: credential,
          JIRA_WEBHOOK_SECRET: SECRET,
        },
        yaml: { trackers: { jira: { project: 'APP', issueType: 'Bug', labels: ['bug'], states: {} } } },
      });
      if (!config) throw new Error('not set up');
      return createJira(config, adapterDeps());
    },
    farEnd: async () =>
      double.issues.map(({ key, fields, comments }) => ({
        id: key,
        title: fields.summary,
        // Text nodes cannot become markup, whatever stands in them; as Markdown it would.
        body: wordsOf(fields.description)
          .replace(/[@#<[\]](?=\S)/g, '$& ')
          .replaceAll('[ click', 'click'),
        labels: fields.labels,
        comments: comments.map(({ body }) => wordsOf(body)),
      })),
    async set(issueId: string, state: 'fixed' | 'not_planned' | 'duplicate') {
      double.close(issueId, { fixed: 'Done', not_planned: "Won't Do", duplicate: 'Duplicate' }[state]);
    },
    webhook(issueId: string) {
      const body = JSON.stringify({
        timestamp: Date.now(),
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

trackerContract('jira', createWorld);

test.each([
  { resolution: 'Done', fixVersions: [{ released: false }], state: 'merged' },
  { resolution: 'Done', fixVersions: [{ released: true }], state: 'fixed' },
  { resolution: "Won't Do", fixVersions: [{ released: false }], state: 'not_planned' },
  { resolution: null, fixVersions: [], state: 'fixed' },
  { resolution: 'Known Error', fixVersions: [], state: 'fixed' },
])(
  'Jira: $resolution with the versions $fixVersions is $state',
  async ({ resolution, fixVersions, state }) => {
    const world = await createWorld();
    try {
      const jira = world.create();
      const signal = AbortSignal.timeout(5_000);
      const { id } = await jira.create({ title: 'Empty PDF', marker: 'deskhand-a', parts: [] }, signal);
      world.double.close(id, resolution, { fixVersions });
      expect(await jira.get(id, signal)).toMatchObject({ state });
    } finally {
      await world.remove();
    }
  },
);

test('Jira: a refusal is told in its own words, field by field', async () => {
  const world = await createWorld();
  try {
    const body = JSON.stringify({
      errorMessages: [],
      errors: { issuetype: 'Specify a valid issue type' },
    });
    world.faults.push({ kind: 'status', status: 400, body });
    await expect(
      world
        .create()
        .create({ title: 'Empty PDF', marker: 'deskhand-a', parts: [] }, AbortSignal.timeout(5_000)),
    ).rejects.toThrow('Jira refuses that (issuetype: Specify a valid issue type).');
  } finally {
    await world.remove();
  }
});
