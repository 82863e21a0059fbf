// The life of a ticket under any sequence of what customers, agents, clocks and mail servers may do.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendDue } from '../../src/flows/reply.ts';
import { sweep } from '../../src/flows/sweep.ts';
import type { Decision } from '../../src/model/decision.ts';
import { AppError } from '../../src/model/errors.ts';
import type { ActionReply } from '../../src/model/platform.ts';
import { STATUSES } from '../../src/model/ticket.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const HOUR_MS = 3_600_000;

/** What becomes of the next replies: `lost-…` tells the sender nothing, after or before the reply has left. */
const FATES = ['ok', 'refused', 'later', 'lost-after', 'lost-before'] as const;
type Step =
  | { do: 'write' | 'thanks' | 'work' | 'send' | 'sweep' | 'shorter' | 'own' | 'note' }
  | { do: 'decide'; kind: 'approve' | 'edit'; versionsBack: number }
  | { do: 'decide'; kind: Exclude<Decision['kind'], 'approve' | 'edit'> }
  | { do: 'clock'; ms: number }
  | { do: 'fate'; fate: (typeof FATES)[number]; lookup: 'truth' | 'unknown' };

const kinds = ['escalate', 'take', 'release', 'snooze', 'resolve', 'reject', 'retry', 'reclassify'] as const;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('write', 'thanks', 'work', 'send', 'sweep', 'shorter', 'own', 'note'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('decide'),
      kind: fc.constantFrom('approve', 'edit'),
      versionsBack: fc.constantFrom(0, 0, 0, 0, 1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('decide'), kind: fc.constantFrom(...kinds) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('decide'), kind: fc.constant('undo') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('clock'),
      ms: fc.constantFrom(1_000, 11_000, 11_000, 70_000, 2 * HOUR_MS, -HOUR_MS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fate'),
      fate: fc.constantFrom(...FATES),
      lookup: fc.constantFrom('truth', 'unknown'),
    }),
  },
);

let w: Workspace;
let runs = 0;
beforeAll(async () => {
  w = await openWorkspace();
});
afterAll(() => w.close());

