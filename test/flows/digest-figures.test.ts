// Every figure of a digest, on random data: its link opens the dashboard's list that has exactly the number it says.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeSignals, ticketsBehind } from '../../src/flows/dashboard.ts';
import { drawDigest, makeDigest } from '../../src/flows/digest.ts';
import { digestOf } from '../../src/insights/digest-period.ts';
import type { Card } from '../../src/model/card.ts';
import { dashboardQuerySchema, drillSchema } from '../../src/model/dashboard.ts';
import type { Digest } from '../../src/model/digest.ts';
import { duration } from '../../src/model/measure.ts';
import { put as insert } from '../support/put.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const NOW = new Date('2026-03-04T07:40:00Z');
const DAY = digestOf('daily', '2026-03-03', 'Europe/Paris');
const MINUTES = { byHand: 8, withDraft: 2 };

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null, freq: 3 });
const seconds = maybe(fc.integer({ min: 60, max: 100_000 }));
/** Yesterday more often than on each of the 30 days before; midnight in Paris lies between. */
const opened = fc
  .oneof(
    { weight: 3, arbitrary: fc.integer({ min: 8 * 60, max: 33 * 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 * 24 * 60 }) },
  )
  .map((minutes) => new Date(NOW.getTime() - minutes * 60_000));
const aTicket = fc.record({
  opened,
  account: fc.integer({ min: 0, max: 5 }),
  category: maybe(fc.constantFrom('billing/refund', 'reports/exports')),
  kind: maybe(fc.constantFrom('bug', 'feature_request')),
  repliedBy: fc.constantFrom('auto', 'assisted', 'agent'),
  answeredAfter: seconds,
  resolvedAfter: seconds,
  resolution: fc.constantFrom('confirmed', 'assumed', 'rejected'),
  reopened: fc.boolean(),
  csat: maybe(fc.integer({ min: 1, max: 5 })),
  dueAfter: seconds,
  solveAfter: seconds,
  stoppedAfter: seconds,
  churnRisk: fc.constantFrom(0, 0.7),
  answerable: fc.boolean(),
  cluster: fc.integer({ min: 0, max: 4 }),
  /** The answer to a message that we wrote first. */
  outreach: fc.boolean(),
});
const anAccount = fc.record({
  mrr: maybe(fc.integer({ min: 1, max: 900 })),
  left: fc.boolean(),
  health: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 3 }),
  warned: fc.boolean(),
});
const world = fc.record({
  tickets: fc.array(aTicket, { minLength: 30, maxLength: 60 }),
  accounts: fc.array(anAccount, { minLength: 5, maxLength: 5 }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

async function fill({ pool }: Workspace, { tickets, accounts }: World): Promise<void> {
  await pool.query(`truncate ticket, conversation, customer, account, cluster, proposal, alert, outbox, day_figures
    restart identity cascade`);
  const put = (table: string, row: Record<string, unknown>) => insert(pool, table, row);
  for (const [n, { mrr, left, health, warned }] of accounts.entries()) {
    const churned_at = left ? new Date('2026-03-03T15:00:00Z') : null;
    const account_id = await put('account', { name: `Firm ${n} & Söhne`, plan: 'Team', mrr, churned_at });
    for (const [day, value] of health.entries())
      await put('account_health', {
        account_id,
        day: `2026-03-0${day + 2}`,
        health: value,
        reasons: [{ name: 'tone', points: 9, text: 'Their tone is upset.' }],
      });
    if (warned)
      await put('alert', {
        kind: 'risk',
        account_id,
        reason: 'tone',
        strength: 1,
        title: '',
        body: {},
        created_at: new Date('2026-03-01T12:00:00Z'),
      });
  }
  for (const kind of ['bug', 'bug', 'feature_request', 'friction'])
    await put('cluster', {
      kind,
      title: `A ${kind}`,
      first_seen: new Date('2026-03-03T09:00:00Z'),
      last_seen: NOW,
    });
  for (const one of tickets) {
    const later = (after: number | null) =>
      after === null ? null : new Date(one.opened.getTime() + after * 1_000);
    // One of the six writes for no company.
    const account_id = one.account < accounts.length ? one.account + 1 : null;
    const customer_id = await put('customer', { account_id });
    const conversation_id = await put('conversation', { customer_id });
    const resolved_at = later(one.resolvedAfter);
    const wroteFirst = one.outreach && one.answeredAfter === null;
    const ticket_id = await put('ticket', {
      conversation_id,
      customer_id,
      channel: 'email',
      status: resolved_at ? 'resolved' : 'awaiting_agent',
      category: one.category,
      kind: one.kind,
      analysis: { churnRisk: one.churnRisk },
      replied_by: one.answeredAfter === null ? null : one.repliedBy,
      resolution: resolved_at ? one.resolution : null,
      created_at: one.opened,
      first_response_at: later(one.answeredAfter),
      resolved_at,
      reopened_at: one.reopened ? resolved_at : null,
      csat: one.csat,
      due_at: later(one.dueAfter),
      outreach: wroteFirst ? 'incident' : null,
    });
    const at = one.opened;
    if (one.solveAfter !== null)
      await put('service_clock', {
        ticket_id,
        target: 'resolution',
        limit_ms: 1,
        business_hours: false,
        due_at: later(one.solveAfter),
        warn_at: at,
        escalate_at: at,
        paused_at: later(one.stoppedAfter),
      });
    const draft_id = await put('draft', {
      ticket_id,
      version: 1,
      text: '',
      language: 'en',
      sources: [],
      confidence: 0.1,
      reasons: [],
      answerable: one.answerable,
      engine: 'local',
      routing: {},
      based_on_seq: 1,
      created_at: at,
    });
    if (one.cluster > 0) {
      const message_id = await put('message', {
        conversation_id,
        ticket_id,
        seq: 1,
        direction: 'inbound',
        channel: 'email',
        external_id: String(ticket_id),
        author: 'Maria',
        text: 'It fails.',
        at,
      });
      await put('cluster_member', { cluster_id: one.cluster, message_id, ticket_id, score: 1, at });
    }
    if (!wroteFirst) continue;
    const key = `incident-${ticket_id}`;
    const proposal_id = await put('proposal', {
      kind: 'outreach',
      key,
      title: '',
      reason: '',
      status: 'sent',
      texts: {},
      created_at: at,
    });
    const wasSent = one.csat === null;
    const message = { key, ticket_id, conversation_id, draft_id, channel: 'email', text: '', by: 'Ana' };
    await put('outbox', {
      ...message,
      status: wasSent ? 'sent' : 'queued',
      send_after: at,
      created_at: at,
      sent_at: at,
    });
    await put('proposal_recipient', {
      proposal_id,
      customer_id,
      ticket_id,
      language: 'en',
      about: '',
      state: 'ready',
      outbox_key: key,
    });
    // Two events of one incident are one message.
    for (const _ of [1, 2]) {
      const event_id = await put('customer_event', {
        customer_id,
        type: 'incident',
        at,
        data: {},
      });
      await put('outreach', {
        event_id,
        customer_id,
        kind: 'incident',
        status: 'proposed',
        proposal_id,
        created_at: at,
      });
    }
  }
}

interface Figure {
  post: string;
  label: string;
  value: string;
  url: string | null;
  /** Of a table, where it is not the number of the row's tickets. */
  column?: string;
}

/** Everything on a card that says a number. */
function figuresOf({ blocks }: Card): Figure[] {
  const post = blocks[0]?.type === 'header' ? blocks[0].text : '';
  return blocks.flatMap((block): Figure[] => {
    if (block.type === 'fields')
      return block.fields.map(({ label, value, url }) => {
        return { post: block.title ?? post, label, value, url: url ?? null };
      });
    if (block.type === 'table')
      return block.rows.flatMap(([label = '', ...values], n) =>
        values.flatMap((value, column) => {
          // A row's number opens from its name.
          const url = block.urls?.[n]?.[column === 0 ? 0 : column + 1] ?? null;
          const of = column > 0 ? { column: block.columns[column + 1] } : {};
          return value === '–' ? [] : [{ post: block.columns[0] ?? '', label, value, url, ...of }];
        }),
      );
    return [];
  });
}

const first = (text: string) => Number(/\d+/.exec(text)?.[0]);
const before = (word: string, text: string) => Number(new RegExp(`(\\d+) ${word}`).exec(text)?.[1]);

/** The number that a figure says, as a reader takes it from its words. */
function saidBy({ post, label, value, column }: Figure, digest: Digest): number {
  const theme = digest.themes.find(({ name }) => name === label);
  switch (column) {
    case 'First answer':
      return theme?.response?.n ?? 0;
    case 'Resolved in':
      return theme?.resolution?.n ?? 0;
    case 'Rated':
      return Number(/\((\d+)\)/.exec(value)?.[1]);
  }
  switch (label) {
    case 'First answer':
      return digest.response?.n ?? 0;
    case 'Answered':
      return [...value.matchAll(/\d+/g)].reduce((sum, [n]) => sum + Number(n), 0);
    case 'Cost of a resolution':
      return digest.resolved.n;
    case 'Saved':
    case 'Time saved':
      return digest.answered.auto.n + digest.answered.assisted.n;
    case 'Waiting longest':
      return digest.backlog?.total ?? 0;
    case 'First answers late':
    case 'Resolutions late':
      return value.startsWith('none') ? before('', `${first(value)} `) : first(value);
  }
  if (post === 'What changed') return first(value.replace(/^.*: /, ''));
  if (post === 'New and growing' || post === 'Wished for') return before('report', value);
  if (post === 'At risk') return before('ticket', value);
  if (post === 'Left') return before('ticket', value);
  return first(value);
}

test('each figure opens a list with the number that it says', { timeout: 120_000 }, async () => {
  const desk = await openWorkspace({
    workspace: { timeZone: 'Europe/Paris' },
    digest: { minutes: MINUTES, cost: { hour: 30 } },
  });
  desk.clock.set(NOW.toISOString());
  const seen = new Set<string>();
  try {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        await fill(desk, given);
        const digest = await makeDigest(desk.deps, DAY);
        const { card, thread } = await drawDigest(desk.deps, digest);
        for (const figure of [card, ...thread.map((post) => post.card)].flatMap(figuresOf)) {
          seen.add(figure.post);
          if (figure.column) seen.add(figure.column);
          if (!/^(Firm|A )/.test(figure.label)) seen.add(figure.label);
          expect(figure.url, JSON.stringify(figure)).not.toBeNull();
          const query = Object.fromEntries(new URL(figure.url ?? '').searchParams);
          const asked = dashboardQuerySchema.parse(query);
          if (query.page === 'signals') {
            const { accounts } = await makeSignals(desk.deps, { ...asked, account: query.account });
            expect(accounts.map(({ account }) => account)).toEqual([figure.label]);
            if (figure.post === 'At risk')
              expect(figure.value).toContain(`health ${Math.round(accounts[0]?.health ?? -1)}`);
            continue;
          }
          const drill = drillSchema.parse(query);
          const { total, tickets } = await ticketsBehind(desk.deps, asked, drill, { limit: 500 });
          expect([figure, total]).toEqual([figure, saidBy(figure, digest)]);
          expect(tickets).toHaveLength(total);
          if (figure.label === 'Time saved') {
            const minutes = { auto: MINUTES.byHand, assisted: MINUTES.byHand - MINUTES.withDraft, agent: 0 };
            const saved = tickets.reduce((sum, { repliedBy }) => sum + minutes[repliedBy ?? 'agent'], 0);
            expect(figure.value).toBe(`about ${duration(saved * 60)}`);
          }
          if (figure.label === 'Waiting longest')
            expect(tickets[0]?.createdAt).toEqual(digest.backlog?.oldest);
        }
      }),
      { numRuns: 12, seed: 5, endOnFailure: true },
    );
    // Nothing was left out by chance.
    expect([...seen].sort()).toMatchInlineSnapshot(`
      [
        "Answered",
        "Answered by",
        "Answers",
        "At risk",
        "Category",
        "Cost of a resolution",
        "Exports",
        "First answer",
        "First answers late",
        "First answers overdue now",
        "Left",
        "New and growing",
        "Not sorted yet",
        "Nothing we know answered these",
        "People",
        "People with its draft",
        "Rated",
        "Refunds",
        "Resolutions late",
        "Resolutions overdue now",
        "Resolved",
        "Resolved in",
        "Saved",
        "Saved: at risk before, well again",
        "The bot alone",
        "Tickets",
        "Time saved",
        "Tuesday 3 March 2026",
        "Waiting longest",
        "Waiting now",
        "What changed",
        "What customers report",
        "Wished for",
        "Written first",
        "⚠ Category",
        "⚠ First answers",
        "⚠ New report",
        "⚠ Resolutions",
        "⚠ Volume",
      ]
    `);
  } finally {
    await desk.close();
  }
});
