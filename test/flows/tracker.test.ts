// From a cluster to an issue, and on the issue again when the bug is reported later or returns.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterCard } from '../../src/cards/cluster.ts';
import { act } from '../../src/flows/actions.ts';
import { rename } from '../../src/flows/cluster-merge.ts';
import { clusterView } from '../../src/flows/cluster-view.ts';
import { keepTrack, reportJoined } from '../../src/flows/track.ts';
import { createIssue, linkIssue } from '../../src/flows/tracker.ts';
import { createSampleTracker } from '../../src/main/sample-tracker.ts';
import { AppError } from '../../src/model/errors.ts';
import { createMemoryStore } from '../support/adapter-memory.ts';
import { type IssueDesk, openIssueDesk } from '../support/issue-desk.ts';
import { scriptedEngine } from '../support/scripted-engine.ts';

const ANA = { name: 'Ana' };

let w: IssueDesk['w'];
let tracker: IssueDesk['tracker'];
let made: IssueDesk['made'];
let cluster: IssueDesk['cluster'];
let report: IssueDesk['report'];
let closeAs: IssueDesk['closeAs'];
let proposals: IssueDesk['proposals'];

beforeEach(() => open());
afterEach(() => w.close());

async function open(yaml: Record<string, unknown> = {}) {
  ({ w, tracker, made, cluster, report, closeAs, proposals } = await openIssueDesk(yaml));
}

