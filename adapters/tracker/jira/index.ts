// Jira Cloud as a tracker: issues of one project, through jira.js.
import { z } from 'zod';
import { AppError, errorText, hasCode } from '../../../src/model/errors.ts';
import { issueStateOf, type TrackerIssue } from '../../../src/model/issue.ts';
import { cleanLine } from '../../../src/model/text.ts';
import { writeOver } from '../../../src/model/tracker-comment.ts';
import type { AdapterDeps, Tracker } from '../../../src/ports.ts';
import { issueDocument } from './adf.ts';
import { createJiraClient, readAnswer } from './client.ts';
import type { JiraConfig } from './config.ts';
import { jiraWebhook } from './webhook.ts';

/** Characters of a summary and of a document; a label may hold no spaces. */
const LIMITS = { summary: 255, document: 32_767, searchWords: 6 };

const FIELDS = ['summary', 'status', 'resolution', 'labels', 'fixVersions'];
const issueSchema = z.object({
  key: z.string(),
  fields: z.object({
    summary: z.string(),
    status: z.object({ name: z.string(), statusCategory: z.object({ key: z.string() }).nullish() }),
    resolution: z.object({ name: z.string() }).nullish(),
    labels: z.array(z.string()).nullish(),
    fixVersions: z.array(z.object({ released: z.boolean().nullish() })).nullish(),
  }),
});
type JiraIssue = z.infer<typeof issueSchema>;
const foundSchema = z.object({ issues: z.array(issueSchema) });
const commentSchema = z.object({ id: z.string(), body: z.unknown() });
const commentsSchema = z.object({ comments: z.array(commentSchema) });
const transitionsSchema = z.object({
  transitions: z.array(
    z.object({ id: z.string(), to: z.object({ statusCategory: z.object({ key: z.string() }) }) }),
  ),
});

