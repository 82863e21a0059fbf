// Linear as a tracker: issues of one team, through its SDK.
import { z } from 'zod';
import { AppError, errorText, hasCode } from '../../../src/model/errors.ts';
import { issueStateOf, type TrackerIssue } from '../../../src/model/issue.ts';
import { issueMarkdown } from '../../../src/model/issue-markdown.ts';
import { cleanLine } from '../../../src/model/text.ts';
import { writeOver } from '../../../src/model/tracker-comment.ts';
import type { AdapterDeps, Tracker } from '../../../src/ports.ts';
import { createLinearCall } from './api.ts';
import type { LinearConfig } from './config.ts';
import { linearWebhook } from './webhook.ts';

/** Characters of a title and of a description; newest issues looked through for a marker. */
const LIMITS = { title: 255, description: 60_000, searchWords: 5, newest: 100 };

/** How long the team's labels and states are taken as they were. */
const TEAM_KEPT_MS = 10 * 60_000;

const ISSUE = 'identifier title url state { name type } labels(first: 50) { nodes { name } }';
const issueSchema = z.object({
  identifier: z.string(),
  title: z.string(),
  url: z.string(),
  state: z.object({ name: z.string(), type: z.string() }),
  labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }),
});
type LinearIssue = z.infer<typeof issueSchema>;

const teamSchema = z.object({
  teams: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        states: z.object({ nodes: z.array(z.object({ id: z.string(), type: z.string() })) }),
        labels: z.object({ nodes: z.array(z.object({ id: z.string(), name: z.string() })) }),
      }),
    ),
  }),
});
type Team = z.infer<typeof teamSchema>['teams']['nodes'][number];

const commentsSchema = z.object({
  issue: z.object({
    comments: z.object({ nodes: z.array(z.object({ id: z.string(), body: z.string() })) }),
  }),
});

const nodesOf = <T>(node: z.ZodType<T>) =>
  z.object({ team: z.object({ issues: z.object({ nodes: z.array(node) }) }) });

