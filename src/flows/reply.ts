// Step 6: sends what the outbox holds, once, in order within a conversation, and tells the ticket how it went.
import type { OutboxRow } from '../infra/db/queries/work.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { OutboundReply, SendResult } from '../model/message.ts';
import type { IntakeChannel } from '../ports.ts';
import { BOT, type FlowDeps } from './deps.ts';
import { learnFromSent } from './learn.ts';

/** How long a worker owns a row; longer than a send may take, so that a lease never ends in mid-send. */
const LEASE_MS = 60_000;
const SEND_LIMIT_MS = 30_000;
/** Attempts before a reply comes back to the agent, and the pauses between them. */
const ATTEMPTS = 6;
const BACKOFF_MS = 5_000;

/** Sends every reply that is due and head of line; returns when there is none left. */
export async function sendDue(deps: FlowDeps): Promise<void> {
  for (;;) {
    const row = await deps.store.claimOutbox(deps.clock.now(), LEASE_MS);
    if (!row) break;
    await attempt(deps, row);
  }
  const next = await deps.store.nextSendAfter();
  if (next && next > deps.clock.now()) await deps.wake.outbox(next);
}

/** Settles replies whose worker died in mid-send: looked up where the provider can tell, else an agent is asked. */
export async function recoverAbandoned(deps: FlowDeps): Promise<void> {
  for (;;) {
    const row = await deps.store.abandonedOutbox(deps.clock.now(), LEASE_MS);
    if (!row) return;
    deps.log.warn({ ticketId: row.ticketId, key: row.key }, 'a reply was left in mid-send');
    await settleUnknown(deps, row, 'the process that sent it ended');
  }
}

async function attempt(deps: FlowDeps, row: OutboxRow): Promise<void> {
  const { log, clock } = deps;
  const channel = deps.channels.get(row.channel);
  if (!channel) return fail(deps, row, `The channel "${row.channel}" is not set up.`);
  const signal = AbortSignal.timeout(SEND_LIMIT_MS);
  try {
    const result = await withinLimit(channel.send(await outbound(deps, row), signal), signal);
    await finishSent(deps, row, result);
  } catch (error) {
    const known = error instanceof AppError ? error : null;
    log.warn(
      { ticketId: row.ticketId, key: row.key, attempt: row.attempts, reason: errorText(error) },
      'reply not sent',
    );
    if (known?.code === 'outcome_unknown') return settleUnknown(deps, row, errorText(error));
    const mayRetry = known?.retryable ?? false;
    if (!mayRetry || row.attempts >= ATTEMPTS) return fail(deps, row, errorText(error));
    const pause = Math.max(known?.retryAfterMs ?? 0, BACKOFF_MS * 2 ** (row.attempts - 1));
    await queueAgain(deps, row, new Date(clock.now().getTime() + pause), errorText(error));
  }
}

async function outbound(deps: FlowDeps, row: OutboxRow): Promise<OutboundReply> {
  const { store } = deps;
  const ticket = await store.getTicket(row.ticketId);
  if (!ticket) throw new AppError('ticket_missing', `ticket ${row.ticketId} does not exist`);
  const [to, { thread, threadId }, customer] = await Promise.all([
    store.addressesOf(ticket.customerId),
    store.threadContext(ticket.id, row.channel),
    store.getCustomer(ticket.customerId),
  ]);
  return {
    key: row.key,
    ticketId: ticket.id,
    to: { ...to, name: customer.name ?? undefined },
    subject: ticket.subject,
    text: row.text,
    by: row.by,
    thread: threadId ? { threadId, ...thread } : thread,
  };
}

