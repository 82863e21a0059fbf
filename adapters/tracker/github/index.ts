// GitHub as a tracker: issues of one repository, through Octokit.
import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { AppError, errorText, hasCode } from '../../../src/model/errors.ts';
import { issueStateOf, type TrackerIssue } from '../../../src/model/issue.ts';
import { issueMarkdown } from '../../../src/model/issue-markdown.ts';
import { cleanLine } from '../../../src/model/text.ts';
import { writeOver } from '../../../src/model/tracker-comment.ts';
import {
  requestFault,
  retryAfterOf,
  TRACKER_LIMIT_MS,
  trackerError,
} from '../../../src/model/tracker-error.ts';
import type { AdapterDeps, Tracker } from '../../../src/ports.ts';
import type { GithubConfig } from './config.ts';
import { githubWebhook } from './webhook.ts';

/** https://docs.github.com/en/rest/issues: characters of a title and of a body. A search finds what has every word. */
const LIMITS = { title: 256, body: 65_536, searchWords: 3, pages: 3, pageSize: 100 };

const issueSchema = z.object({
  number: z.number().int(),
  title: z.string(),
  html_url: z.string(),
  state: z.string(),
  state_reason: z.string().nullish(),
  body: z.string().nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  milestone: z.object({ state: z.string() }).nullish(),
  pull_request: z.unknown().optional(),
});
type GithubIssue = z.infer<typeof issueSchema>;

const commentSchema = z.object({ id: z.number(), body: z.string().nullish() });
const commentsSchema = z.array(commentSchema);
const failureSchema = z.object({
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
});

