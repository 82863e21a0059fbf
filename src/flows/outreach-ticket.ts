// The ticket that a message of ours opens: made when the message is committed, and ended when it does not leave after all.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { Contact, EventRow } from '../infra/db/queries/outreach.ts';
import type { OutboxRow } from '../infra/db/queries/work.ts';
import { outreachObstacle, reportedInWords, settledInWords } from '../insights/outreach.ts';
import { daysBefore } from '../model/duration.ts';
import type { OutreachKind } from '../model/outreach.ts';
import { proposalKey, type Recipient } from '../model/proposal.ts';
import { ticketKey } from '../model/ticket.ts';
import type { FlowDeps } from './deps.ts';
import { quietUntil } from './quiet-hours.ts';

type OutreachDeps = Pick<FlowDeps, 'clock' | 'settings' | 'channels'>;

/** Who named an error to us within so many days before it came again need not be asked about it. */
const REPORTED_DAYS = 30;
/** Channels on which nobody may be listening any more: mail goes before them. */
const LIVE = new Set(['livechat', 'chat']);

/** Where a customer is written to first: where they wrote last, else by e-mail; null when nothing reaches them. */
export function outreachChannel(
  { channels }: Pick<OutreachDeps, 'channels'>,
  { lastChannel, email }: Pick<Contact, 'lastChannel' | 'email'>,
): string | null {
  const last = lastChannel !== null && channels.has(lastChannel) ? lastChannel : null;
  if (last !== null && !LIVE.has(last)) return last;
  return email !== null && channels.has('email') ? 'email' : last;
}

/** Why this customer is not written to about this event, in words; null when they may be. */
export async function obstacleTo(
  tx: Queries,
  deps: OutreachDeps,
  reason: { contact: Contact; event: EventRow; kind: OutreachKind },
): Promise<string | null> {
  const { contact, event, kind } = reason;
  const { upsetTicketId, openProposalId } = contact;
  const settled = await tx.settledBy(event, kind);
  if (settled) return settledInWords(settled.type);
  if (kind === 'repeated_error') {
    const code = String(event.data.code ?? '');
    const report = await tx.reportOfError({ ...contact, code }, daysBefore(event.at, REPORTED_DAYS));
    if (report) return reportedInWords({ ...report, ticket: ticketKey(report.ticketId) });
  }
  return outreachObstacle({
    ...contact,
    channel: outreachChannel(deps, contact),
    upsetTicket: upsetTicketId === null ? null : ticketKey(upsetTicketId),
    openProposal: openProposalId === null ? null : proposalKey(openProposalId),
    at: event.at,
    now: deps.clock.now(),
    perCustomerDays: deps.settings.outreach.perCustomerDays,
  });
}

/** When a message may leave that is approved now: the end of the quiet hours, if we are in them. */
export function leavesAt({ clock, settings }: Pick<OutreachDeps, 'clock' | 'settings'>): Date | null {
  const { quietHours } = settings.outreach;
  return quietHours ? quietUntil(clock.now(), quietHours, settings.workspace.timeZone) : null;
}

/** Opens the ticket of one recipient, after everything was checked once more; else why it is not sent, in words. */
export async function openOutreachTicket(
  tx: Queries,
  deps: OutreachDeps,
  proposal: { id: number; subjects: Record<string, string> | null },
  recipient: Recipient,
): Promise<TicketRow | { obstacle: string }> {
  const { customerId, language } = recipient;
  // From here on messages to and from this customer wait, so that a limit holds for two at once, too.
  const conversationId = await tx.lockConversation(customerId);
  const about = await tx.outreachOf(proposal.id, customerId);
  const contact = await tx.contactOf(customerId, proposal.id);
  if (!about || !contact) return { obstacle: 'it is not known any more what this is about' };
  const obstacle = await obstacleTo(tx, deps, { ...about, contact });
  if (obstacle !== null) return { obstacle };
  return tx.createTicket({
    conversationId,
    customerId,
    channel: outreachChannel(deps, contact) ?? recipient.channel,
    subject: proposal.subjects?.[language] ?? null,
    outreach: about.kind,
    createdAt: deps.clock.now(),
  });
}

/** Why a message of ours that waited, for the end of the quiet hours say, is not to leave any more; null for all others. */
export async function obstacleToLeaving(
  deps: OutreachDeps & Pick<FlowDeps, 'store'>,
  { ticketId, key }: Pick<OutboxRow, 'ticketId' | 'key'>,
): Promise<string | null> {
  const { store } = deps;
  const ticket = await store.getTicket(ticketId);
  const first = ticket?.outreach ? await store.recipientOfReply(ticket.customerId, key) : null;
  if (!ticket || !first) return null;
  const [about, contact] = await Promise.all([
    store.outreachOf(first.proposalId, ticket.customerId),
    store.contactOf(ticket.customerId, first.proposalId),
  ]);
  return about && contact && obstacleTo(store, deps, { ...about, contact });
}

/** Ends the ticket of a message that did not leave, and says on its card why. */
export async function noteNotSent(
  tx: Queries,
  { ticket, row, reason, now }: { ticket: TicketRow; row: OutboxRow; reason: string; now: Date },
): Promise<void> {
  await tx.moveDraft(row.draftId, 'approved', 'superseded');
  await tx.updateTicket(ticket.id, { status: 'resolved', resolution: 'rejected', resolvedAt: now });
  const recipient = await tx.recipientOfReply(ticket.customerId, row.key);
  if (!recipient) return;
  await tx.updateRecipient(recipient.id, { state: 'held', reason });
  await tx.updateProposal(recipient.proposalId, {});
}
