// Steps 2 and 3: gather context, analyse, prioritise, draft, choose the route, and commit it all if nothing newer came.
import { historyOf, scoreAgain } from '../engine/confidence.ts';
import { chooseRoute } from '../engine/policy.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import { type Analysis, SPAM } from '../model/analysis.ts';
import type { DraftProposal, Reason, RouteDecision } from '../model/draft.ts';
import { hasCode } from '../model/errors.ts';
import type { Priority } from '../model/ticket.ts';
import { voiceOf } from '../model/tone.ts';
import type { DraftInput, EngineInput } from '../ports.ts';
import { modeOf } from './autonomy.ts';
import { commitReply } from './commit-reply.ts';
import { gatherContext } from './context.ts';
import { BOT, type FlowDeps } from './deps.ts';
import { knownBug, withKnownBug } from './known-issue.ts';
import { learnFromFollowUp } from './learn.ts';
import { contactsOf, priorityOf } from './prioritise.ts';

/** Newest messages of a ticket that are read. */
const NEWEST = 30;

/**
 * Brings a ticket's understanding and draft up to its newest message. Commits nothing when the customer or
 * an agent changed the ticket meanwhile: the caller looks again. Answers when a reply is to leave, if the
 * policy has sent one.
 */
export async function understand(deps: FlowDeps, ticket: TicketRow): Promise<Date | null> {
  const input = await engineInputOf(deps, ticket);
  const { customer, contacts } = input;
  const [context, understood] = await Promise.all([
    gatherContext(deps, customer),
    deps.engine.analyse(input),
  ]);
  const analysis: Analysis =
    ticket.categoryBy && ticket.category
      ? { ...understood, category: ticket.category, categoryConfidence: 1 }
      : understood;
  await learnFromFollowUp(deps, ticket, analysis.frustration);
  const priority = await priorityOf(deps, ticket, { analysis, customer, contacts });
  const isSpam = analysis.spam >= SPAM && !ticket.categoryBy;
  const answer = isSpam ? null : await answerTo(deps, ticket, { ...input, analysis, context });
  if (answer) deps.metrics.count('drafts_written', { route: answer.routing.route });
  return commit(deps, ticket, { analysis, context, priority, answer });
}

/** What the engine is given of a ticket. */
export async function engineInputOf(deps: FlowDeps, ticket: TicketRow): Promise<EngineInput> {
  const [customer, messages, contacts] = await Promise.all([
    deps.store.getCustomer(ticket.customerId),
    deps.store.messagesOf(ticket.id, NEWEST),
    contactsOf(deps, ticket),
  ]);
  const spoken = messages.filter((message) => !message.automatic && message.direction !== 'note');
  return {
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
}

/** A draft, and what the policy does with it. */
interface Answer {
  proposal: DraftProposal;
  routing: RouteDecision;
}

async function answerTo(
  deps: FlowDeps,
  ticket: TicketRow,
  input: EngineInput & Pick<DraftInput, 'analysis' | 'context'>,
): Promise<Answer> {
  const { store, settings, taxonomy } = deps;
  const { analysis, customer } = input;
  const [outcomes, calibration, mode] = await Promise.all([
    store.outcomesOf(analysis.category),
    store.calibration(),
    modeOf(deps, analysis.category),
  ]);
  const category = taxonomy.categories.find(({ id }) => id === analysis.category);
  const voice = voiceOf(settings.replies, settings.workspace.signature, category?.team);
  const history = historyOf(outcomes);
  const drafted = await propose(deps, ticket, { ...input, ...voice, calibration, history });
  // A rewrite of what was said about it stays in the agent's words.
  const bug = ticket.instructions.length === 0 ? await knownBug(deps, ticket.id) : null;
  const { signature } = voice;
  const proposal = bug ? await withKnownBug(deps, drafted, bug, { analysis, customer, signature }) : drafted;
  const routing = chooseRoute({
    analysis,
    proposal,
    mode,
    // What is no topic any more has earned nothing.
    neverAuto: category?.neverAuto ?? true,
    assignee: ticket.assignee,
    risk: settings.modes.risk,
    customer,
    outcomes: scoreAgain(outcomes, calibration),
  });
  return { proposal, routing };
}

/** Writes it all down, and has the reply sent where the policy says so: answers when it leaves. */
async function commit(
  deps: FlowDeps,
  ticket: TicketRow,
  made: Pick<DraftInput, 'analysis' | 'context'> & { priority: Priority; answer: Answer | null },
): Promise<Date | null> {
  const { analysis, context, priority, answer } = made;
  return deps.store.transaction(async (tx) => {
    const current = await tx.lockTicket(ticket.id);
    // Somebody wrote or asked for another version meanwhile: this work is out of date.
    if (!current || current.inboundSeq !== ticket.inboundSeq || current.draftedSeq !== ticket.draftedSeq)
      return null;
    await tx.retirePending(ticket.id, 'superseded');
    // Nobody waits for an answer any more on a ticket that was closed meanwhile.
    const draft =
      answer && current.status !== 'resolved'
        ? await tx.insertDraft({
            ...answer.proposal,
            ticketId: ticket.id,
            routing: answer.routing,
            basedOnSeq: ticket.inboundSeq,
            createdAt: deps.clock.now(),
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
    const alone = draft?.routing.route === 'auto' && !current.assignee && current.status === 'open';
    if (!draft || !alone) return null;
    const by = { name: BOT, email: null };
    const decision = { kind: 'approve' } as const;
    return commitReply(tx, deps, { ticket: current, draft, text: draft.text, decision, by });
  });
}

async function propose(
  deps: FlowDeps,
  ticket: TicketRow,
  input: Omit<DraftInput, 'instructions' | 'previous'>,
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
