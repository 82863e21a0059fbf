// Step 7: turns what agents and customers did with drafts into outcomes, examples and exemplars.
import { z } from 'zod';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { OutboxRow } from '../infra/db/queries/work.ts';
import { editShare, saysOtherwise } from '../insights/edit-share.ts';
import type { Decision } from '../model/decision.ts';
import { CHOSEN_MACRO, type Draft } from '../model/draft.ts';
import { errorText } from '../model/errors.ts';
import type { OutcomeKind } from '../model/outcome.ts';
import { ticketKey } from '../model/ticket.ts';
import type { Clock } from '../ports.ts';
import { categoryOf, type WatchDeps, watchingAutonomy } from './autonomy.ts';
import { BOT, type FlowDeps } from './deps.ts';
import { KNOWN_ISSUE } from './known-issue.ts';

type LearnDeps = WatchDeps & Pick<FlowDeps, 'engine' | 'bus' | 'replica'>;

/** Changes of up to this share of the words are a matter of taste, not a mistake of the draft, unless it says another thing then. */
const RETOUCHED = 0.15;
/** Frustration in the customer's answer from which a sent draft counts as a mistake. */
const UNHAPPY = 0.75;
/** Bus topic between replicas. */
const TOPIC = 'learned';
/** Worth of a reply that a person sent, before the customer's word on it. */
const FRESH_QUALITY = 0.7;
/** The same when agents found the draft helpful and it left as it was. */
const PRAISED_QUALITY = 0.9;

/** Learns from a reply that has left: how far the agent changed the draft, and the reply itself. */
export async function learnFromSent(deps: LearnDeps, row: OutboxRow): Promise<void> {
  const { store, engine, clock } = deps;
  const ticket = await store.getTicket(row.ticketId);
  const draft = await store.draftById(row.draftId);
  // Messages to many customers at once say nothing about how to answer one.
  if (!ticket?.category || !draft || draft.engine.startsWith('proposal:')) return;
  // A reply that nobody looked at proves nothing yet; only the customer can say.
  const own = row.by === BOT ? undefined : await ownDraft(store, draft);
  if (own) {
    const share = editShare(own.text, row.text);
    const edited = share > RETOUCHED || saysOtherwise(own.text, row.text);
    const kind = edited ? 'edited' : share === 0 ? 'unchanged' : 'retouched';
    await watched(deps, ticket, own, kind, share);
  }
  const text = await askedText(deps, ticket, draft.basedOnSeq);
  if (!text || row.by === BOT) return;
  const praised = row.text === draft.text && (await store.feedbackOn(draft.id)).helpful > 0;
  const customer = await store.getCustomer(ticket.customerId);
  const exemplar = {
    text,
    reply: row.text,
    category: ticket.category,
    kind: ticket.analysis?.kind ?? null,
    language: draft.language,
    plan: customer.account?.plan ?? null,
    quality: praised ? PRAISED_QUALITY : FRESH_QUALITY,
  };
  await store.upsertExemplar({ ...exemplar, ticketId: ticket.id });
  await store.upsertExample({
    ticketId: ticket.id,
    text,
    category: ticket.category,
    corrected: 0,
    at: clock.now(),
  });
  await engine.addExemplars([{ ...exemplar, id: ticketKey(ticket.id) }]);
  await tell(deps, ticket.id);
}

/** Decisions that say something about the draft or the category without sending anything. */
const TELLING: readonly Decision['kind'][] = ['reclassify', 'flag', 'reject', 'escalate'];

/** Learns from such decisions; what others teach is learned when their reply has left. */
export async function learnFromDecision(
  deps: LearnDeps,
  ticketId: number,
  draftVersion: number,
  decision: Decision,
): Promise<void> {
  if (!TELLING.includes(decision.kind)) return;
  const ticket = await deps.store.getTicket(ticketId);
  if (!ticket) return;
  if (decision.kind === 'reclassify') {
    const text = await askedText(deps, ticket, ticket.inboundSeq);
    if (!text) return;
    const { category } = decision;
    await deps.store.upsertExample({ ticketId, text, category, corrected: 1, at: deps.clock.now() });
    await deps.engine.learn({ text, category, corrected: true });
    await tell(deps, ticketId);
    return;
  }
  const seen = await deps.store.getDraft(ticketId, draftVersion);
  const draft = seen && (await ownDraft(deps.store, seen));
  if (!draft) return;
  // What the bot handed over itself was no draft to send.
  if (decision.kind === 'escalate' && draft.routing.route === 'escalate') return;
  await watched(deps, ticket, draft, decision.kind === 'flag' ? 'flagged' : 'rejected', null);
}

