// Linear as a tracker for tests: the real SDK against an emulated Linear, faults in between.
import { createHmac } from 'node:crypto';
import { LinearClient } from '@linear/sdk';
import { createEmulator } from 'emulate';
import { z } from 'zod';
import { linearConfig } from '../../adapters/tracker/linear/config.ts';
import { createLinear } from '../../adapters/tracker/linear/index.ts';
import type { WorldOptions } from '../contracts/tracker.ts';
import { adapterDeps } from './adapter-memory.ts';
import { createFaultProxy } from './fault-proxy.ts';

const SECRET = 'linear-webhook-secret';
const STATES = [
  { name: 'Todo', type: 'unstarted' },
  { name: 'Done', type: 'completed' },
  { name: 'Canceled', type: 'canceled' },
  { name: 'Duplicate', type: 'duplicate' },
];

const issuesSchema = z.object({
  issues: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        identifier: z.string(),
        title: z.string(),
        description: z.string().nullish(),
        labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }),
        comments: z.object({ nodes: z.array(z.object({ body: z.string() })) }),
        team: z.object({
          states: z.object({ nodes: z.array(z.object({ id: z.string(), name: z.string() })) }),
        }),
      }),
    ),
  }),
});

export async function createLinearWorld() {
  const double = await createEmulator({
    service: 'linear',
    port: 0,
    seed: {
      linear: {
        organization: { name: 'Acme', url_key: 'acme' },
        users: [{ email: 'dev@acme.example', name: 'Dev', admin: true }],
        teams: [{ key: 'ENG', name: 'Engineering', states: STATES }],
        labels: [{ name: 'Bug', color: '#d92d20', team: 'ENG' }],
        tokens: [{ token: 'lin-key', user: 'dev@acme.example', scopes: ['read', 'write', 'admin'] }],
      },
    },
  });
  const proxy = await createFaultProxy(double.url);
  const { client } = new LinearClient({ apiKey: 'lin-key', apiUrl: `${double.url}/graphql` });
  async function issues() {
    const { data } = await client.rawRequest(
      `{ issues(first: 50) { nodes { id identifier title description labels { nodes { name } }
        comments { nodes { body } } team { states { nodes { id name } } } } } }`,
    );
    // The emulator brings an issue of its own.
    return issuesSchema
      .parse(data)
      .issues.nodes.filter(
        ({ description }) => !description?.includes('without calling the real Linear API'),
      );
  }
  function setup({ credential = 'lin-key', pushes = true, states = {} }: WorldOptions = {}) {
    return {
      env: {
        LINEAR_API_KEY: credential,
        LINEAR_API_URL: `${proxy.url}/graphql`,
        ...(pushes && { LINEAR_WEBHOOK_SECRET: SECRET }),
      },
      yaml: { trackers: { linear: { team: 'ENG', labels: ['bug'], states } } },
    };
  }
  return {
    setup,
    create(options?: WorldOptions) {
      const config = linearConfig.parse(setup(options));
      if (!config) throw new Error('not set up');
      // The emulated pages stand at the emulator's address, not at the proxy's.
      const tracker = createLinear(config, adapterDeps());
      return { ...tracker, idOf: (url: string) => tracker.idOf(url.replace(double.url, proxy.url)) };
    },
    farEnd: async () =>
      (await issues()).map((issue) => ({
        id: issue.identifier,
        title: issue.title,
        body: issue.description ?? '',
        labels: issue.labels.nodes.map(({ name }) => name),
        comments: issue.comments.nodes.map(({ body }) => body),
      })),
    async set(issueId: string, state: 'fixed' | 'not_planned' | 'duplicate') {
      const issue = (await issues()).find(({ identifier }) => identifier === issueId);
      const wanted = { fixed: 'Done', not_planned: 'Canceled', duplicate: 'Duplicate' }[state];
      const stateId = issue?.team.states.nodes.find(({ name }) => name === wanted)?.id;
      await client.rawRequest(
        'mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }',
        { id: issue?.id, input: { stateId } },
      );
    },
    webhook(issueId: string, at = new Date()) {
      const body = JSON.stringify({
        action: 'update',
        type: 'Issue',
        data: { identifier: issueId },
        webhookTimestamp: at.getTime(),
      });
      return {
        headers: { 'linear-signature': createHmac('sha256', SECRET).update(body).digest('hex') },
        body,
      };
    },
    faults: proxy.faults,
    tooMany: {
      kind: 'status' as const,
      status: 400,
      headers: { 'retry-after': '30' },
      body: JSON.stringify({
        errors: [
          { message: 'Rate limit exceeded', extensions: { code: 'RATELIMITED', type: 'ratelimited' } },
        ],
      }),
    },
    async remove() {
      await proxy.close();
      await double.close();
    },
  };
}
