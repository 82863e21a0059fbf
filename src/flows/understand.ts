// Steps 2 and 3: gather context, analyse, prioritise, draft, choose the route, and commit it all if nothing newer came.
import { dayOf, inWords, monthly, valueWords } from '../cards/words.ts';
import { chooseRoute } from '../engine/policy.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import { type Analysis, SPAM } from '../model/analysis.ts';
import type { ContextFacts, Customer } from '../model/customer.ts';
import type { DraftProposal, Mode, Reason } from '../model/draft.ts';
import { errorText, hasCode } from '../model/errors.ts';
import { voiceOf } from '../model/tone.ts';
import type { EngineInput } from '../ports.ts';
import { commitReply } from './commit-reply.ts';
import { BOT, type FlowDeps } from './deps.ts';
import { knownIssue, withKnownIssue } from './known-issue.ts';
import { learnFromFollowUp } from './learn.ts';
import { contactsOf, priorityOf } from './prioritise.ts';

/** How long one context source may take; a slow one is named on the card instead of delaying it. */
const SOURCE_LIMIT_MS = 3_000;

/**
 * Brings a ticket's understanding and draft up to its newest message. Commits nothing when the customer or
 * an agent changed the ticket meanwhile: the caller looks again. Answers when a reply is to leave, if the
 * policy has sent one.
 */
export async function understand(deps: FlowDeps, ticket: TicketRow): Promise<Date | null> {
  const { store, engine, clock, settings, taxonomy } = deps;
  const [customer, messages, contacts] = await Promise.all([
    store.getCustomer(ticket.customerId),
    store.messagesOf(ticket.id, 30),
    contactsOf(deps, ticket),
  ]);
  const spoken = messages.filter((message) => !message.automatic && message.direction !== 'note');
  const input: EngineInput = {
    ticketId: ticket.id,
    subject: ticket.subject,
    messages: spoken.map(({ direction, text, at, attachments }) => ({
      direction,
      text,
      at,
      files: attachments.map(({ name }) => name),
    })),
    customer,
    channel: ticket.channel,
    contacts,
  };

  const [context, understood] = await Promise.all([gatherContext(deps, customer), engine.analyse(input)]);
  const analysis: Analysis =
    ticket.categoryBy && ticket.category
      ? { ...understood, category: ticket.category, categoryConfidence: 1 }
      : understood;
  await learnFromFollowUp(deps, ticket, analysis.frustration);
  const spam = analysis.spam >= SPAM && !ticket.categoryBy;
  const priority = await priorityOf(deps, ticket, { analysis, customer, contacts });
  const [outcomes, calibration, mode] = await Promise.all([
    store.outcomesOf(analysis.category),
    store.calibration(),
    modeOf(deps, analysis.category),
  ]);
  const category = taxonomy.categories.find((candidate) => candidate.id === analysis.category);
  const voice = voiceOf(settings.replies, settings.workspace.signature, category?.team);
  const drafted = spam
    ? null
    : await propose(deps, ticket, {
        ...input,
        ...voice,
        analysis,
        context,
        calibration,
        history: {
          reviewed: outcomes.length,
          unchanged: outcomes.filter((outcome) => outcome.unchanged).length,
        },
      });
  // A rewrite of what was said about it stays in the agent's words.
  const issue = drafted && ticket.instructions.length === 0 ? await knownIssue(deps, ticket.id) : null;
  const { signature } = voice;
  const proposal =
    drafted && issue ? withKnownIssue(drafted, issue, { analysis, customer, signature }) : drafted;

  const routing =
    proposal &&
    chooseRoute({
      analysis,
      proposal,
      mode,
      neverAuto: category?.neverAuto ?? false,
      assignee: ticket.assignee,
      risk: settings.modes.risk,
      customer,
      outcomes,
    });

  if (routing) deps.metrics.count('drafts_written', { route: routing.route });
  return store.transaction(async (tx) => {
    const current = await tx.lockTicket(ticket.id);
    // Somebody wrote or asked for another version meanwhile: this work is out of date.
    if (!current || current.inboundSeq !== ticket.inboundSeq || current.draftedSeq !== ticket.draftedSeq)
      return null;
    const now = clock.now();
    await tx.retirePending(ticket.id, 'superseded');
    // Nobody waits for an answer any more on a ticket that was closed meanwhile.
    const draft =
      proposal && routing && current.status !== 'resolved'
        ? await tx.insertDraft({
            ...proposal,
            ticketId: ticket.id,
            routing,
            basedOnSeq: ticket.inboundSeq,
            createdAt: now,
          })
        : null;
    await tx.updateTicket(ticket.id, {
      analysis,
      context,
      priority,
      category: analysis.category,
      kind: analysis.kind,
      draftedSeq: ticket.inboundSeq,
      instructions: [],
      failure: null,
      retryAt: null,
      failures: 0,
      status: current.status === 'open' ? 'awaiting_agent' : current.status,
    });
    if (draft && routing?.route === 'auto' && !current.assignee && current.status === 'open')
      return commitReply(tx, deps, {
        ticket: current,
        draft,
        text: draft.text,
        decision: { kind: 'approve' },
        by: { name: BOT, email: null },
      });
    return null;
  });
}

