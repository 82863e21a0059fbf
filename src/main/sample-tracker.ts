// The sample workspace's tracker: issues are cards in the console's channel #issues, closed by their buttons.
import { z } from 'zod';
import { issueCard } from '../cards/issue.ts';
import { AppError } from '../model/errors.ts';
import { type IssuePart, issueStateSchema, STATE_NAMES, type TrackerIssue } from '../model/issue.ts';
import { cleanLine } from '../model/text.ts';
import type { AdapterStore, ChatPlatform, Clock, Tracker } from '../ports.ts';

const PLACE = { platform: 'console', channel: 'issues' };

const partSchema: z.ZodType<IssuePart> = z.union([
  z.object({ type: z.enum(['heading', 'text', 'quote', 'code']), text: z.string() }),
  z.object({
    type: z.literal('fields'),
    fields: z.array(z.object({ label: z.string(), value: z.string() })),
  }),
  z.object({ type: z.literal('steps'), items: z.array(z.string()) }),
]);

const keptSchema = z.object({
  number: z.number().int(),
  title: z.string(),
  parts: z.array(partSchema),
  marker: z.string(),
  state: issueStateSchema,
  closedBy: z.string().nullable(),
  comments: z.array(z.object({ marker: z.string(), parts: z.array(partSchema) })),
  message: z.object({ platform: z.string(), channel: z.string(), message: z.string() }).nullable(),
});
type Kept = z.infer<typeof keptSchema>;

/** A tracker whose far end is the console. What it keeps survives restarts. */
export function createSampleTracker(deps: {
  platform(): ChatPlatform | undefined;
  memory: AdapterStore;
  clock: Clock;
  publicUrl: string;
}): Tracker {
  const { memory } = deps;
  const idOf = (number: number) => `CREW-${number}`;
  const keyOf = (number: number) => `issue/${String(number).padStart(6, '0')}`;

  async function read(issueId: string): Promise<Kept | null> {
    const number = Number(/^CREW-(\d+)$/.exec(issueId)?.[1]);
    return keptSchema.safeParse(await memory.get(keyOf(number))).data ?? null;
  }

  async function all(): Promise<Kept[]> {
    const rows = await memory.list({ prefix: 'issue/', limit: 1_000 });
    return rows.map(({ value }) => keptSchema.parse(value));
  }

  /** Keeps it, and shows it in its channel: one card an issue. */
  async function write(issue: Kept): Promise<TrackerIssue> {
    await memory.set(keyOf(issue.number), issue);
    const platform = deps.platform();
    const card = issueCard({ ...issue, key: idOf(issue.number) });
    if (platform && issue.message) await platform.update(issue.message, card);
    else if (platform) {
      const message = await platform.post(PLACE, card, { key: keyOf(issue.number) });
      await memory.set(keyOf(issue.number), { ...issue, message });
    }
    return told(issue);
  }

  function told({ number, title, state }: Kept): TrackerIssue {
    const id = idOf(number);
    const url = `${deps.publicUrl}/console#/issues`;
    return { id, key: id, url, title, state, stateName: STATE_NAMES[state] };
  }

  async function known(issueId: string): Promise<Kept> {
    const issue = await read(issueId);
    if (!issue) throw new AppError('tracker_missing', `There is no issue ${issueId}.`);
    return issue;
  }

  return {
    id: 'sample',
    name: 'Sample tracker',
    pushes: true,

    async search(words, limit) {
      const terms = words.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
      const hits = ({ title }: Kept) => terms.filter((term) => title.toLowerCase().includes(term)).length;
      return (await all())
        .filter((issue) => hits(issue) >= 2)
        .slice(0, limit)
        .map(told);
    },

    async find(marker) {
      const issue = (await all()).find((one) => one.marker === marker);
      if (!issue) return null;
      // Its process may have died before its card stood.
      return issue.message ? told(issue) : write(issue);
    },

    async create({ title, parts, marker }) {
      const number = await memory.next('issue');
      const state = { state: 'open' as const, closedBy: null, comments: [], message: null };
      return write({ number, title: cleanLine(title, 255), parts, marker, ...state });
    },

    async get(issueId) {
      const issue = await read(issueId);
      return issue && told(issue);
    },

    async comment(issueId, { marker, parts }) {
      const issue = await known(issueId);
      const at = issue.comments.findIndex((one) => one.marker === marker);
      const comment = { marker, parts };
      const comments = at < 0 ? [...issue.comments, comment] : issue.comments.with(at, comment);
      await write({ ...issue, comments });
      return marker;
    },

    reopen: async (issueId) => write({ ...(await known(issueId)), state: 'open', closedBy: null }),

    async close(issueId, as, by) {
      await write({ ...(await known(issueId)), state: as, closedBy: by });
    },

    idOf(urlOrKey) {
      const number = /^(?:CREW-)?(\d{1,6})$/i.exec(urlOrKey.trim())?.[1];
      return number ? idOf(Number(number)) : null;
    },

    health: async () => ({ ok: true, detail: 'sample tracker; its issues are in #issues' }),
  };
}
