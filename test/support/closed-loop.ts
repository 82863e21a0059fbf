// A workspace with one tracker and its far end, in which customers report a bug and engineers work on its issue.
import { z } from 'zod';
import { act } from '../../src/flows/actions.ts';
import { issueChanged, keepTrack } from '../../src/flows/track.ts';
import { trackerRoutes } from '../../src/infra/http/tracker-webhook.ts';
import { createSampleTracker } from '../../src/main/sample-tracker.ts';
import type { ActId } from '../../src/model/card.ts';
import type { ClusterIssue } from '../../src/model/cluster.ts';
import { AppError } from '../../src/model/errors.ts';
import type { ActionReply } from '../../src/model/platform.ts';
import type { EngineInput, Tracker } from '../../src/ports.ts';
import type { TrackerWorld, WorldOptions } from '../contracts/tracker.ts';
import { createMemoryStore } from './adapter-memory.ts';
import { createGithubWorld } from './github-world.ts';
import { createJiraWorld } from './jira-world.ts';
import { createLinearWorld } from './linear-world.ts';
import { silentLog } from './silent-log.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** The sample's tracker has neither webhooks nor a network that fails: its far end is the console. */
type LoopWorld = Omit<TrackerWorld, 'setup' | 'tooMany' | 'webhook' | 'create'> & {
  create(options?: WorldOptions): Tracker;
  webhook: TrackerWorld['webhook'] | null;
};
type Build = (w: Workspace) => Promise<LoopWorld>;

export const LOOPS: { name: string; build: Build }[] = [
  { name: 'GitHub', build: createGithubWorld },
  { name: 'Linear', build: createLinearWorld },
  { name: 'Jira', build: createJiraWorld },
  { name: 'the sample tracker', build: createSampleWorld },
];

const WORDS = [
  'The report export stops at 90 percent and then fails with EXP-504',
  'Export failed (EXP-504) on every large report since this morning',
  'Our report export hangs and ends with EXP-504, please help',
  'EXP-504 again when I export the jobs report',
  'Cannot export the big report, it says EXP-504',
];

export type Loop = Awaited<ReturnType<typeof openLoop>>;