export function createGithub(config: GithubConfig, deps: AdapterDeps): Tracker {
  const { owner, name } = config;
  const webHost = new URL(config.apiUrl).host.replace(/^api\./, '');
  const octokit = new Octokit({
    auth: config.token,
    baseUrl: config.apiUrl,
    userAgent: 'deskhand',
    request: { fetch: deps.fetch },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });

  /** One request; whatever goes wrong comes out as an AppError. */
  async function call<T>(
    route: string,
    parameters: Record<string, unknown>,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TRACKER_LIMIT_MS)]);
    const changes = !route.startsWith('GET ');
    try {
      const { data } = await octokit.request(route, { ...parameters, request: { signal: limited } });
      return schema.parse(data);
    } catch (error) {
      throw failureOf(error, { changes, signal: limited, now: deps.clock.now() });
    }
  }

  function issueOf(repository: string, issue: GithubIssue): TrackerIssue {
    const labels = issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? '')));
    const reason = issue.state_reason ?? 'completed';
    const milestone = issue.milestone ? [`milestone:${issue.milestone.state}`] : [];
    const closed = issue.state === 'closed';
    return {
      id: `${repository}#${issue.number}`,
      key: repository === `${owner}/${name}` ? `#${issue.number}` : `${repository}#${issue.number}`,
      url: issue.html_url,
      title: issue.title,
      state: closed
        ? issueStateOf(
            { words: [...labels.map((label) => `label:${label}`), reason], doubts: milestone },
            config.states,
          )
        : 'open',
      stateName: closed ? `closed as ${reason.replaceAll('_', ' ')}` : 'open',
    };
  }

  const placeOf = (issueId: string) => {
    const match = /^([^/]+)\/([^#]+)#(\d+)$/.exec(issueId);
    if (!match) throw new AppError('tracker_missing', `GitHub knows no issue "${issueId}".`);
    const [, repositoryOwner = '', repo = '', number = ''] = match;
    return {
      owner: repositoryOwner,
      repo,
      issue_number: Number(number),
      repository: `${repositoryOwner}/${repo}`,
    };
  };

  async function update(issueId: string, patch: Record<string, unknown>, signal: AbortSignal) {
    const { repository, ...place } = placeOf(issueId);
    const route = 'PATCH /repos/{owner}/{repo}/issues/{issue_number}';
    return issueOf(repository, await call(route, { ...place, ...patch }, issueSchema, signal));
  }

  return {
    id: 'github',
    name: 'GitHub',
    pushes: config.webhookSecret !== null,
    webhook: config.webhookSecret ? githubWebhook(config.webhookSecret) : undefined,

    async search(words, limit, signal) {
      const terms = (words.match(/[\p{L}\p{N}]{3,}/gu) ?? []).slice(0, LIMITS.searchWords);
      if (terms.length === 0) return [];
      // In capitals AND, OR and NOT would be operators.
      const q = `repo:${owner}/${name} is:issue ${terms.join(' ').toLowerCase()}`;
      const schema = z.object({ items: z.array(issueSchema) });
      const { items } = await call('GET /search/issues', { q, per_page: limit }, schema, signal);
      return items.map((item) => issueOf(`${owner}/${name}`, item));
    },

    // The list of issues is up to date at once; the search index is not.
    async find(marker, since, signal) {
      for (let page = 1; page <= LIMITS.pages; page++) {
        const issues = await call(
          'GET /repos/{owner}/{repo}/issues',
          { owner, repo: name, state: 'all', since: since.toISOString(), per_page: LIMITS.pageSize, page },
          z.array(issueSchema),
          signal,
        );
        const found = issues.find((issue) => !issue.pull_request && issue.body?.includes(marker));
        if (found) return issueOf(`${owner}/${name}`, found);
        if (issues.length < LIMITS.pageSize) return null;
      }
      return null;
    },

    async create({ title, parts, marker }, signal) {
      const issue = await call(
        'POST /repos/{owner}/{repo}/issues',
        {
          owner,
          repo: name,
          title: cleanLine(title, LIMITS.title),
          body: issueMarkdown(parts, marker, LIMITS.body),
          labels: config.labels,
        },
        issueSchema,
        signal,
      );
      return issueOf(`${owner}/${name}`, issue);
    },

    async get(issueId, signal) {
      const { repository, ...place } = placeOf(issueId);
      try {
        const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}';
        return issueOf(repository, await call(route, place, issueSchema, signal));
      } catch (error) {
        if (hasCode(error, 'tracker_missing')) return null;
        throw error;
      }
    },

    comment(issueId, { known, marker, since, parts }, signal) {
      const { repository: _, ...place } = placeOf(issueId);
      const body = issueMarkdown(parts, marker, LIMITS.body);
      const one = 'repos/{owner}/{repo}/issues/comments/{comment_id}';
      const all = 'repos/{owner}/{repo}/issues/{issue_number}/comments';
      return writeOver({
        known,
        async find() {
          for (let page = 1; page <= LIMITS.pages; page++) {
            const range = { since: since.toISOString(), per_page: LIMITS.pageSize, page };
            const comments = await call(`GET /${all}`, { ...place, ...range }, commentsSchema, signal);
            const found = comments.find((comment) => comment.body?.includes(marker));
            if (found) return String(found.id);
            if (comments.length < LIMITS.pageSize) return null;
          }
          return null;
        },
        update: (id) => call(`PATCH /${one}`, { ...place, comment_id: id, body }, z.unknown(), signal),
        create: async () =>
          String((await call(`POST /${all}`, { ...place, body }, commentSchema, signal)).id),
      });
    },

    reopen: (issueId, signal) => update(issueId, { state: 'open', state_reason: 'reopened' }, signal),

    idOf(urlOrKey) {
      const text = urlOrKey.trim();
      const own = /^#?(\d{1,9})$/.exec(text)?.[1];
      if (own) return `${owner}/${name}#${own}`;
      const page = /^https?:\/\/([^/]+)\/([\w.-]+)\/([\w.-]+)\/issues\/(\d{1,9})(?:[?#].*)?$/.exec(text);
      if (page) return page[1] === webHost ? `${page[2]}/${page[3]}#${page[4]}` : null;
      const short = /^([\w.-]+)\/([\w.-]+)#(\d{1,9})$/.exec(text);
      return short ? `${short[1]}/${short[2]}#${short[3]}` : null;
    },

    async health() {
      try {
        const schema = z.object({ has_issues: z.boolean().default(true) });
        const repository = await call(
          'GET /repos/{owner}/{repo}',
          { owner, repo: name },
          schema,
          AbortSignal.timeout(5_000),
        );
        if (!repository.has_issues)
          return {
            ok: false,
            detail: `${owner}/${name} has issues switched off; turn them on in its settings`,
          };
        const how = config.webhookSecret ? 'changes come by webhook' : 'changes are asked for';
        return { ok: true, detail: `issues of ${owner}/${name}; ${how}` };
      } catch (error) {
        return { ok: false, detail: `${owner}/${name}: ${errorText(error)}` };
      }
    },
  };
}

/** Octokit's errors carry a status; whatever does not is a request without an answer. */
function failureOf(
  error: unknown,
  { changes, signal, now }: { changes: boolean; signal: AbortSignal; now: Date },
): AppError {
  const known = failureSchema.safeParse(error);
  // Octokit reports a request that failed or was given up as status 500 without a response.
  const answered = known.success && known.data.response !== undefined;
  const headers = known.data?.response?.headers ?? {};
  const text = (header: string) => (headers[header] === undefined ? null : String(headers[header]));
  // https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 as well as 429.
  const used = known.data?.status === 403 && text('x-ratelimit-remaining') === '0';
  const resetMs = Number(text('x-ratelimit-reset')) * 1000 - now.getTime();
  return trackerError({
    tracker: 'GitHub',
    credential: 'GITHUB_TOKEN',
    status: answered ? known.data.status : null,
    detail: requestFault(error, signal),
    changes,
    retryAfterMs: retryAfterOf(text('retry-after'), now) ?? (used ? Math.max(1_000, resetMs) : undefined),
    cause: error,
  });
}