export function createLinear(config: LinearConfig, deps: AdapterDeps): Tracker {
  const call = createLinearCall({ ...config, clock: deps.clock });
  const { host } = new URL(config.apiUrl);
  let known: { team: Team; until: number } | null = null;

  async function team(signal: AbortSignal): Promise<Team> {
    const now = deps.clock.now().getTime();
    if (known && now < known.until) return known.team;
    const { teams } = await call(
      `query($key: String!) { teams(filter: { key: { eq: $key } }) { nodes { id name
        states(first: 50) { nodes { id type } } labels(first: 100) { nodes { id name } } } } }`,
      { key: config.team },
      teamSchema,
      signal,
    );
    const found = teams.nodes[0];
    if (!found)
      throw new AppError(
        'tracker_missing',
        `Linear has no team "${config.team}" for this key; put the team's key, such as ENG, into trackers.linear.team.`,
      );
    known = { team: found, until: now + TEAM_KEPT_MS };
    return found;
  }

  function issueOf(issue: LinearIssue): TrackerIssue {
    const labels = issue.labels.nodes.map(({ name }) => `label:${name}`);
    const over = ['completed', 'canceled', 'duplicate'].includes(issue.state.type);
    return {
      id: issue.identifier,
      key: issue.identifier,
      url: issue.url,
      title: issue.title,
      state: issueStateOf(
        { words: [...(over ? labels : []), issue.state.name, issue.state.type] },
        config.states,
      ),
      stateName: issue.state.name,
    };
  }

  async function uuidOf(issueId: string, signal: AbortSignal): Promise<string> {
    const schema = z.object({ issue: z.object({ id: z.string() }) });
    return (await call('query($id: String!) { issue(id: $id) { id } }', { id: issueId }, schema, signal))
      .issue.id;
  }

  return {
    id: 'linear',
    name: 'Linear',
    pushes: config.webhookSecret !== null,
    webhook: config.webhookSecret ? linearWebhook(config.webhookSecret) : undefined,

    async search(words, limit, signal) {
      const terms = (words.match(/[\p{L}\p{N}]{4,}/gu) ?? []).slice(0, LIMITS.searchWords);
      if (terms.length === 0) return [];
      // "contains" minds upper and lower case.
      const spellings = terms.flatMap((term) => {
        const lower = term.toLowerCase();
        return [...new Set([term, lower, `${lower.charAt(0).toUpperCase()}${lower.slice(1)}`])];
      });
      const { team: found } = await call(
        `query($team: String!, $filter: IssueFilter, $first: Int) {
          team(id: $team) { issues(first: $first, filter: $filter) { nodes { ${ISSUE} } } } }`,
        {
          team: (await team(signal)).id,
          filter: { or: spellings.map((spelling) => ({ title: { contains: spelling } })) },
          first: 50,
        },
        nodesOf(issueSchema),
        signal,
      );
      const hits = (title: string) =>
        terms.filter((term) => title.toLowerCase().includes(term.toLowerCase())).length;
      return found.issues.nodes
        .filter(({ title }) => hits(title) >= Math.min(2, terms.length))
        .sort((a, b) => hits(b.title) - hits(a.title))
        .slice(0, limit)
        .map(issueOf);
    },

    async find(marker, _since, signal) {
      const { team: found } = await call(
        `query($team: String!, $first: Int) {
          team(id: $team) { issues(first: $first) { nodes { ${ISSUE} description } } } }`,
        { team: (await team(signal)).id, first: LIMITS.newest },
        nodesOf(issueSchema.extend({ description: z.string().nullish() })),
        signal,
      );
      const issue = found.issues.nodes.find(({ description }) => description?.includes(marker));
      return issue ? issueOf(issue) : null;
    },

    async create({ title, parts, marker }, signal) {
      const { id, labels } = await team(signal);
      const wanted = config.labels.map((label) => label.toLowerCase());
      const { issueCreate } = await call(
        `mutation($input: IssueCreateInput!) { issueCreate(input: $input) { issue { ${ISSUE} } } }`,
        {
          input: {
            teamId: id,
            title: cleanLine(title, LIMITS.title),
            description: issueMarkdown(parts, marker, LIMITS.description),
            labelIds: labels.nodes.filter(({ name }) => wanted.includes(name.toLowerCase())).map((l) => l.id),
          },
        },
        z.object({ issueCreate: z.object({ issue: issueSchema }) }),
        signal,
      );
      return issueOf(issueCreate.issue);
    },

    async get(issueId, signal) {
      try {
        const schema = z.object({ issue: issueSchema.nullable() });
        const query = `query($id: String!) { issue(id: $id) { ${ISSUE} } }`;
        const { issue } = await call(query, { id: issueId }, schema, signal);
        return issue && issueOf(issue);
      } catch (error) {
        if (hasCode(error, 'tracker_missing')) return null;
        throw error;
      }
    },

    comment(issueId, { known, marker, parts }, signal) {
      const body = issueMarkdown(parts, marker, LIMITS.description);
      return writeOver({
        known,
        async find() {
          const query =
            'query($id: String!) { issue(id: $id) { comments(first: 100) { nodes { id body } } } }';
          const { issue } = await call(query, { id: issueId }, commentsSchema, signal);
          return issue.comments.nodes.find((comment) => comment.body.includes(marker))?.id ?? null;
        },
        update: (id) =>
          call(
            'mutation($id: String!, $input: CommentUpdateInput!) { commentUpdate(id: $id, input: $input) { success } }',
            { id, input: { body } },
            z.unknown(),
            signal,
          ),
        async create() {
          const { commentCreate } = await call(
            'mutation($input: CommentCreateInput!) { commentCreate(input: $input) { comment { id } } }',
            { input: { issueId: await uuidOf(issueId, signal), body } },
            z.object({ commentCreate: z.object({ comment: z.object({ id: z.string() }) }) }),
            signal,
          );
          return commentCreate.comment.id;
        },
      });
    },

    async reopen(issueId, signal) {
      const { states } = await team(signal);
      const open = ['unstarted', 'backlog', 'triage', 'started']
        .map((type) => states.nodes.find((state) => state.type === type))
        .find((state) => state !== undefined);
      if (!open)
        throw new AppError('tracker_refused', `The team ${config.team} has no state for open issues.`);
      const { issueUpdate } = await call(
        `mutation($id: String!, $input: IssueUpdateInput!) {
          issueUpdate(id: $id, input: $input) { issue { ${ISSUE} } } }`,
        { id: await uuidOf(issueId, signal), input: { stateId: open.id } },
        z.object({ issueUpdate: z.object({ issue: issueSchema }) }),
        signal,
      );
      return issueOf(issueUpdate.issue);
    },

    idOf(urlOrKey) {
      const key = '([A-Z][A-Z0-9]{0,9}-\\d{1,9})';
      const page = new RegExp(`^https?://([^/]+)(?:/[^/]+)?/issue/${key}(?:[/?#].*)?$`, 'i').exec(
        urlOrKey.trim(),
      );
      if (page) return ['linear.app', host].includes(page[1] ?? '') ? (page[2]?.toUpperCase() ?? null) : null;
      return new RegExp(`^${key}$`, 'i').exec(urlOrKey.trim())?.[1]?.toUpperCase() ?? null;
    },

    async health() {
      try {
        const { name } = await team(AbortSignal.timeout(5_000));
        const how = config.webhookSecret ? 'changes come by webhook' : 'changes are asked for';
        return { ok: true, detail: `issues of ${name} (${config.team}); ${how}` };
      } catch (error) {
        return { ok: false, detail: errorText(error) };
      }
    },
  };
}
