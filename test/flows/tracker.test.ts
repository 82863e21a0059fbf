// From a cluster to an issue, from a fixed issue to told customers, and back again when the bug returns.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterCard } from '../../src/cards/cluster.ts';
import { act } from '../../src/flows/actions.ts';
import { clusterView } from '../../src/flows/cluster-confirm.ts';
import { rename } from '../../src/flows/cluster-merge.ts';
import { keepTrack, reportJoined } from '../../src/flows/track.ts';
import { createIssue, linkIssue } from '../../src/flows/tracker.ts';
import { createSampleTracker } from '../../src/main/sample-tracker.ts';
import { AppError } from '../../src/model/errors.ts';
import type { Intent } from '../../src/model/platform.ts';
import type { Tracker } from '../../src/ports.ts';
import { createMemoryStore } from '../support/adapter-memory.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const ANA = { name: 'Ana' };

let w: Workspace;
let tracker: Tracker;
let issues: number;

beforeEach(async () => {
  await open();
});
afterEach(() => w.close());

async function open(yaml: Record<string, unknown> = {}) {
  w = await openWorkspace({ send: { undoSeconds: 0 }, ...yaml });
  // Who belongs together is told by each test.
  w.engine.fingerprints = async () => [];
  issues = 0;
  const sample = createSampleTracker({
    platform: () => undefined,
    memory: createMemoryStore(),
    clock: w.clock,
    publicUrl: 'http://localhost:3000',
  });
  tracker = {
    ...sample,
    async create(issue, signal) {
      issues++;
      return sample.create(issue, signal);
    },
  };
  Object.assign(w.deps, { trackers: new Map([['sample', tracker]]) });
}

/** A cluster of bug reports by `names`, each with a ticket of their own. */
async function cluster(names: string[], title = 'Exported PDF is empty'): Promise<number> {
  const { rows } = await w.pool.query(
    `insert into cluster (kind, title, status, first_seen, last_seen) values ('bug', $1, 'confirmed', now(), now())
     returning id::float8 as id`,
    [title],
  );
  for (const name of names) await report(rows[0].id, name);
  return rows[0].id;
}