/** `pushes`, `states`: how the tracker is set up; the rest goes into the workspace's settings. The caller closes it. */
export async function openLoop(
  build: Build,
  { pushes, states, ...yaml }: WorldOptions & Record<string, unknown> = {},
) {
  const w = await openWorkspace({
    send: { undoSeconds: 0 },
    clusters: { customers: 5, growth: 1_000, urgent: false },
    ...yaml,
  });
  // The doubles say when something was made, by their own clocks.
  w.clock.set(new Date().toISOString());
  const calm = w.engine.analyse;
  w.engine.analyse = async (input: EngineInput) => ({
    ...(await calm(input)),
    ...(input.messages.at(-1)?.text.includes('EXP-504') && { kind: 'bug', category: 'reports/exports' }),
  });
  const world = await build(w);
  let tracker: Tracker;
  /** What a restart of the bot does, perhaps with another configuration. */
  const restart = (options?: WorldOptions) => {
    tracker = world.create({ pushes, states, ...options });
    Object.assign(w.deps, { trackers: new Map([[tracker.id, tracker]]) });
  };
  restart();

  const email = (n: number) => `c${n}@customer${n}.example`;
  const newest = (key: string) => w.platform.posts.findLast(({ card }) => card.ref?.ticketId.startsWith(key));

  async function press(key: string, name: ActId): Promise<ActionReply> {
    const ref = newest(key)?.card.ref;
    if (!ref) throw new Error(`no card of ${key}`);
    const agent = { platform: 'console', userId: 'ana@team.example' };
    const reply = await act(w.deps, { ref, agent, intent: { type: 'act', act: name } });
    await w.work();
    return reply;
  }

  /** Customers `from` to `to` report it, each once. `understood: false`: nobody has read it yet. */
  async function reports(
    from: number,
    to: number,
    text?: string,
    { understood = true, customer = {} }: { understood?: boolean; customer?: { name?: string } } = {},
  ): Promise<void> {
    for (let n = from; n <= to; n++) {
      const who = { email: email(n), name: `Customer ${n}`, ...customer };
      await w.write(text ?? `${WORDS[n % WORDS.length]}`, { customer: who, threadId: `thread-${n}` });
      if (understood) await w.work();
    }
  }

  async function issueId(): Promise<string> {
    const { rows } = await w.pool.query("select external_id as id from issue where stage = 'made'");
    return String(rows[0]?.id);
  }

  async function track(): Promise<void> {
    await keepTrack(w.deps);
    // The sweeper does so where a card lags behind.
    await w.deps.wake.clusters();
    await w.work();
  }

  /** The tracker tells that something about the issue is new. */
  async function hears(): Promise<void> {
    const id = await issueId();
    const told = (changed: string) => issueChanged(w.deps, tracker.id, changed);
    if (!world.webhook) await told(id);
    else {
      const [route] = trackerRoutes(tracker, { clock: w.clock, log: silentLog, changed: told });
      const event = world.webhook(id, w.clock.now());
      const request = new Request(`http://localhost${route?.path}`, { method: 'POST', ...event });
      const answer = await route?.handle(request, {}, { address: '127.0.0.1' });
      if (answer?.status !== 200) throw new Error(`the webhook was answered with ${answer?.status}`);
    }
    await track();
  }

  return {
    w,
    world,
    tracker: () => tracker,
    restart,
    press,
    reports,
    issueId,
    keepTrack: track,
    hears,
    customers: (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, n) => email(from + n)).sort(),
    /** Cards of bugs as engineers see them now. */
    pings: () =>
      w.platform.posts
        .filter(({ card }) => card.ref?.ticketId.startsWith('C-'))
        .map(({ card }) => JSON.stringify(card)),
    /** So many customers have reported it, and its issue is made. */
    async issueOf(customers: number): Promise<void> {
      await reports(1, customers);
      await Promise.all(Array.from({ length: 5 }, () => press('C-', 'create_issue')));
      await track();
    },
    /** One press makes the issue, and the tracker's answer is lost. */
    async loseCreation(): Promise<void> {
      if (world.webhook) {
        await tracker.health();
        // The search before it is answered.
        world.faults.push(null, { kind: 'drop', when: 'after' });
      } else {
        const { create } = tracker;
        tracker.create = async (issue, signal) => {
          await create(issue, signal);
          throw new AppError('outcome_unknown', 'The process died.', { retryable: true });
        };
      }
      const reply = await press('C-', 'create_issue');
      if (!JSON.stringify(reply).includes('tried again by itself')) throw new Error(JSON.stringify(reply));
    },
    /** An engineer closes the issue at the tracker, which tells of it. */
    async engineer(state: 'fixed' | 'not_planned' | 'duplicate'): Promise<void> {
      w.clock.advance(60_000);
      if (world.webhook) {
        await world.set(await issueId(), state);
        await hears();
      } else await press('I-', state === 'fixed' ? 'close_fixed' : 'close_not_planned');
    },
    /** The newest proposal: whom its card would tell, and why others are not told. Null: there is none. */
    async proposed(): Promise<{ ready: number; others: string[] } | null> {
      const post = newest('P-');
      if (!post) return null;
      const { rows } = await w.pool.query(
        `select reason from proposal_recipient where reason is not null
           and proposal_id = (select max(id) from proposal) order by reason`,
      );
      const ready = Number(/^Tell (\d+) customers?/.exec(post.card.fallback)?.[1] ?? 0);
      return { ready, others: rows.map(({ reason }) => String(reason)) };
    },
    /** What the bug's card and the API say of its issue. */
    async state(): Promise<ClusterIssue | undefined> {
      return (await w.store.clusterSummaries()).find(({ issue }) => issue)?.issue;
    },
    atTracker: async () => (await tracker.get(await issueId(), AbortSignal.timeout(10_000)))?.state,
    /** Tickets of the reports, oldest first. */
    async tickets(): Promise<number[]> {
      const { rows } = await w.pool.query('select distinct ticket_id from cluster_member order by 1');
      return rows.map(({ ticket_id }) => Number(ticket_id));
    },
    async close(): Promise<void> {
      await world.remove();
      await w.close();
    },
  };
}

const keptSchema = z.object({
  number: z.number(),
  title: z.string(),
  parts: z.unknown(),
  comments: z.array(z.unknown()),
});

/** All texts in it, whatever its shape. */
function textsIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? value : '';
  return Object.values(value).map(textsIn).join(' ');
}

async function createSampleWorld({ platform, clock }: Workspace): Promise<LoopWorld> {
  const memory = createMemoryStore();
  const parts = { platform: () => platform, memory, clock, publicUrl: 'http://localhost:3000' };
  return {
    create: () => createSampleTracker(parts),
    async farEnd() {
      const kept = await memory.list({ prefix: 'issue/', limit: 100 });
      return kept.map(({ value }) => {
        const { number, title, parts: said, comments } = keptSchema.parse(value);
        const texts = { body: textsIn(said), comments: comments.map(textsIn) };
        return { id: `CREW-${number}`, title, labels: [], ...texts };
      });
    },
    set: () => Promise.reject(new Error('its buttons do that')),
    webhook: null,
    faults: [],
    remove: () => Promise.resolve(),
  };
}