async function finishSent(deps: FlowDeps, row: OutboxRow, result: SendResult): Promise<void> {
  const { store, clock } = deps;
  const { channel } = row;
  const mine = await store.transaction(async (tx) => {
    const now = clock.now();
    if (
      !(await tx.finishAttempt(row, {
        status: 'sent',
        providerId: result.providerId,
        sentAt: now,
        lastError: null,
      }))
    )
      return false;
    const ticket = await tx.lockTicket(row.ticketId);
    const draft = (await tx.draftsOf(row.ticketId)).find((candidate) => candidate.id === row.draftId);
    if (!ticket || !draft) return false;
    await tx.moveDraft(row.draftId, 'approved', 'sent');
    const { seq } = await tx.nextSeq(ticket.customerId);
    const { threadId } = await tx.threadContext(row.ticketId, row.channel);
    await tx.insertMessage({
      conversationId: row.conversationId,
      ticketId: row.ticketId,
      seq,
      direction: 'outbound',
      channel: row.channel,
      externalId: result.providerId,
      threadId: result.threadId ?? threadId,
      author: row.by,
      text: row.text,
      at: now,
      receivedAt: now,
    });
    // The customer may have written while the reply was on the wire: then the ticket is still open.
    const asked = ticket.inboundSeq > draft.basedOnSeq;
    const resolved = row.resolveAfter && !asked;
    await tx.updateTicket(row.ticketId, {
      status: asked
        ? ticket.inboundSeq > ticket.draftedSeq
          ? 'open'
          : 'awaiting_agent'
        : resolved
          ? 'resolved'
          : 'awaiting_customer',
      ...(resolved && { resolvedAt: now }),
      firstResponseAt: ticket.firstResponseAt ?? now,
      repliedBy: row.by === BOT ? 'auto' : row.text === draft.text && !draft.author ? 'assisted' : 'agent',
      failure: null,
    });
    return true;
  });
  if (!mine) return deps.log.warn({ key: row.key }, 'another worker settled this reply');
  deps.log.info({ ticketId: row.ticketId, key: row.key, channel, attempt: row.attempts }, 'reply sent');
  deps.metrics.count('replies_settled', { channel, status: 'sent' });
  await deps.wake.ticket(row.ticketId, 1);
  await learnFromSent(deps, row);
}

/** The reply may have left. Providers that take the key are simply asked again; others are searched; failing that, an agent says. */
async function settleUnknown(deps: FlowDeps, row: OutboxRow, reason: string): Promise<void> {
  const { store, clock, channels, log } = deps;
  const channel = channels.get(row.channel);
  if (channel?.idempotent) return queueAgain(deps, row, new Date(clock.now().getTime() + BACKOFF_MS), reason);
  const found = channel ? await lookUp(deps, channel, row) : 'unknown';
  log.warn({ ticketId: row.ticketId, key: row.key, found }, 'outcome of a reply looked up');
  if (found === 'sent') return finishSent(deps, row, { providerId: row.providerId ?? row.key });
  if (found === 'not_sent') return queueAgain(deps, row, clock.now(), reason);
  const mine = await store.finishAttempt(row, { status: 'unknown', lastError: reason });
  if (!mine) return;
  deps.metrics.count('replies_settled', { channel: row.channel, status: 'unknown' });
  await store.updateTicket(row.ticketId, { status: 'awaiting_agent' });
  await deps.wake.ticket(row.ticketId, 1);
}

async function lookUp(
  deps: FlowDeps,
  channel: IntakeChannel,
  row: OutboxRow,
): Promise<'sent' | 'not_sent' | 'unknown'> {
  if (!channel.lookup) return 'unknown';
  const signal = AbortSignal.timeout(SEND_LIMIT_MS);
  try {
    return await withinLimit(channel.lookup(await outbound(deps, row), signal), signal);
  } catch (error) {
    deps.log.warn({ key: row.key, reason: errorText(error) }, 'look-up failed');
    return 'unknown';
  }
}

async function queueAgain(deps: FlowDeps, row: OutboxRow, sendAfter: Date, reason: string): Promise<void> {
  if (!(await deps.store.finishAttempt(row, { status: 'queued', sendAfter, lastError: reason }))) return;
  await deps.store.updateTicket(row.ticketId, {});
  await deps.wake.outbox(sendAfter);
  await deps.wake.ticket(row.ticketId);
}

/** The reply goes back to the agent with the reason and a retry. */
async function fail(deps: FlowDeps, row: OutboxRow, reason: string): Promise<void> {
  if (!(await deps.store.finishAttempt(row, { status: 'failed', lastError: reason }))) return;
  deps.metrics.count('replies_settled', { channel: row.channel, status: 'failed' });
  await deps.store.updateTicket(row.ticketId, { status: 'awaiting_agent' });
  await deps.wake.ticket(row.ticketId, 1);
}

/** A channel that ignores its signal must not hold the worker: past the limit nobody knows whether it left. */
function withinLimit<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () =>
        reject(new AppError('outcome_unknown', `no answer within ${SEND_LIMIT_MS / 1000} s`)),
      );
    }),
  ]);
}