async function report(clusterId: number, name: string, text = 'The exported PDF is empty.'): Promise<number> {
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

/** Ana does something on the newest card of a proposal. */
async function onProposal(intent: Intent, version?: number) {
  const card = proposals().at(-1)?.card;
  if (!card?.ref) throw new Error('no proposal');
  const ref = { ...card.ref, ...(version && { draftVersion: version }) };
  return act(w.deps, { ref, agent: { platform: 'console', userId: 'ana@team.example' }, intent });
}

const proposals = () => w.platform.posts.filter(({ card }) => card.ref?.ticketId.startsWith('P-'));
const sentTo = () => w.email.sent.map(({ to }) => to.email);

async function closeAs(state: 'fixed' | 'not_planned', issueId = 'CREW-1') {
  w.clock.advance(60_000);
  await tracker.close?.(issueId, state, 'Devin');
  await w.store.markIssueStale('sample', issueId);
  await keepTrack(w.deps);
}

async function firstRecipient(name: string): Promise<string> {
  const all = await w.store.recipientsOf(1);
  return String(all.find((one) => one.name.startsWith(name))?.id);
}

describe('making an issue', () => {
  test('a press makes one issue, and the cluster shows it', async () => {
    const id = await cluster(['ada', 'bob']);
    expect(await createIssue(w.deps, id, ANA)).toMatchObject({
      ok: true,
      text: expect.stringContaining('CREW-1'),
    });
    expect(await createIssue(w.deps, id, ANA)).toMatchObject({
      ok: false,
      text: expect.stringContaining('CREW-1'),
    });
    expect(issues).toBe(1);
    const [shown] = await w.store.clusterSummaries();
    expect(shown?.issue).toMatchObject({ tracker: 'sample', id: 'CREW-1', state: 'open' });
    const view = await clusterView(w.deps, id);
    if (!view) throw new Error('no cluster');
    expect(clusterCard(view).blocks).toContainEqual({
      type: 'sources',
      items: [
        { title: 'CREW-1 in Sample tracker', url: 'http://localhost:3000/console#/issues', passage: '' },
      ],
    });
  });

  test('keeps its name on the cluster, whatever is reported later', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    await report(id, 'bob', 'I tried again just now and it still fails.');
    await rename(w.store, id);
    expect(await w.store.clusterTitle(id)).toMatchObject({ title: 'Exported PDF is empty' });
  });

  test('ten presses at once make one issue', async () => {
    const id = await cluster(['ada']);
    await Promise.all(Array.from({ length: 10 }, () => createIssue(w.deps, id, ANA)));
    await keepTrack(w.deps);
    expect(issues).toBe(1);
  });

  test('a press that was decided on before the issue was there makes none', async () => {
    const id = await cluster(['ada']);
    tracker.search = async () => [
      { id: 'CREW-9', key: 'CREW-9', url: 'u', title: 'Empty PDF', state: 'open', stateName: 'open' },
    ];
    await createIssue(w.deps, id, ANA);
    const late = {
      ...w.deps,
      store: {
        ...w.store,
        issueOfCluster: async (clusterId: number) => {
          const seen = await w.store.issueOfCluster(clusterId);
          await createIssue(w.deps, clusterId, ANA);
          return seen;
        },
      },
    };
    await createIssue(late, id, { name: 'Ben' });
    expect(issues).toBe(1);
    expect(await w.store.issueOfCluster(id)).toMatchObject({ stage: 'made', by: 'Ana' });
  });

  test('a search that fails is said, and nothing goes on behind it', async () => {
    const id = await cluster(['ada']);
    tracker.search = async () => {
      throw new AppError('tracker_unavailable', 'GitHub cannot be reached.', { retryable: true });
    };
    expect(await createIssue(w.deps, id, ANA)).toMatchObject({
      ok: false,
      text: 'GitHub cannot be reached. No issue was made; press again to try.',
    });
  });

  test('issues that look the same are suggested first', async () => {
    await tracker.create(
      { title: 'Exported PDF is blank', parts: [], marker: 'deskhand-other' },
      AbortSignal.timeout(1),
    );
    const id = await cluster(['ada']);
    const first = await createIssue(w.deps, id, ANA);
    expect(first).toMatchObject({ text: expect.stringContaining('CREW-1 “Exported PDF is blank”') });
    expect(issues).toBe(1);
    await createIssue(w.deps, id, ANA);
    expect(issues).toBe(2);
  });

  test('a process that dies after the tracker has made it finds it again', async () => {
    const id = await cluster(['ada']);
    const { create } = tracker;
    tracker.create = async (issue, signal) => {
      await create(issue, signal);
      throw new AppError('outcome_unknown', 'no answer', { retryable: true });
    };
    expect(await createIssue(w.deps, id, ANA)).toMatchObject({
      ok: false,
      text: expect.stringContaining('by itself'),
    });
    tracker.create = create;
    w.clock.advance(120_000);
    await keepTrack(w.deps);
    expect(issues).toBe(1);
    expect((await w.store.issueOfCluster(id))?.stage).toBe('made');
  });

  test('what the tracker refuses is said, and may be tried again', async () => {
    const id = await cluster(['ada']);
    const { create } = tracker;
    tracker.create = async () => {
      throw new AppError('tracker_auth', 'GitHub refuses access; check GITHUB_TOKEN.');
    };
    expect(await createIssue(w.deps, id, ANA)).toMatchObject({
      text: expect.stringContaining('GITHUB_TOKEN'),
    });
    w.clock.advance(600_000);
    await keepTrack(w.deps);
    tracker.create = create;
    expect(await createIssue(w.deps, id, ANA)).toMatchObject({ ok: true });
    expect(issues).toBe(1);
  });

  test('without a tracker the answer says what to set', async () => {
    Object.assign(w.deps, { trackers: new Map() });
    expect(await createIssue(w.deps, await cluster(['ada']), ANA)).toMatchObject({
      ok: false,
      text: expect.stringContaining('trackers'),
    });
  });

  test('above the configured certainty an issue is made without asking', async () => {
    await w.close();
    await open({ trackers: { automatic: { customers: 3, likeness: 0.8 } } });
    const id = await cluster(['ada', 'bob']);
    await keepTrack(w.deps);
    expect(issues).toBe(0);
    await report(id, 'cid');
    await keepTrack(w.deps);
    await keepTrack(w.deps);
    expect(issues).toBe(1);
    expect((await w.store.issueOfCluster(id))?.by).toBe('Deskhand');
  });

  test('an existing issue is linked by its key, and nonsense is refused', async () => {
    await tracker.create({ title: 'Old one', parts: [], marker: 'deskhand-old' }, AbortSignal.timeout(1));
    const id = await cluster(['ada']);
    expect(await linkIssue(w.deps, id, 'https://elsewhere.example/1', ANA)).toMatchObject({ ok: false });
    expect(await linkIssue(w.deps, id, 'CREW-99', ANA)).toMatchObject({ ok: false });
    expect(await linkIssue(w.deps, id, 'CREW-1', ANA)).toMatchObject({ ok: true });
    expect((await w.store.clusterSummaries())[0]?.issue).toMatchObject({ id: 'CREW-1' });
  });
});

