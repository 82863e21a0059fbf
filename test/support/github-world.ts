// GitHub as a tracker for tests: the real Octokit against an emulated GitHub, faults in between.
import { createHmac, randomUUID } from 'node:crypto';
import { Octokit } from '@octokit/rest';
import { createEmulator } from 'emulate';
import { githubConfig } from '../../adapters/tracker/github/config.ts';
import { createGithub } from '../../adapters/tracker/github/index.ts';
import type { WorldOptions } from '../contracts/tracker.ts';
import { adapterDeps } from './adapter-memory.ts';
import { createFaultProxy } from './fault-proxy.ts';

const SECRET = 'github-webhook-secret';
const place = { owner: 'acme', repo: 'app' };

export async function createGithubWorld() {
  const double = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: { 'gh-token': { login: 'acme', scopes: ['repo'] } },
      github: {
        users: [{ login: 'acme', name: 'Acme', email: 'dev@acme.example' }],
        repos: [{ owner: 'acme', name: 'app', auto_init: true }],
      },
    },
  });
  const proxy = await createFaultProxy(double.url);
  const direct = new Octokit({ auth: 'gh-token', baseUrl: double.url });
  const numberOf = (issueId: string) => Number(issueId.split('#')[1]);
  function setup({ credential = 'gh-token', pushes = true, states = {} }: WorldOptions = {}) {
    return {
      env: {
        GITHUB_TOKEN: credential,
        GITHUB_API_URL: proxy.url,
        ...(pushes && { GITHUB_WEBHOOK_SECRET: SECRET }),
      },
      yaml: { trackers: { github: { repository: 'acme/app', labels: ['bug'], states } } },
    };
  }
  return {
    setup,
    create(options?: WorldOptions) {
      const config = githubConfig.parse(setup(options));
      if (!config) throw new Error('not set up');
      // The emulated pages stand at the emulator's address, not at the proxy's.
      const tracker = createGithub(config, adapterDeps());
      return { ...tracker, idOf: (url: string) => tracker.idOf(url.replace(double.url, proxy.url)) };
    },
    async farEnd() {
      const { data } = await direct.issues.listForRepo({ ...place, state: 'all' });
      return Promise.all(
        data.map(async (issue) => ({
          id: `acme/app#${issue.number}`,
          title: issue.title,
          body: issue.body ?? '',
          labels: issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
          comments: (await direct.issues.listComments({ ...place, issue_number: issue.number })).data.map(
            ({ body }) => body ?? '',
          ),
        })),
      );
    },
    async set(issueId: string, state: 'fixed' | 'not_planned' | 'duplicate') {
      const issue_number = numberOf(issueId);
      // The emulator does not know GitHub's newer reason "duplicate"; the label says the same.
      if (state === 'duplicate')
        await direct.issues.addLabels({ ...place, issue_number, labels: ['duplicate'] });
      const state_reason = state === 'fixed' ? 'completed' : 'not_planned';
      await direct.issues.update({ ...place, issue_number, state: 'closed', state_reason });
    },
    webhook(issueId: string) {
      const body = JSON.stringify({
        action: 'closed',
        issue: { number: numberOf(issueId), state: 'closed' },
        repository: { full_name: 'acme/app' },
      });
      const signature = createHmac('sha256', SECRET).update(body).digest('hex');
      return {
        headers: {
          'x-github-event': 'issues',
          'x-github-delivery': randomUUID(),
          'x-hub-signature-256': `sha256=${signature}`,
        },
        body,
      };
    },
    faults: proxy.faults,
    tooMany: {
      kind: 'status' as const,
      status: 403,
      headers: { 'retry-after': '30' },
      body: '{"message":"You have exceeded a secondary rate limit"}',
    },
    async remove() {
      await proxy.close();
      await double.close();
    },
  };
}