/** Learns from what agents think of a draft: one who finds it of no help makes it a mistake, until they say otherwise. */
export async function learnFromFeedback(
  { store, clock }: { store: Queries; clock: Clock },
  ticket: TicketRow,
  draft: Draft,
): Promise<void> {
  const { helpful, unhelpful } = await store.feedbackOn(draft.id);
  const own = (await ownDraft(store, draft))?.id === draft.id;
  if (own && unhelpful > 0) return record({ store, clock }, ticket, draft, 'unhelpful', null);
  await store.forgetUnhelpful(draft.id);
  if (helpful > 0 && draft.status === 'sent') await store.setExemplarQuality(ticket.id, PRAISED_QUALITY);
}

/** The other replicas learn the same; one that misses it reads it at its next start. */
async function tell({ bus, replica, log }: LearnDeps, ticketId: number): Promise<void> {
  await bus.publish(TOPIC, { ticketId, replica }).catch((error: unknown) => {
    log.debug({ ticketId, reason: errorText(error) }, 'other replicas were not told');
  });
}

/** Takes into this replica's engine what another one learned; answers how to stop that. */
export function followLearning(
  deps: Pick<LearnDeps, 'store' | 'engine' | 'bus' | 'log' | 'replica'>,
): () => void {
  const { store, engine, bus, log, replica } = deps;
  const learned = z.object({ ticketId: z.number(), replica: z.string() });
  return bus.subscribe(TOPIC, (payload) => {
    const news = learned.safeParse(payload);
    if (!news.success || news.data.replica === replica) return;
    const { ticketId } = news.data;
    const take = async () => {
      const { example, exemplar } = await store.learnedFrom(ticketId);
      if (example?.corrected) await engine.learn(example);
      if (exemplar) await engine.addExemplars([exemplar]);
    };
    take().catch((error: unknown) => log.debug({ ticketId, reason: errorText(error) }, 'not learned'));
  });
}

/** A customer who comes back unhappy makes the draft that was sent a mistake after all. */
export async function learnFromFollowUp(
  deps: LearnDeps,
  ticket: TicketRow,
  frustration: number,
): Promise<void> {
  if (frustration < UNHAPPY) return;
  const sent = (await deps.store.draftsOf(ticket.id)).findLast((draft) => draft.status === 'sent');
  const own = sent && (await ownDraft(deps.store, sent));
  if (!sent || !own) return;
  await watched(deps, ticket, own, 'unhappy', null);
  await deps.store.setExemplarQuality(ticket.id, 0);
  const { exemplar } = await deps.store.learnedFrom(ticket.id);
  if (!exemplar) return;
  await deps.engine.addExemplars([exemplar]);
  await tell(deps, ticket.id);
}

/**
 * What mode `auto` would have sent instead of a draft: the bot's first to the same messages, or its news of a bug that
 * became known meanwhile. Rewrites, macros and words that agents asked for are measured against it, as is what
 * followed a change of category: else a draft that nobody could use would leave no mark.
 */
async function ownDraft(
  store: Pick<Queries, 'draftsOf'>,
  { ticketId, basedOnSeq }: Draft,
): Promise<Draft | undefined> {
  const own = (await store.draftsOf(ticketId)).filter(
    (draft) => draft.basedOnSeq === basedOnSeq && !draft.author && !draft.engine.startsWith(CHOSEN_MACRO),
  );
  return own.findLast(({ engine }) => engine === KNOWN_ISSUE) ?? own[0];
}

const watched = (deps: LearnDeps, ticket: TicketRow, draft: Draft, kind: OutcomeKind, share: number | null) =>
  watchingAutonomy(deps, { ticket, draft }, () => record(deps, ticket, draft, kind, share));

async function record(
  { store, clock }: { store: Pick<Queries, 'recordOutcome'>; clock: Clock },
  ticket: TicketRow,
  draft: Draft,
  kind: OutcomeKind,
  share: number | null,
): Promise<void> {
  await store.recordOutcome({
    ticketId: ticket.id,
    draftId: draft.id,
    category: categoryOf(draft, ticket),
    kind,
    error: kind === 'unchanged' || kind === 'retouched' ? 0 : 1,
    confidence: draft.confidence,
    editShare: share,
    at: clock.now(),
  });
}

/** The customer's words that a draft answered: those since the reply before it. */
async function askedText({ store }: LearnDeps, ticket: TicketRow, upToSeq: number): Promise<string> {
  const messages = (await store.messagesOf(ticket.id)).filter((message) => message.seq <= upToSeq);
  const lastReply = messages.findLastIndex((message) => message.direction === 'outbound');
  const asked = messages
    .slice(lastReply + 1)
    .filter((message) => message.direction === 'inbound' && !message.automatic);
  return [ticket.subject, ...asked.map((message) => message.text)]
    .filter(Boolean)
    .join('\n')
    .slice(0, 20_000);
}