describe('an issue that is closed', () => {
  test('as fixed: one proposal for everybody who reported it, sent by one approval', async () => {
    const names = Array.from({ length: 15 }, (_, n) => `customer${n}`);
    const id = await cluster(names);
    await createIssue(w.deps, id, ANA);
    await closeAs('fixed');
    expect(proposals()).toHaveLength(1);
    expect(proposals()[0]?.card.fallback).toContain('Tell 15 customers that it is fixed');
    expect(w.email.sent).toEqual([]);

    await onProposal({ type: 'act', act: 'send_all' });
    await w.work();
    expect(sentTo().sort()).toEqual(names.map((name) => `${name}@acme.example`).sort());
    expect(w.email.sent[0]?.text).toContain('“The exported PDF is empty”. It is fixed now.');
    expect(new Set(w.email.sent.map(({ key }) => key)).size).toBe(15);
    expect((await w.store.listTickets({ limit: 50 })).every(({ status }) => status === 'resolved')).toBe(
      true,
    );
  });

  test('while its state was being asked for is asked for again', async () => {
    await createIssue(w.deps, await cluster(['ada']), ANA);
    const { get } = tracker;
    tracker.get = async (issueId, signal) => {
      tracker.get = get;
      const told = await get(issueId, signal);
      await tracker.close?.(issueId, 'fixed', 'Devin');
      await w.store.markIssueStale('sample', issueId);
      return told;
    };
    await w.store.markIssueStale('sample', 'CREW-1');
    await keepTrack(w.deps);
    expect(proposals()).toEqual([]);
    await keepTrack(w.deps);
    expect(proposals()).toHaveLength(1);
  });

  test.each(['not_planned', 'duplicate'] as const)('as %s: nobody is told', async (state) => {
    const id = await cluster(['ada', 'bob']);
    await createIssue(w.deps, id, ANA);
    const told = await tracker.get('CREW-1', AbortSignal.timeout(1));
    tracker.get = async () => told && { ...told, state };
    await w.store.markIssueStale('sample', 'CREW-1');
    await keepTrack(w.deps);
    expect(proposals()).toEqual([]);
    expect((await w.store.clusterSummaries())[0]).toMatchObject({ status: 'confirmed', issue: { state } });
  });

  test('heard of ten times at once: one proposal', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    await tracker.close?.('CREW-1', 'fixed', 'Devin');
    for (let n = 0; n < 10; n++) {
      await w.store.markIssueStale('sample', 'CREW-1');
      await Promise.all([keepTrack(w.deps), keepTrack(w.deps)]);
    }
    expect(proposals()).toHaveLength(1);
  });

  test('reopened before anybody was told: the proposal is taken back', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    await closeAs('fixed');
    await tracker.reopen('CREW-1', AbortSignal.timeout(1));
    await w.store.markIssueStale('sample', 'CREW-1');
    await keepTrack(w.deps);
    expect(await onProposal({ type: 'act', act: 'send_all' })).toMatchObject({ ok: false });
    expect(w.email.sent).toEqual([]);
  });
});