/** What the bug's card says about its tracker. */
const troubleOf = async (id: number) => (await clusterView(w.deps, id))?.trouble;

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
    expect(made()).toBe(1);
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
    expect(made()).toBe(1);
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
    expect(made()).toBe(1);
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
    expect(made()).toBe(1);
    await createIssue(w.deps, id, ANA);
    expect(made()).toBe(2);
  });

  test('a process that dies after the tracker has made it finds it again', async () => {
    const id = await cluster(['ada']);
    const { create } = tracker;
    tracker.create = async (issue, signal) => {
      await create(issue, signal);
      throw new AppError('outcome_unknown', 'No answer.', { retryable: true });
    };
    expect(await createIssue(w.deps, id, ANA)).toMatchObject({
      ok: false,
      text: expect.stringContaining('by itself'),
    });
    expect(await troubleOf(id)).toBe('The issue is not made yet: No answer. It is tried again by itself.');
    tracker.create = create;
    w.clock.advance(120_000);
    await keepTrack(w.deps);
    expect(made()).toBe(1);
    expect((await w.store.issueOfCluster(id))?.stage).toBe('made');
    expect(await troubleOf(id)).toBeNull();
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
    expect(await troubleOf(id)).toBe('No issue was made: GitHub refuses access; check GITHUB_TOKEN.');
    w.clock.advance(600_000);
    await keepTrack(w.deps);
    tracker.create = create;
    expect(await createIssue(w.deps, id, ANA)).toMatchObject({ ok: true });
    expect(made()).toBe(1);
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
    expect(made()).toBe(0);
    await report(id, 'cid');
    await keepTrack(w.deps);
    await keepTrack(w.deps);
    expect(made()).toBe(1);
    expect((await w.store.issueOfCluster(id))?.by).toBe('Deskhand');
  });

  test('of an issue that is made before enough customers report the bug engineers are told once', async () => {
    await w.close();
    await open({ trackers: { automatic: { customers: 2, likeness: 0.8 } } });
    const id = await cluster(['ada', 'bob']);
    await w.pool.query(`update cluster set status = 'open'`);
    await keepTrack(w.deps);
    const pings = () => w.platform.posts.filter(({ card }) => card.ref?.ticketId === `C-${id}`);
    for (const name of ['cid', 'dan', 'eve', 'fay', 'gus']) {
      await w.deps.wake.clusters();
      await w.work();
      expect(pings()).toHaveLength(1);
      await report(id, name);
    }
    expect(JSON.stringify(pings()[0]?.card)).toContain('"its issue CREW-1"');
    expect(JSON.stringify(pings()[0]?.card)).toContain('CREW-1 in Sample tracker');
  });

  test('where issues look the same none is made without asking: the card offers to link them', async () => {
    await w.close();
    await open({ trackers: { automatic: { customers: 2, likeness: 0.8 } } });
    const old = { title: 'Exported PDF is blank', parts: [], marker: 'deskhand-other' };
    await tracker.create(old, AbortSignal.timeout(1));
    const id = await cluster(['ada', 'bob']);
    await w.store.updateCluster(id, { confirmedAt: w.clock.now() });
    await keepTrack(w.deps);
    await keepTrack(w.deps);
    await w.work();
    expect(made()).toBe(1);
    const card = w.platform.posts.find((post) => post.card.ref?.ticketId === `C-${id}`)?.card;
    expect(JSON.stringify(card)).toContain('has issues that look the same');
    expect(JSON.stringify(card)).toContain('CREW-1 Exported PDF is blank (open)');
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

  test('of an open bug get the workaround that helped others, where there is one, and the issue beside it', async () => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    const draft = w.engine.draft;
    const helped = {
      kind: 'exemplar',
      id: 'T-900',
      title: 'Empty PDF',
      url: null,
      passage: '',
      score: 1,
    } as const;
    const reply = { text: 'Export as CSV until then.', sources: [helped] };
    const draftsFor = async (name: string, more: object) => {
      w.engine.draft = async (input) => ({ ...(await draft(input)), ...reply, ...more });
      const ticketId = await report(id, name);
      await w.work();
      return w.store.latestDraft(ticketId);
    };
    const workaround = await draftsFor('bob', {});
    expect(workaround).toMatchObject({ engine: 'scripted', text: 'Export as CSV until then.', version: 2 });
    expect(workaround?.sources).toMatchObject([helped, { kind: 'issue', id: 'CREW-1' }]);
    const card = w.platform.posts.find(
      (post) => post.card.ref?.ticketId === `T-${workaround?.ticketId}`,
    )?.card;
    expect(JSON.stringify(card)).toContain('A known bug: CREW-1 (open)');
    for (const [name, none] of [
      ['cid', { answerable: false }],
      ['dan', { sources: [{ ...helped, kind: 'article' }] }],
    ] as const)
      expect(await draftsFor(name, none)).toMatchObject({
        engine: 'known-issue',
        sources: [{ kind: 'issue', id: 'CREW-1' }],
      });
  });

  test.each([
    ['not_planned', 'Answer to'],
    ['merged', 'our engineers have corrected it'],
  ] as const)('of a bug whose issue is %s are not told that it is open', async (state, said) => {
    const id = await cluster(['ada']);
    await createIssue(w.deps, id, ANA);
    if (state === 'merged') {
      const { get } = tracker;
      tracker.get = async (...asked) => {
        const told = await get(...asked);
        return told && { ...told, state, stateName: 'merged' };
      };
      await w.store.markIssueStale('sample', 'CREW-1');
      await keepTrack(w.deps);
    } else await closeAs(state);
    const ticketId = await report(id, 'bob');
    await w.work();
    expect((await w.store.latestDraft(ticketId))?.text).toContain(said);
  });

  test('of an open bug find it by themselves: the status at once, the next number on card and issue', async () => {
    const { analyse } = w.engine;
    w.engine.fingerprints = scriptedEngine().fingerprints;
    w.engine.analyse = async (input) => ({
      ...(await analyse(input)),
      kind: 'bug',
      category: 'reports/exports',
    });
    const write = async (name: string) => {
      const customer = { email: `${name}@${name}.example`, name };
      const { ticketId } = await w.write('The report export fails with EXP-504', { customer });
      await w.work();
      return ticketId ?? 0;
    };
    const first = await write('ada');
    const id = await w.store.clusterOfTicket(first);
    await createIssue(w.deps, id ?? 0, ANA);
    const ticketId = await write('bob');
    expect(await w.store.clusterOfTicket(ticketId)).toBe(id);
    expect(await w.store.latestDraft(ticketId)).toMatchObject({ engine: 'known-issue', status: 'pending' });
    const card = w.platform.posts.find((post) => post.card.ref?.ticketId === `T-${ticketId}`)?.card;
    expect(JSON.stringify(card)).toContain(`Same as 1 other customer: C-${id}`);
    await w.press('ana', ticketId, { kind: 'approve' });
    await w.work();
    expect(w.email.sent.at(-1)?.text).toContain('We know about this problem');
    await keepTrack(w.deps);
    expect((await w.store.issueOfCluster(id ?? 0))?.reported).toBe(2);
  });

  test('after the fix are a regression: the issue is reopened, told, and engineers hear of it once', async () => {
    const id = await cluster(['ada']);
    await w.store.updateCluster(id, { confirmedAt: w.clock.now() });
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
    await report(id, 'cid');
    await w.store.updateCluster(id, {});
    await w.deps.wake.clusters();
    await w.work();
    const news = w.platform.posts.filter(({ card }) => card.fallback.startsWith('It is back'));
    expect(news).toHaveLength(1);
    expect(JSON.stringify(news[0]?.card)).toContain('2 new reports after CREW-1 was fixed');
    expect(proposals()[0]?.card.fallback).not.toContain('Tell');
    await closeAs('fixed');
    expect(proposals()).toHaveLength(2);
  });

  test('of a bug with hundreds of reports are told as those of a small one, and so is its return', async () => {
    const id = await cluster(['ada']);
    await w.pool.query(
      `with more as (
         insert into message (conversation_id, ticket_id, seq, direction, channel, external_id, author, text, at)
         select conversation_id, ticket_id, 1000 + n, direction, channel, external_id || '-' || n, author, 'Empty again.', at + n * interval '1 second'
         from message, generate_series(1, 600) n where direction = 'inbound' returning id, ticket_id, at
       ) insert into cluster_member (cluster_id, message_id, ticket_id, score, at) select $1, id, ticket_id, 0.9, at from more`,
      [id],
    );
    w.clock.advance(3_600_000);
    await createIssue(w.deps, id, ANA);
    const comments: string[] = [];
    const { comment } = tracker;
    tracker.comment = async (issueId, written, signal) => {
      comments.push(JSON.stringify(written.parts));
      return comment(issueId, written, signal);
    };
    await report(id, 'bob', 'Since Monday the exported file has been empty.');
    await keepTrack(w.deps);
    expect(comments.at(-1)).toContain('602 from 2 customers');
    const agent = { platform: 'console', userId: 'ana@team.example' };
    const ref = { ticketId: `C-${id}`, draftVersion: 1 };
    const split = await act(w.deps, { ref, agent, intent: { type: 'open_form', form: 'split' } });
    expect(JSON.stringify(split)).toContain('Since Monday the exported file has been empty');
    await closeAs('fixed');
    const [, bob] = await w.store.recipientsOf(1);
    expect(bob).toMatchObject({ name: 'bob Smith', about: 'Empty PDF' });
    w.clock.advance(3_600_000);
    await report(id, 'cid');
    await keepTrack(w.deps);
    expect(comments.at(-1)).toContain('Regression: reported once again');
    await w.deps.wake.clusters();
    await w.work();
    const news = w.platform.posts.filter(({ card }) => card.fallback.startsWith('It is back'));
    expect(JSON.stringify(news[0]?.card)).toContain('1 new report after CREW-1 was fixed');
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

test('an issue of the sample whose process died before its card stood shows it when it is found', async () => {
  let up = false;
  const sample = createSampleTracker({
    platform: () => (up ? w.platform : undefined),
    memory: createMemoryStore(),
    clock: w.clock,
    publicUrl: 'http://localhost:3000',
  });
  await sample.create({ title: 'Empty PDF', parts: [], marker: 'deskhand-a' }, AbortSignal.timeout(1));
  up = true;
  for (let again = 0; again < 2; again++)
    await sample.find('deskhand-a', w.clock.now(), AbortSignal.timeout(1));
  expect(w.platform.posts.map(({ card }) => card.ref?.ticketId)).toEqual(['I-1']);
});

test('a fault of ours is said as such on the bug’s card, without its innards', async () => {
  const id = await cluster(['ada']);
  await createIssue(w.deps, id, ANA);
  tracker.get = async () => {
    throw new TypeError('undefined is not a function');
  };
  await w.store.markIssueStale('sample', 'CREW-1');
  await keepTrack(w.deps);
  expect(await troubleOf(id)).toBe(
    'CREW-1 may be out of date: something went wrong here; the log says what. It is tried again by itself.',
  );
});

test('a tracker that lets nobody in is not asked about every issue', async () => {
  for (const name of ['ada', 'bob', 'cid'])
    await createIssue(w.deps, await cluster([name], `${name}’s bug`), ANA);
  let asked = 0;
  tracker.get = async () => {
    asked++;
    throw new AppError('tracker_auth', 'Refused; check GITHUB_TOKEN.');
  };
  for (const issue of ['CREW-1', 'CREW-2', 'CREW-3']) await w.store.markIssueStale('sample', issue);
  await keepTrack(w.deps);
  expect(asked).toBe(1);
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