/** One ticket, driven step by step, with a mail server that keeps what reached it. */
async function startLife() {
  runs++;
  const name = `life-${runs}`;
  const address = { customer: { email: `${name}@example.org`, name }, threadId: name };
  const arrived: string[] = [];
  /** Keys of replies that were called back before they left. */
  const calledBack = new Set<string>();
  /** Retries of replies that may have left: each allows one repetition. */
  let repetitions = 0;
  let fate: (typeof FATES)[number] = 'ok';
  let lookup: 'truth' | 'unknown' = 'truth';
  let writes = 0;

  const ticketId = (await w.write('Where is my invoice?', address)).ticketId ?? 0;

  w.email.send = async ({ key, ticketId: whose }) => {
    // What another life has left behind is not this one's business.
    if (whose !== ticketId) return { providerId: `<${key}>` };
    if (fate === 'refused') throw new AppError('refused', '550 no');
    if (fate === 'later') throw new AppError('busy', '451 later', { retryable: true });
    if (fate !== 'lost-before') arrived.push(key);
    if (fate !== 'ok') throw new AppError('outcome_unknown', 'connection lost');
    return { providerId: `<${key}>` };
  };
  w.email.lookup = async ({ key }) =>
    lookup === 'unknown' ? 'unknown' : arrived.includes(key) ? 'sent' : 'not_sent';

  const outbox = () => w.store.outboxOf(ticketId);

  async function decide(decision: Decision, version?: number): Promise<ActionReply> {
    const before = await w.store.getTicket(ticketId);
    const draft = await w.store.latestDraft(ticketId);
    const unknown = (await outbox()).some((row) => row.status === 'unknown');
    const answer = await w.press('ana', ticketId, decision, version);
    const accepted = answer.kind === 'card' || (answer.kind === 'notice' && answer.ok !== false);
    if (accepted && (decision.kind === 'approve' || decision.kind === 'edit')) {
      // Then it was the current version, or an agent's own words where there is none that could leave.
      const own = decision.kind === 'edit' && draft?.status !== 'pending';
      if (!own) expect(draft).toMatchObject({ version, status: 'pending' });
      else if (draft) expect(draft).toMatchObject({ version, status: 'approved' });
      if (draft) expect(draft.basedOnSeq).toBe(before?.inboundSeq);
    }
    if (accepted && decision.kind === 'retry' && unknown) repetitions++;
    return answer;
  }

  async function take(one: Step): Promise<void> {
    switch (one.do) {
      case 'write': {
        const waiting = (await outbox()).filter((row) => row.status === 'queued');
        await w.write(`One more question, number ${++writes}`, address);
        for (const { key } of waiting) calledBack.add(key);
        return;
      }
      case 'thanks':
        return void (await w.write('Thank you so much!', address));
      case 'work':
        return void (await w.advance(ticketId));
      case 'send':
        return sendDue(w.deps);
      case 'sweep':
        return sweep(w.deps);
      case 'shorter':
        return void (await w.say('ben', ticketId, '@deskhand shorter'));
      case 'own':
        return void (await w.say('ben', ticketId, '@deskhand send: In my own words'));
      case 'note':
        return void (await w.say('ben', ticketId, 'Looks odd to me'));
      case 'clock':
        return w.clock.advance(one.ms);
      case 'fate':
        ({ fate, lookup } = one);
        return;
      case 'decide': {
        const until = new Date(w.clock.now().getTime() + HOUR_MS).toISOString();
        const version = (await w.store.latestDraft(ticketId))?.version ?? 0;
        switch (one.kind) {
          case 'approve':
            return void (await decide({ kind: 'approve' }, version - one.versionsBack));
          case 'edit':
            return void (await decide(
              { kind: 'edit', text: `My words, ${runs}`, then: 'resolve' },
              version - one.versionsBack,
            ));
          case 'escalate':
            return void (await decide({ kind: 'escalate', to: 'billing', reason: 'Above me' }));
          case 'snooze':
            return void (await decide({ kind: 'snooze', until }));
          case 'reject':
            return void (await decide({ kind: 'reject', reason: 'spam' }));
          case 'reclassify':
            return void (await decide({ kind: 'reclassify', category: 'reports/exports' }));
          default:
            return void (await decide({ kind: one.kind } as Decision));
        }
      }
    }
  }

  /** What must hold at every moment. */
  async function check(): Promise<void> {
    const ticket = await w.store.getTicket(ticketId);
    const drafts = await w.store.draftsOf(ticketId);
    const rows = await outbox();
    const decisions = await w.store.decisionsOf(ticketId);
    if (!ticket) throw new Error('the ticket is gone');

    expect(drafts.filter((draft) => draft.status === 'pending').length).toBeLessThanOrEqual(1);
    expect(drafts.map((draft) => draft.version)).toEqual(drafts.map((_, index) => index + 1));

    expect(STATUSES).toContain(ticket.status);
    if (ticket.status === 'resolved') expect(ticket.resolvedAt).not.toBeNull();
    else expect(ticket).toMatchObject({ resolution: null, resolvedAt: null });
    if (ticket.status === 'snoozed') expect(ticket.snoozedUntil).not.toBeNull();
    if (ticket.status === 'sending')
      expect(rows.map((row) => row.status)).toEqual(
        expect.arrayContaining([expect.stringMatching(/queued|sending/)]),
      );

    // Every reply was approved, on its own version; a version has one reply; what left is marked as sent.
    for (const row of rows) {
      const draft = drafts.find(({ id }) => id === row.draftId);
      expect(
        decisions.some(
          (decision) =>
            ['approve', 'edit'].includes(decision.kind) && decision.draftVersion === draft?.version,
        ),
      ).toBe(true);
      if (row.status === 'sent') expect(draft?.status).toBe('sent');
      if (row.status === 'cancelled') expect(draft?.status).toMatch(/stale|superseded/);
    }
    for (const draft of drafts)
      if (draft.status === 'approved')
        expect(rows.find((row) => row.draftId === draft.id)?.status).toMatch(/queued|sending|failed|unknown/);

    const repeated = arrived.length - new Set(arrived).size;
    expect(repeated).toBeLessThanOrEqual(repetitions);
    for (const key of arrived) expect(rows.map((row) => row.key)).toContain(key);
    for (const key of arrived) expect(calledBack).not.toContain(key);

    const { rows: numbers } = await w.pool.query(
      `select array_agg(m.seq order by m.seq) as seqs, c.next_seq from conversation c
       join message m on m.conversation_id = c.id where c.id = $1 group by c.id`,
      [ticket.conversationId],
    );
    const seqs: number[] = numbers[0].seqs;
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(numbers[0].next_seq).toBe(seqs.length + 1);
  }

  /** Afterwards everything works again and time passes: nothing may be stuck. */
  async function comeToRest(): Promise<void> {
    fate = 'ok';
    lookup = 'truth';
    for (let round = 0; round < 8; round++) {
      w.clock.advance(HOUR_MS);
      await sweep(w.deps);
      await w.advance(ticketId);
      await sendDue(w.deps);
    }
    await w.advance(ticketId);
    await check();
    const ticket = await w.store.getTicket(ticketId);
    if (!ticket) throw new Error('the ticket is gone');
    expect(ticket.draftedSeq).toBe(ticket.inboundSeq);
    expect(ticket.presentedRev).toBe(ticket.rev);
    const rows = await outbox();
    const draft = await w.store.latestDraft(ticketId);
    if (!rows.some((row) => row.status === 'unknown'))
      expect(rows.filter((row) => ['queued', 'sending'].includes(row.status))).toEqual([]);
    expect(['awaiting_agent', 'awaiting_customer', 'resolved']).toContain(ticket.status);
    // An agent whom a ticket waits for has something to press.
    if (ticket.status === 'awaiting_agent') {
      const answerable = draft?.status === 'pending' && draft.basedOnSeq === ticket.inboundSeq;
      const resendable = ['failed', 'unknown'].includes((await w.store.latestOutbox(ticketId))?.status ?? '');
      expect(answerable || resendable).toBe(true);
    }
  }

  return { take, check, comeToRest };
}

/** Lives tried; `npm run chaos` sets more. */
const LIVES = Number(process.env.CHAOS_LIVES ?? 25);

describe('a ticket under any sequence of events', () => {
  it(
    'keeps its promises',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
          const life = await startLife();
          for (const one of steps) {
            await life.take(one);
            await life.check();
          }
          await life.comeToRest();
        }),
        { numRuns: LIVES, interruptAfterTimeLimit: LIVES * 5_000, markInterruptAsFailure: true },
      );
    },
    LIVES * 6_000,
  );
});
