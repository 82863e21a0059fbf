// Step 5: a decision of an agent on a ticket: checked, compared-and-set and written in one transaction.
import type { Decision } from '../model/decision.ts';
import type { Draft } from '../model/draft.ts';
import { AppError, errorText, hasCode } from '../model/errors.ts';
import { ticketKey } from '../model/ticket.ts';
import { addNote } from './add-note.ts';
import { insertAgentDraft } from './agent-draft.ts';
import { type Actor, rightRefusal } from './agents.ts';
import { putIntoCluster } from './cluster-correct.ts';
import { commitReply } from './commit-reply.ts';
import { type Case, conflict, type DecideResult, done, invalid, record, stale } from './decision-case.ts';
import { type FlowDeps, UNRESOLVED } from './deps.ts';
import { learnFromDecision } from './learn.ts';
import { draftWanted, redraft } from './redraft.ts';
import { undo } from './undo.ts';
import { arrived, retry } from './unsettled.ts';

interface DecideRequest {
  ticketId: number;
  draftVersion: number;
  decision: Decision;
}

/**
 * Carries out one decision. `draftVersion` is the version that the agent was looking at; decisions that send
 * something are refused unless it is still the pending one. Afterwards the ticket's cards and the outbox are woken.
 */
export async function decide(
  deps: FlowDeps,
  request: DecideRequest & { actor: Actor | null },
): Promise<DecideResult> {
  const { ticketId, draftVersion, actor, decision } = request;
  const refused = rightRefusal(deps.settings, actor, decision.kind);
  if (refused || !actor) return { ok: false, code: 'forbidden', message: refused ?? '' };
  const fault = checkAgainstWorkspace(deps, decision);
  if (fault) return invalid(fault);

  let result: DecideResult;
  try {
    result = await deps.store.transaction(async (tx) => {
      const ticket = await tx.lockTicket(ticketId);
      if (!ticket) throw new AppError('not_found', `There is no ticket ${ticketKey(ticketId)}.`);
      const outside = rightRefusal(deps.settings, actor, decision.kind, ticket.category);
      if (outside) return { ok: false, code: 'forbidden', message: outside };
      const draft = await tx.latestDraft(ticketId);
      return apply({ tx, deps, ticket, draft, actor }, decision, draftVersion);
    });
  } catch (error) {
    if (hasCode(error, 'not_found')) return { ok: false, code: 'not_found', message: error.message };
    if (hasCode(error, 'conflict')) return loser(deps, ticketId, draftVersion);
    throw error;
  }
  const outcome = result.ok ? 'done' : result.code;
  deps.metrics.count('decisions_made', { kind: decision.kind, outcome });
  if (!result.ok) return result;
  deps.log.info({ ticketId, draftVersion, decision: decision.kind, by: actor.name }, 'decision made');
  // The agent does not wait for the queue; what it loses, the sweeper finds.
  if (result.sendAfter) void deps.wake.outbox(result.sendAfter);
  void deps.wake.ticket(ticketId, 1);
  // What is decided is decided: nothing that follows may tell the agent otherwise.
  await followUp(deps, request, actor).catch((error: unknown) =>
    deps.log.warn({ ticketId, reason: errorText(error) }, 'a decision was made, but not all that follows'),
  );
  return result;
}

async function followUp(deps: FlowDeps, request: DecideRequest, actor: Actor): Promise<void> {
  const { ticketId, draftVersion, decision } = request;
  if (decision.kind === 'link') await putIntoCluster(deps, { ticketId, bug: decision.issue, by: actor.name });
  await learnFromDecision(deps, ticketId, draftVersion, decision);
}

async function apply(at: Case, decision: Decision, draftVersion: number): Promise<DecideResult> {
  const { tx, deps, ticket, actor } = at;
  const now = deps.clock.now();
  switch (decision.kind) {
    case 'approve':
    case 'edit':
      return send(at, decision, draftVersion);
    case 'undo':
      return undo(at);
    case 'retry':
      return retry(at);
    case 'escalate': {
      const level = decision.priority;
      await record(at, decision, {
        escalatedTo: decision.to,
        assignee: null,
        status: ticket.status === 'sending' ? 'sending' : 'awaiting_agent',
        ...UNRESOLVED,
        ...(await draftWanted(at)),
        ...(level && ticket.priority && { priority: { ...ticket.priority, level }, priorityBy: actor.name }),
      });
      return done(`Escalated to ${decision.to}. What is known goes into the thread.`);
    }
    case 'take':
      if (ticket.assignee && ticket.assignee !== actor.name) return taken(at);
      await record(at, decision, { assignee: actor.name });
      return done(`${ticketKey(ticket.id)} is yours.`);
    case 'assign': {
      const assignee = deps.settings.agents.find((agent) => agent.email === decision.to)?.name ?? decision.to;
      await record(at, decision, { assignee });
      return done(`Assigned to ${assignee}.`);
    }
    case 'release':
      await record(at, decision, { assignee: null });
      return done('Back in the queue.');
    case 'snooze': {
      const until = new Date(decision.until);
      if (until <= now)
        return invalid(`"until" is ${decision.until}, which is in the past; choose a later time.`);
      if (await isSending(at)) return invalid('A reply is on its way; snooze when it has left.');
      const snoozed = { status: 'snoozed', snoozedUntil: until, ...UNRESOLVED } as const;
      await record(at, decision, { ...snoozed, ...(await draftWanted(at)) });
      return done(null);
    }
    case 'reclassify': {
      await record(at, decision, {
        category: decision.category,
        categoryBy: actor.name,
        draftedSeq: redraft(ticket),
      });
      return done('Category changed; a new draft is being written.');
    }
    case 'prioritise': {
      const priority = { ...(ticket.priority ?? { score: 0, factors: [] }), level: decision.priority };
      await record(at, decision, { priority, priorityBy: actor.name });
      return done(null);
    }
    case 'link':
      await record(at, decision, { bugLink: decision.issue });
      return done('Linked.');
    case 'flag':
      await record(at, decision, {});
      return done('Thank you: flagged, and counted against this kind of draft.');
    case 'note':
      await addNote(at, decision.text);
      await record(at, decision, {});
      return done(null);
    case 'resolve':
      if (await isSending(at)) return invalid('A reply is on its way; resolve when it has left.');
      if (await arrived(at, decision)) return done('Marked as sent. The customer has written since then.');
      await tx.retirePending(ticket.id, 'superseded');
      await record(at, decision, {
        status: 'resolved',
        resolvedAt: now,
        resolution: null,
        snoozedUntil: null,
      });
      return done(null);
    case 'reject':
      if (await isSending(at)) return invalid('A reply is on its way; undo it first.');
      if ((await tx.latestOutbox(ticket.id))?.status === 'unknown')
        return invalid('A reply may have left: send it again or mark it as sent first.');
      await tx.retirePending(ticket.id, 'rejected');
      await record(at, decision, {
        status: 'resolved',
        resolution: 'rejected',
        resolvedAt: now,
        snoozedUntil: null,
      });
      return done(null);
  }
}

