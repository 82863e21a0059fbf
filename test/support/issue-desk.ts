// A desk with a tracker: a workspace, the sample's tracker, and clusters of reports as each test wants them.
import { act } from '../../src/flows/actions.ts';
import { keepTrack, reportJoined } from '../../src/flows/track.ts';
import { createSampleTracker } from '../../src/main/sample-tracker.ts';
import type { ActionReply, Intent } from '../../src/model/platform.ts';
import type { Tracker } from '../../src/ports.ts';
import { createMemoryStore } from './adapter-memory.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

export interface IssueDesk {
  w: Workspace;
  /** Its calls may be replaced. */
  tracker: Tracker;
  /** Issues that were made. */
  made(): number;
  /** A cluster of bug reports by `names`, each with a ticket of their own. */
  cluster(names: string[], title?: string): Promise<number>;
  /** One more report; answers its ticket. */
  report(clusterId: number, name: string, text?: string): Promise<number>;
  /** Somebody closes the issue at the tracker, and a webhook tells of it. */
  closeAs(state: 'fixed' | 'not_planned', issueId?: string): Promise<void>;
  /** Cards of proposals, oldest first. */
  proposals(): Workspace['platform']['posts'];
  /** Ana does something on the newest of them. */
  onProposal(intent: Intent, version?: number): Promise<ActionReply>;
}

/** The caller closes `w`. */
export async function openIssueDesk(yaml: Record<string, unknown> = {}): Promise<IssueDesk> {
  const w = await openWorkspace({ send: { undoSeconds: 0 }, ...yaml });
  // Who belongs together is told by each test.
  w.engine.fingerprints = async () => [];
  const sample = createSampleTracker({
    platform: () => undefined,
    memory: createMemoryStore(),
    clock: w.clock,
    publicUrl: 'http://localhost:3000',
  });
  let made = 0;
  const tracker: Tracker = {
    ...sample,
    async create(issue, signal) {
      made++;
      return sample.create(issue, signal);
    },
  };
  Object.assign(w.deps, { trackers: new Map([['sample', tracker]]) });

  async function report(clusterId: number, name: string, text = 'The exported PDF is empty.') {
    const customer = { email: `${name}@acme.example`, name: `${name} Smith` };
    const { ticketId, messageId } = await w.write(text, { customer, subject: 'Empty PDF' });
    if (ticketId === null) throw new Error('no ticket');
    await w.work();
    await w.pool.query(
      'insert into cluster_member (cluster_id, message_id, ticket_id, score, at) values ($1, $2, $3, 0.9, $4)',
      [clusterId, messageId, ticketId, w.clock.now()],
    );
    await reportJoined(w.deps, { clusterId, ticketId, at: w.clock.now() });
    return ticketId;
  }

  const proposals = () => w.platform.posts.filter(({ card }) => card.ref?.ticketId.startsWith('P-'));

  return {
    w,
    tracker,
    made: () => made,
    report,
    proposals,
    async cluster(names, title = 'Exported PDF is empty') {
      const { rows } = await w.pool.query(
        `insert into cluster (kind, title, status, first_seen, last_seen) values ('bug', $1, 'confirmed', now(), now())
         returning id::float8 as id`,
        [title],
      );
      for (const name of names) await report(rows[0].id, name);
      return rows[0].id;
    },
    async closeAs(state, issueId = 'CREW-1') {
      w.clock.advance(60_000);
      await tracker.close?.(issueId, state, 'Devin');
      await w.store.markIssueStale('sample', issueId);
      await keepTrack(w.deps);
    },
    async onProposal(intent, version) {
      const card = proposals().at(-1)?.card;
      if (!card?.ref) throw new Error('no proposal');
      const ref = { ...card.ref, ...(version && { draftVersion: version }) };
      return act(w.deps, { ref, agent: { platform: 'console', userId: 'ana@team.example' }, intent });
    },
  };
}