describe('a proposal', () => {
  async function proposed(names: string[]) {
    const id = await cluster(names);
    await createIssue(w.deps, id, ANA);
    await closeAs('fixed');
    return id;
  }

  test('leaves out whom an agent leaves out, and says so', async () => {
    await proposed(['ada', 'bob', 'cid']);
    const form = await onProposal({ type: 'open_form', form: 'choose' });
    expect(form).toMatchObject({
      kind: 'form',
      form: { fields: [{ type: 'choices', options: expect.any(Array) }] },
    });
    await onProposal({ type: 'submit', form: 'choose', values: { leave_out: await firstRecipient('bob') } });
    expect(JSON.stringify(proposals()[0]?.card)).toContain('left out by Ana');
    await onProposal({ type: 'act', act: 'send_all' });
    await w.work();
    expect(sentTo()).toEqual(['ada@acme.example', 'cid@acme.example']);
  });

  test('sends the text that an agent edited, signed, and only to what the approver saw', async () => {
    await proposed(['ada']);
    const seen = proposals()[0]?.card.ref?.draftVersion;
    await onProposal({
      type: 'submit',
      form: 'edit_message',
      values: { en: '{greeting}\n\nFixed in 4.2. {other}' },
    });
    expect(await onProposal({ type: 'act', act: 'send_all' }, seen)).toMatchObject({ ok: false });
    await onProposal({ type: 'act', act: 'send_all' });
    await w.work();
    expect(w.email.sent.map(({ text }) => text)).toEqual([
      'Hello,\n\nFixed in 4.2. {other}\n\nBest regards,\nThe support team',
    ]);
  });

  test('is sent once, however often it is approved', async () => {
    await proposed(['ada', 'bob']);
    await Promise.all(Array.from({ length: 5 }, () => onProposal({ type: 'act', act: 'send_all' })));
    await onProposal({ type: 'act', act: 'send_all' });
    await keepTrack(w.deps);
    await w.work();
    expect(sentTo().sort()).toEqual(['ada@acme.example', 'bob@acme.example']);
  });

  test('that was approved when its process died is finished by the next', async () => {
    await proposed(['ada', 'bob']);
    await w.store.updateProposal(1, { status: 'sent', decidedBy: 'Ana', decidedAt: w.clock.now() });
    await keepTrack(w.deps);
    await w.work();
    expect(sentTo().sort()).toEqual(['ada@acme.example', 'bob@acme.example']);
  });

  test('skips who opted out, is upset or wrote again, with the reason', async () => {
    const id = await cluster(['ada', 'bob', 'cid']);
    await createIssue(w.deps, id, ANA);
    await w.pool.query("update customer set opted_out = true where name = 'ada Smith'");
    await w.pool.query(
      `update ticket set analysis = jsonb_set(analysis, '{frustration}', '0.9')
       where customer_id = (select id from customer where name = 'bob Smith')`,
    );
    await closeAs('fixed');
    const card = JSON.stringify(proposals()[0]?.card);
    expect(card).toContain('Tell 1 customer that it is fixed');
    expect(card).toContain('wants no messages from us');
    expect(card).toContain('is upset');
    const customer = { email: 'cid@acme.example' };
    await w.write('It is still empty, please look at it today.', { customer, subject: 'Empty PDF' });
    await onProposal({ type: 'act', act: 'send_all' });
    expect(w.email.sent).toEqual([]);
    expect((await w.store.recipientsOf(1)).map(({ reason }) => reason)).toContain('wrote again just then');
  });

  test('is written in each customer’s own language', async () => {
    const id = await cluster(['ada', 'bob']);
    await createIssue(w.deps, id, ANA);
    await w.pool.query(
      `update ticket set analysis = jsonb_set(analysis, '{language}', '"de"')
       where customer_id = (select id from customer where name = 'bob Smith')`,
    );
    await closeAs('fixed');
    await onProposal({ type: 'act', act: 'send_all' });
    await w.work();
    const texts = Object.fromEntries(w.email.sent.map(({ to, text }) => [to.email, text]));
    expect(texts['ada@acme.example']).toContain('It is fixed now');
    expect(texts['bob@acme.example']).toContain('Der Fehler ist jetzt behoben');
  });

  test('is not for viewers and strangers', async () => {
    await proposed(['ada']);
    const ref = proposals()[0]?.card.ref ?? null;
    for (const userId of ['vera@team.example', 'eve@elsewhere.example'])
      expect(
        await act(w.deps, {
          ref,
          agent: { platform: 'console', userId },
          intent: { type: 'act', act: 'send_all' },
        }),
      ).toMatchObject({ ok: false });
    await w.work();
    expect(w.email.sent).toEqual([]);
  });

  test('can be dismissed, and then nothing is sent', async () => {
    await proposed(['ada']);
    await onProposal({ type: 'act', act: 'dismiss' });
    expect(await onProposal({ type: 'act', act: 'send_all' })).toMatchObject({ ok: false });
    expect(JSON.stringify(proposals()[0]?.card)).toContain('Dismissed by Ana');
  });
});