/** Approve or edit: only on the pending version that the agent saw. */
async function send(
  at: Case,
  decision: Extract<Decision, { kind: 'approve' | 'edit' }>,
  draftVersion: number,
): Promise<DecideResult> {
  const { tx, deps, ticket, actor } = at;
  const draft =
    decision.kind === 'edit' ? ((await ownWords(at, decision.text, draftVersion)) ?? at.draft) : at.draft;
  if (!draft) return stale('There is no draft yet.');
  if (ticket.inboundSeq > draft.basedOnSeq && draft.status !== 'approved')
    return stale('The customer wrote again. A new draft takes it into account; please look at that one.');
  if (draft === at.draft && (draft.version !== draftVersion || draft.status !== 'pending')) {
    if (draft.version > draftVersion && draft.status === 'pending')
      return stale(`Version ${draft.version} has replaced the draft you saw. Please look at that one.`);
    throw new AppError('conflict', 'Somebody else decided first.');
  }
  if (decision.kind === 'approve' && !draft.text.trim())
    return invalid('The draft is empty; write the reply with Edit.');
  const text = decision.kind === 'edit' ? decision.text : draft.text;
  const by = { name: actor.name, email: actor.email };
  const sendAfter = await commitReply(tx, deps, { ticket, draft, text, decision, by });
  return { ok: true, notice: null, sendAfter };
}

/** Where there is no draft (spam, an engine out of order), or it failed to leave, the agent's words are a version of their own. */
async function ownWords(
  { tx, deps, ticket, draft, actor }: Case,
  text: string,
  seen: number,
): Promise<Draft | null> {
  if (seen !== (draft?.version ?? 0)) return null;
  const failed = draft !== null && (await tx.latestOutbox(ticket.id))?.status === 'failed';
  const current = draft !== null && draft.basedOnSeq >= ticket.inboundSeq;
  if (draft && !(failed && current && draft.status === 'approved')) return null;
  return insertAgentDraft(tx, { ticket, before: draft, text, author: actor.name, now: deps.clock.now() });
}

/** A reply that waits or is on the wire, whatever the ticket's status says. */
async function isSending({ tx, ticket }: Case): Promise<boolean> {
  return ticket.status === 'sending' || tx.isSending(ticket.id);
}

/** Faults that only the workspace's settings can tell. */
function checkAgainstWorkspace(deps: FlowDeps, decision: Decision): string | null {
  if (decision.kind === 'reclassify' && !deps.taxonomy.categories.some(({ id }) => id === decision.category))
    return `"category" is "${decision.category}", which is not in the taxonomy; one of: ${deps.taxonomy.categories.map(({ id }) => id).join(', ')}.`;
  const { agents } = deps.settings;
  if (decision.kind === 'assign' && agents.length > 0 && !agents.some(({ email }) => email === decision.to))
    return `"to" is "${decision.to}", who is not an agent; one of: ${agents.map(({ email }) => email).join(', ')}.`;
  return null;
}

/** Decisions after which a draft is nobody else's to decide on, in words. */
const SETTLING: Partial<Record<Decision['kind'], string>> = {
  approve: 'approved',
  edit: 'edited and sent',
  reject: 'closed',
  resolve: 'resolved',
};

/** Tells the loser of a race who won, and when. */
async function loser(deps: FlowDeps, ticketId: number, draftVersion: number): Promise<DecideResult> {
  const decisions = await deps.store.decisionsOf(ticketId);
  const winner = decisions.findLast((one) => one.draftVersion === draftVersion && one.kind in SETTLING);
  if (!winner) return stale('This draft is no longer current; please look at the card again.');
  const zone = deps.settings.workspace.timeZone;
  const at = winner.at.toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  const { by } = winner;
  return conflict(`${by} ${SETTLING[winner.kind]} this at ${at}. Nothing more was sent.`, {
    by,
    at: winner.at,
  });
}

function taken({ ticket }: Case): DecideResult {
  return conflict(`${ticket.assignee} has taken it already.`, { by: ticket.assignee ?? undefined });
}