/** Autonomy of a category: an operator's word from the database, else the configuration's. */
export async function modeOf(deps: Pick<FlowDeps, 'store' | 'settings'>, category: string): Promise<Mode> {
  const policies = await deps.store.policies();
  const own = (id: string) => policies.find((policy) => policy.category === id)?.mode;
  const { modes } = deps.settings;
  const parent = category.split('/')[0] ?? category;
  return (
    own(category) ?? modes.categories[category] ?? own(parent) ?? modes.categories[parent] ?? modes.default
  );
}

async function propose(
  deps: FlowDeps,
  ticket: TicketRow,
  input: Omit<Parameters<FlowDeps['engine']['draft']>[0], 'instructions' | 'previous'>,
): Promise<DraftProposal> {
  const rewriting = ticket.instructions.length > 0;
  const previous = rewriting ? await deps.store.latestDraft(ticket.id) : null;
  try {
    return await deps.engine.draft({
      ...input,
      instructions: ticket.instructions,
      previous: previous?.text ?? null,
      ...(previous ? { previousDraft: previous } : {}),
    });
  } catch (error) {
    if (!rewriting || !hasCode(error, 'cannot_rewrite')) throw error;
    // The draft stays as it was, and its card says why.
    const kept = previous ?? (await deps.engine.draft({ ...input, instructions: [], previous: null }));
    const { text, language, sources, confidence, answerable, engine, reasons } = kept;
    const why: Reason = { effect: 'down', text: error.message };
    return {
      text,
      language,
      sources,
      confidence,
      answerable,
      engine,
      reasons: [why, ...reasons].slice(0, 5),
    };
  }
}

/** What we and other systems know of a customer. A source that fails or is late says so, and delays nobody. */
async function gatherContext(deps: FlowDeps, customer: Customer): Promise<ContextFacts[]> {
  const own = ownFacts(customer, await deps.store.recentEvents(customer.id, 3));
  const others = await Promise.all(
    deps.sources.map(async (source): Promise<ContextFacts> => {
      const signal = AbortSignal.timeout(SOURCE_LIMIT_MS);
      try {
        const late = new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () =>
            reject(new Error(`no answer within ${SOURCE_LIMIT_MS / 1000} s`)),
          );
        });
        return await Promise.race([source.lookup(customer, signal), late]);
      } catch (error) {
        deps.log.warn(
          { source: source.id, customerId: customer.id, reason: errorText(error) },
          'context source failed',
        );
        return { source: source.id, facts: [], error: errorText(error) };
      }
    }),
  );
  return [own, ...others];
}

/** Facts of our own records, short enough for a card. */
function ownFacts(
  customer: Customer,
  events: { type: string; at: Date; data: Record<string, unknown> }[],
): ContextFacts {
  const { account } = customer;
  const facts: ContextFacts['facts'] = [];
  const add = (label: string, value: unknown) => {
    if (value !== null && value !== undefined && value !== '') facts.push({ label, value: String(value) });
  };
  add('Account', account?.name);
  add('Plan', account?.plan);
  add('Revenue', account?.mrr == null ? null : monthly(account.mrr));
  add('Renews', account?.renewalAt && dayOf(account.renewalAt));
  add('Seats', account?.seats);
  for (const [name, value] of Object.entries(customer.usage).slice(0, 6))
    add(inWords(name), valueWords(value));
  for (const event of events) add(inWords(event.type), dayOf(event.at));
  return { source: 'deskhand', facts };
}