describe('reports that come later', () => {
  test('are told on the issue in one comment', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    const comments: string[] = [];
    const { comment } = tracker;
    tracker.comment = async (issueId, written, signal) => {
      comments.push(written.marker);
      return comment(issueId, written, signal);
    };
    for (const name of ['bob', 'cid', 'dan']) {
      await report(id, name);
      w.clock.advance(60_000);
      await keepTrack(w.deps);
    }
    expect(new Set(comments).size).toBe(1);
    await keepTrack(w.deps);
    expect(comments).toHaveLength(3);
  });

  test('of an open bug get a draft that says so, with the issue as source', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    const ticketId = await report(id, 'bob');
    await w.work();
    const draft = await w.store.latestDraft(ticketId);
    expect(draft).toMatchObject({ engine: 'known-issue', status: 'pending', version: 2 });
    expect(draft?.text).toContain('We know about this problem');
    expect(draft?.sources).toMatchObject([{ kind: 'issue', id: 'CREW-1' }]);
    await reportJoined(w.deps, { clusterId: id, ticketId, at: w.clock.now() });
    await w.work();
    expect((await w.store.latestDraft(ticketId))?.version).toBe(2);
  });

  test('after the fix are a regression: the issue is reopened, told, and the cluster says so', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    await closeAs('fixed');
    w.clock.advance(3_600_000);
    await report(id, 'bob');
    expect((await w.store.clusterSummaries())[0]).toMatchObject({
      status: 'confirmed',
      issue: { state: 'open', regression: true },
    });
    const comments: string[] = [];
    const { comment } = tracker;
    tracker.comment = async (issueId, written, signal) => {
      comments.push(JSON.stringify(written.parts));
      return comment(issueId, written, signal);
    };
    await keepTrack(w.deps);
    await keepTrack(w.deps);
    expect(await tracker.get('CREW-1', AbortSignal.timeout(1))).toMatchObject({ state: 'open' });
    expect(comments).toHaveLength(1);
    expect(comments[0]).toContain('Regression');
    expect(proposals()[0]?.card.fallback).not.toContain('Tell');
    await closeAs('fixed');
    expect(proposals()).toHaveLength(2);
  });

  test('from before the fix are none', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    const before = w.clock.now();
    await closeAs('fixed');
    await reportJoined(w.deps, { clusterId: id, ticketId: 1001, at: before });
    expect((await w.store.clusterSummaries())[0]).toMatchObject({
      status: 'fixed',
      issue: { state: 'fixed' },
    });
  });
});

test('a tracker that asks for a pause is left alone until then', async () => {
  const id = await cluster(['ada']);
  await createIssue(w.deps, id, ANA);
  let asked = 0;
  tracker.get = async () => {
    asked++;
    throw new AppError('tracker_limited', 'pause', { retryable: true, retryAfterMs: 600_000 });
  };
  await w.store.markIssueStale('sample', 'CREW-1');
  for (let minute = 0; minute < 9; minute++) {
    await keepTrack(w.deps);
    w.clock.advance(60_000);
  }
  expect(asked).toBe(1);
  w.clock.advance(120_000);
  await keepTrack(w.deps);
  expect(asked).toBe(2);
});
