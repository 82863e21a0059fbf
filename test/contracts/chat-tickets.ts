// Any ticket: any words in every field that is not ours, null where there may be none, in every state.
import fc from 'fast-check';
import type { Decision } from '../../src/model/decision.ts';
import { PRIORITIES, STATUSES } from '../../src/model/ticket.ts';
import type { OutboxView, TicketView } from '../../src/model/view.ts';
import { words } from '../support/any-words.ts';
import {
  aDecision,
  aDraft,
  aMessage,
  anAnalysis,
  anOutbox,
  aTicket,
  aView,
  NOW,
} from '../support/ticket-views.ts';

const at = fc.date({ min: new Date('2025-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const few = <T>(some: fc.Arbitrary<T>, maxLength = 4) => fc.array(some, { maxLength });
const address = fc.oneof(fc.constant(null), words, fc.constant('https://help.example/a?b=1'));

const analysis = fc
  .record({
    summary: words,
    notes: few(words, 2),
    labels: few(words, 2),
    questions: few(words),
    language: fc.constantFrom('en', 'ar', 'und', 'zz'),
    categoryConfidence: share,
    runnersUp: few(fc.record({ category: words, probability: share }), 2),
    spam: share,
    injection: share,
  })
  .map(anAnalysis);

const ticket = fc
  .record({
    id: fc.integer({ min: 1, max: 999_999_999 }),
    status: fc.constantFrom(...STATUSES),
    subject: maybe(words),
    channel: words,
    category: maybe(words),
    priority: maybe(
      fc.record({
        level: fc.constantFrom(...PRIORITIES),
        score: fc.nat({ max: 100 }),
        factors: few(fc.record({ name: words, points: fc.integer(), text: words })),
      }),
    ),
    analysis: maybe(analysis),
    assignee: maybe(words),
    escalatedTo: maybe(words),
    looking: few(words, 3),
    resolution: maybe(fc.constantFrom('confirmed' as const, 'assumed' as const, 'rejected' as const)),
    snoozedUntil: maybe(at),
    failure: maybe(words),
    resolvedAt: maybe(at),
  })
  .map(aTicket);

const message = fc.record({
  direction: fc.constantFrom('inbound' as const, 'inbound' as const, 'outbound' as const),
  channel: words,
  author: words,
  text: words,
  at,
  attachments: few(
    fc.record({
      id: fc.nat(),
      name: words,
      contentType: words,
      size: fc.nat(),
      url: address,
      omitted: maybe(words),
    }),
    10,
  ),
});

const draft = fc
  .record({
    version: fc.integer({ min: 1, max: 1_000_000 }),
    status: fc.constantFrom('pending' as const, 'stale' as const, 'sent' as const),
    text: words,
    language: fc.constantFrom('en', 'de', 'und', 'zz'),
    sources: few(
      fc.record({
        kind: fc.constantFrom('article' as const, 'exemplar' as const, 'issue' as const),
        id: words,
        title: words,
        url: address,
        passage: words,
        score: share,
      }),
    ),
    confidence: share,
    reasons: few(fc.record({ effect: fc.constantFrom('up' as const, 'down' as const), text: words })),
    answerable: fc.boolean(),
    basedOnSeq: fc.integer({ min: 1, max: 5 }),
    author: maybe(words),
  })
  .map(aDraft);

const decision: fc.Arbitrary<Decision> = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), text: words }),
  fc.record({ kind: fc.constant('escalate' as const), to: words, reason: words }),
  fc.record({ kind: fc.constant('note' as const), text: words }),
  fc.record({
    kind: fc.constant('reject' as const),
    reason: fc.constantFrom('spam' as const, 'no_reply_needed' as const),
  }),
  fc.constant({ kind: 'approve' as const }),
);

const OUTBOX: OutboxView['status'][] = ['queued', 'sending', 'sent', 'failed', 'unknown', 'cancelled'];
const outbox = fc
  .record({
    status: fc.constantFrom(...OUTBOX),
    lastError: maybe(words),
    by: words,
    sentAt: maybe(at),
    draftVersion: fc.integer({ min: 1, max: 3 }),
  })
  .map(anOutbox);

const account = fc.record({
  id: fc.nat(),
  externalId: maybe(words),
  name: words,
  domain: maybe(words),
  plan: maybe(words),
  mrr: maybe(fc.double({ min: 0, max: 1e9, noNaN: true })),
  renewalAt: maybe(at),
  seats: maybe(fc.nat()),
  owner: maybe(words),
  churnedAt: maybe(at),
});

/** Any ticket with all that belongs to it. */
export const anyTicket: fc.Arbitrary<TicketView> = fc
  .record({
    ticket,
    customer: fc.record({
      id: fc.nat(),
      name: maybe(words),
      email: maybe(words),
      language: maybe(words),
      title: maybe(words),
      optedOut: fc.boolean(),
      usage: fc.dictionary(words, fc.oneof(words, fc.constant(null), fc.boolean()), { maxKeys: 3 }),
      account: maybe(account),
    }),
    messages: few(message),
    draft: maybe(draft),
    decisions: few(fc.record({ decision, by: words, at, undoneAt: maybe(at) }), 3),
    outbox: maybe(outbox),
    context: few(
      fc.record(
        { source: words, facts: few(fc.record({ label: words, value: words }), 8), error: words },
        { requiredKeys: ['source', 'facts'] },
      ),
      3,
    ),
    due: maybe(
      fc.record({
        target: fc.constantFrom('first_answer' as const, 'resolution' as const),
        at,
        pressing: fc.boolean(),
      }),
    ),
    sameAs: maybe(fc.record({ id: fc.nat(), title: words, others: fc.nat() })),
    similarCount: fc.nat(),
    working: fc.boolean(),
  })
  .map((drawn) =>
    aView({
      ...drawn,
      messages: drawn.messages.map((one, n) => aMessage({ ...one, id: n + 1, seq: n + 1 })),
      decisions: drawn.decisions.map(({ decision: made, ...over }, n) =>
        aDecision(made, { ...over, id: n + 1, draftVersion: drawn.draft?.version ?? null }),
      ),
      now: NOW,
    }),
  );
