// Any card that is not a ticket's (clusters, proposals, alerts, issues, bursts), and any form with choices.
import fc from 'fast-check';
import { alertCard } from '../../src/cards/alert.ts';
import { burstCard } from '../../src/cards/burst.ts';
import { clusterCard, newsCard } from '../../src/cards/cluster.ts';
import { issueCard } from '../../src/cards/issue.ts';
import { proposalCard } from '../../src/cards/proposal.ts';
import type { Card, Form } from '../../src/model/card.ts';
import { anyUrl } from '../support/any-character.ts';
import { words } from '../support/any-words.ts';

const NOW = new Date('2026-03-02T09:30:00Z');
const at = fc.date({ min: new Date('2025-01-01'), max: NOW, noInvalidDate: true });
const number = fc.integer({ min: 1, max: 999_999_999 });
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const few = <T>(some: fc.Arbitrary<T>, maxLength = 12) => fc.array(some, { maxLength });
const counted = few(fc.record({ name: words, times: fc.integer({ min: 1, max: 9_999 }) }));

const cluster = fc
  .record({
    id: number,
    kind: fc.constantFrom(
      'bug' as const,
      'feature_request' as const,
      'friction' as const,
      'question' as const,
    ),
    title: words,
    status: fc.constantFrom('open' as const, 'confirmed' as const, 'dismissed' as const, 'fixed' as const),
    rev: fc.nat({ max: 100_000 }),
    confirmed: fc.boolean(),
    because: maybe(words),
    firstSeen: at,
    lastSeen: at,
    reports: number,
    customers: number,
    today: fc.nat(),
    usual: maybe(fc.record({ of: words, rate: words })),
    accounts: fc.nat(),
    mrr: maybe(fc.double({ min: 0, max: 1e9, noNaN: true })),
    plans: few(words),
    signatures: counted,
    environment: counted,
    channels: counted,
    steps: few(words),
    quotes: few(fc.record({ text: words, plan: maybe(words), at }), 4),
    issue: maybe(
      fc.record({
        tracker: words,
        id: words,
        url: anyUrl,
        state: fc.constantFrom('open' as const, 'merged' as const, 'fixed' as const),
        regression: fc.boolean(),
      }),
    ),
    trouble: maybe(words),
    lookAlikes: few(fc.record({ tracker: words, title: words, url: anyUrl }), 3),
    news: maybe(
      fc.record({
        kind: fc.constantFrom('regression' as const, 'growth' as const),
        at,
        fixedAt: maybe(at),
        reports: number,
        quote: words,
      }),
    ),
    mutedUntil: maybe(at),
    dismissedBy: maybe(words),
    mergedInto: maybe(number),
  })
  .map((drawn) => {
    const view = { ...drawn, now: NOW, timeZone: 'Europe/Paris' };
    return view.news ? newsCard(view, view.news) : clusterCard(view);
  });

const language = fc.constantFrom('en', 'de', 'fr', 'ar', 'zz');

const proposal = fc
  .record({
    id: number,
    kind: fc.constantFrom('fixed' as const, 'outreach' as const),
    title: words,
    reason: words,
    missing: few(words, 3),
    link: maybe(fc.record({ title: words, url: anyUrl })),
    status: fc.constantFrom('open' as const, 'sent' as const, 'dismissed' as const),
    version: fc.nat({ max: 100_000 }),
    texts: fc.dictionary(language, words),
    previews: fc.dictionary(language, fc.record({ name: words, text: words })),
    recipients: few(
      fc.record({
        id: number,
        customerId: number,
        name: words,
        account: maybe(words),
        ticketId: number,
        channel: words,
        language,
        about: words,
        state: fc.constantFrom(
          'ready' as const,
          'left_out' as const,
          'held' as const,
          'barred' as const,
          'committed' as const,
        ),
        reason: maybe(words),
      }),
      40,
    ),
    decidedBy: maybe(words),
    decidedAt: maybe(at),
    undoSeconds: fc.nat({ max: 600 }),
  })
  .map((view) => proposalCard({ ...view, now: NOW, timeZone: 'Europe/Paris' }));

const alert = fc
  .record({
    id: number,
    kind: fc.constantFrom('risk' as const, 'expansion' as const, 'gap' as const),
    title: words,
    status: fc.constantFrom('open' as const, 'on_it' as const, 'false_alarm' as const, 'published' as const),
    version: fc.nat({ max: 100_000 }),
    decidedBy: maybe(words),
    decidedAt: maybe(at),
    owner: maybe(words),
    reasons: few(words),
    facts: few(fc.record({ label: words, value: words })),
    quotes: few(fc.record({ text: words, label: words }), 4),
    article: maybe(fc.record({ title: words, body: words, category: maybe(words), language })),
  })
  .map((view) => alertCard({ ...view, now: NOW, timeZone: 'Europe/Paris' }));

const part = fc.oneof(
  fc.record({
    type: fc.constantFrom('heading' as const, 'text' as const, 'quote' as const, 'code' as const),
    text: words,
  }),
  fc.record({ type: fc.constant('fields' as const), fields: few(fc.record({ label: words, value: words })) }),
  fc.record({ type: fc.constant('steps' as const), items: few(words) }),
);

const issue = fc
  .record({
    number,
    title: words,
    state: fc.constantFrom('open' as const, 'merged' as const, 'fixed' as const, 'not_planned' as const),
    closedBy: maybe(words),
    parts: few(part),
    comments: few(fc.record({ parts: few(part, 3) })),
  })
  .map((view) => issueCard({ ...view, key: `I-${view.number}` }));

const burst = fc
  .tuple(
    words,
    few(
      fc.record({
        id: number,
        status: fc.constantFrom('open' as const, 'awaiting_agent' as const, 'resolved' as const),
        level: maybe(fc.constantFrom('P1', 'P2', 'P3', 'P4')),
        summary: maybe(words),
        customer: maybe(words),
      }),
      30,
    ),
  )
  .map(([topic, tickets]) => burstCard(4, topic, tickets));

/** Any of them, whatever is told in it. */
export const anySubjectCard: fc.Arbitrary<Card> = fc.oneof(cluster, proposal, alert, issue, burst);

const options = (maxLength: number) =>
  fc.uniqueArray(fc.record({ value: fc.stringMatching(/^[a-z0-9][a-z0-9/-]{0,59}$/), label: words }), {
    minLength: 1,
    maxLength,
    selector: ({ value }) => value,
  });

/** A form of which several options may be chosen, some of them beforehand; only the options are not our own words. */
export const anyChoicesForm: fc.Arbitrary<Form> = fc
  .tuple(options(60), fc.boolean(), fc.nat())
  .map(([all, required, seed]) => ({
    id: 'choose',
    ref: { ticketId: 'P-3', draftVersion: 2 },
    title: 'Who gets it?',
    submit: 'Save',
    fields: [
      {
        id: 'chosen',
        type: 'choices',
        label: 'Customers',
        required,
        options: all,
        value: all
          .filter((_, n) => (seed >> (n % 20)) & 1)
          .map(({ value }) => value)
          .join(','),
      },
    ],
  }));