export function createJira(config: JiraConfig, deps: AdapterDeps): Tracker {
  /** jira.js takes half a second to load: the first call pays, not everybody's start. */
  async function api(signal: AbortSignal) {
    const cloud = await import('jira.js/cloud');
    return { cloud, client: createJiraClient(config, deps, signal) };
  }

  function issueOf(issue: JiraIssue): TrackerIssue {
    const { summary, status, resolution, labels, fixVersions } = issue.fields;
    const category = status.statusCategory?.key ?? 'new';
    const over = resolution || category === 'done';
    const unreleased = fixVersions?.length && fixVersions.every((version) => !version.released);
    return {
      id: issue.key,
      key: issue.key,
      url: `${config.url}/browse/${issue.key}`,
      title: summary,
      state: issueStateOf(
        {
          words: over
            ? [
                ...(labels ?? []).map((label) => `label:${label}`),
                ...(resolution ? [resolution.name] : []),
                status.name,
                // A resolution that nobody gave a meaning is not silently "fixed".
                ...(resolution ? [] : [category]),
              ]
            : [status.name, category],
          doubts: unreleased ? ['unreleased'] : [],
        },
        config.states,
      ),
      stateName: resolution ? `${status.name} (${resolution.name})` : status.name,
    };
  }

  async function searchBy(jql: string, maxResults: number, signal: AbortSignal): Promise<TrackerIssue[]> {
    const { cloud, client } = await api(signal);
    const parameters = { jql, maxResults, fields: FIELDS };
    const answer = await cloud.searchAndReconsileIssuesUsingJqlPost(client, parameters);
    return readAnswer(foundSchema, answer).issues.map(issueOf);
  }

  async function get(issueId: string, signal: AbortSignal): Promise<TrackerIssue | null> {
    const { cloud, client } = await api(signal);
    try {
      const issue = await cloud.getIssue(client, { issueIdOrKey: issueId, fields: FIELDS });
      return issueOf(readAnswer(issueSchema, issue));
    } catch (error) {
      if (hasCode(error, 'tracker_missing')) return null;
      throw error;
    }
  }

  return {
    id: 'jira',
    name: 'Jira',
    pushes: config.webhookSecret !== null,
    webhook: config.webhookSecret ? jiraWebhook(config.webhookSecret) : undefined,

    async search(words, limit, signal) {
      // Letters and digits only: nothing that JQL or its text search could take for an operator.
      const terms = (words.match(/[\p{L}\p{N}]{3,}/gu) ?? []).slice(0, LIMITS.searchWords);
      if (terms.length === 0) return [];
      const found = await searchBy(
        `project = "${config.project}" AND (${terms.map((term) => `text ~ "${term}"`).join(' OR ')}) ORDER BY created DESC`,
        50,
        signal,
      );
      const hits = ({ title }: TrackerIssue) =>
        terms.filter((term) => title.toLowerCase().includes(term.toLowerCase())).length;
      return found
        .filter((issue) => hits(issue) >= Math.min(2, terms.length))
        .sort((a, b) => hits(b) - hits(a))
        .slice(0, limit);
    },

    async find(marker, _since, signal) {
      return (await searchBy(`project = "${config.project}" AND labels = "${marker}"`, 1, signal))[0] ?? null;
    },

    async create({ title, parts, marker }, signal) {
      const { cloud, client } = await api(signal);
      const created = await cloud.createIssue(client, {
        fields: {
          project: { key: config.project },
          issuetype: { name: config.issueType },
          summary: cleanLine(title, LIMITS.summary),
          description: issueDocument(parts, marker, LIMITS.document),
          // JQL finds a label exactly; a word of the description only roughly.
          labels: [...config.labels.map((label) => label.replace(/\s+/g, '-')), marker],
        },
      });
      const { key } = readAnswer(z.object({ key: z.string() }), created, { changes: true });
      return {
        id: key,
        key,
        url: `${config.url}/browse/${key}`,
        title: cleanLine(title, LIMITS.summary),
        state: 'open',
        stateName: 'open',
      };
    },

    get,

    async comment(issueId, { known, marker, parts }, signal) {
      const { cloud, client } = await api(signal);
      const place = { issueIdOrKey: issueId };
      const body = issueDocument(parts, marker, LIMITS.document);
      return writeOver({
        known,
        async find() {
          const newest = { ...place, maxResults: 100, orderBy: '-created' as const };
          const { comments } = readAnswer(commentsSchema, await cloud.getComments(client, newest));
          return comments.find((comment) => JSON.stringify(comment.body).includes(marker))?.id ?? null;
        },
        update: (id) => cloud.updateComment(client, { ...place, id, body: { body }, notifyUsers: false }),
        async create() {
          const made = await cloud.addComment(client, { ...place, body });
          return readAnswer(commentSchema, made, { changes: true }).id;
        },
      });
    },

    async reopen(issueId, signal) {
      const { cloud, client } = await api(signal);
      const answer = await cloud.getTransitions(client, { issueIdOrKey: issueId });
      const { transitions } = readAnswer(transitionsSchema, answer);
      const back = ['new', 'indeterminate']
        .map((key) => transitions.find(({ to }) => to.statusCategory.key === key))
        .find((transition) => transition !== undefined);
      if (!back)
        throw new AppError(
          'tracker_refused',
          `Jira's workflow has no way back from the state of ${issueId}.`,
        );
      await cloud.doTransition(client, { issueIdOrKey: issueId, transition: { id: back.id } });
      const issue = await get(issueId, signal);
      if (!issue) throw new AppError('tracker_missing', `Jira knows no issue ${issueId}.`);
      return issue;
    },

    idOf(urlOrKey) {
      const text = urlOrKey.trim();
      const key = '([A-Za-z][A-Za-z0-9_]{1,19}-\\d{1,9})';
      if (text.startsWith(`${config.url}/`))
        return new RegExp(`/browse/${key}(?:[/?#].*)?$`).exec(text)?.[1]?.toUpperCase() ?? null;
      return new RegExp(`^${key}$`).exec(text)?.[1]?.toUpperCase() ?? null;
    },

    async health() {
      try {
        const { cloud, client } = await api(AbortSignal.timeout(5_000));
        const project = await cloud.getProject(client, { projectIdOrKey: config.project });
        const { name } = readAnswer(z.object({ name: z.string() }), project);
        const how = config.webhookSecret ? 'changes come by webhook' : 'changes are asked for';
        return { ok: true, detail: `issues of ${name} (${config.project}); ${how}` };
      } catch (error) {
        return { ok: false, detail: `${config.project}: ${errorText(error)}` };
      }
    },
  };
}
