// Step 6: sends what the outbox holds, once, in order within a conversation, and tells the ticket how it went.
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import type { OutboxRow } from '../infra/db/queries/work.ts';
import { withSignal } from '../model/deadline.ts';
import { AppError, errorText } from '../model/errors.ts';
import type { OutboundReply, SendResult } from '../model/message.ts';
import type { IntakeChannel } from '../ports.ts';
import { callBackIfStale } from './call-back.ts';
import type { FlowDeps } from './deps.ts';
import { learnFromSent } from './learn.ts';
import { noteNotSent, obstacleToLeaving } from './outreach-ticket.ts';
import { recordSent } from './record-sent.ts';

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

/** Settles replies whose worker died in mid-send: sent again where the key makes that harmless, else looked up, else an agent is asked. */
export async function recoverAbandoned(deps: FlowDeps): Promise<void> {
  // Clocks jump: a lease that is over proves nothing while its worker still holds the row.
  for (const id of await deps.store.abandonedOutbox(deps.clock.now(), LEASE_MS))
    await deps.withReply(id, async () => {
      const row = await deps.store.takeOver(id, deps.clock.now(), LEASE_MS);
      if (!row) return;
      deps.log.warn({ ticketId: row.ticketId, key: row.key }, 'a reply was left in mid-send');
      await settleUnknown(deps, row, 'the process that sent it ended');
    });
}

async function attempt(deps: FlowDeps, row: OutboxRow): Promise<void> {
  await deps.withReply(row.id, async () => {
    if (!(await deps.store.holdsClaim(row))) return;
    const outcome = await send(deps, row);
    // Outside of the try: what goes wrong from here on does not mean that the reply has not left.
    if ('providerId' in outcome) return finishSent(deps, row, outcome);
    if ('obstacle' in outcome) return dropFirst(deps, row, outcome.obstacle);
    const { error } = outcome;
    const reason = errorText(error);
    deps.log.warn({ ticketId: row.ticketId, key: row.key, attempt: row.attempts, reason }, 'reply not sent');
    const known = error instanceof AppError ? error : null;
    if (known?.code === 'outcome_unknown') return settleUnknown(deps, row, reason);
    if (known?.retryable) return tryLater(deps, row, reason, { wishMs: known.retryAfterMs });
    await giveBack(deps, row, 'failed', reason);
  });
}

async function send(
  deps: FlowDeps,
  row: OutboxRow,
): Promise<SendResult | { error: unknown } | { obstacle: string }> {
  const channel = deps.channels.get(row.channel);
  if (!channel)
    return { error: new AppError('channel_missing', `The channel "${row.channel}" is not set up.`) };
  try {
    // A later attempt is about a message that may have left.
    const obstacle = row.attempts > 1 ? null : await readable(() => obstacleToLeaving(deps, row));
    if (obstacle !== null) return { obstacle };
    const reply = await outbound(deps, row);
    return await withinLimit((signal) => channel.send(reply, signal));
  } catch (error) {
    return { error };
  }
}

/** Throws a retryable AppError while the database cannot answer: nothing has left then. */
async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new AppError('reply_unreadable', errorText(error), { retryable: true, cause: error });
  }
}

function outbound({ store, unsubscribeLink }: FlowDeps, row: OutboxRow): Promise<OutboundReply> {
  return readable(async () => {
    const ticket = await store.getTicket(row.ticketId);
    if (!ticket) throw new Error(`ticket ${row.ticketId} does not exist`);
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
      // Once they have answered it is a conversation like any other.
      ...(ticket.outreach &&
        ticket.inboundSeq === 0 && { unsubscribe: { url: unsubscribeLink(customer.id) } }),
    };
  });
}

async function finishSent(deps: FlowDeps, row: OutboxRow, result: SendResult): Promise<void> {
  const { log, metrics, wake } = deps;
  const now = deps.clock.now();
  const { channel } = row;
  const { providerId } = result;
  const mine = await settle(
    deps,
    row,
    { status: 'sent', providerId, sentAt: now, lastError: null },
    (tx, ticket) => recordSent(tx, { ticket, row, result, now }),
  );
  if (!mine) return;
  log.info({ ticketId: row.ticketId, key: row.key, channel, attempt: row.attempts }, 'reply sent');
  await wake.ticket(row.ticketId, 1);
  await learnFromSent(deps, row).catch((error: unknown) =>
    log.warn({ ticketId: row.ticketId, reason: errorText(error) }, 'nothing learned from a reply'),
  );
  metrics.count('replies_settled', { channel, status: 'sent' });
}

/** The reply may have left. Providers that take the key are simply asked again; others are searched; failing that, an agent says. */
async function settleUnknown(deps: FlowDeps, row: OutboxRow, reason: string): Promise<void> {
  const channel = deps.channels.get(row.channel);
  if (channel?.idempotent) return tryLater(deps, row, reason, { mayHaveLeft: true });
  const found = channel ? await lookUp(deps, channel, row) : 'unknown';
  deps.log.warn({ ticketId: row.ticketId, key: row.key, found }, 'outcome of a reply looked up');
  if (found === 'sent') return finishSent(deps, row, { providerId: row.providerId ?? row.key });
  if (found === 'not_sent') return tryLater(deps, row, reason);
  await giveBack(deps, row, 'unknown', reason);
}

async function lookUp(
  deps: FlowDeps,
  { lookup }: IntakeChannel,
  row: OutboxRow,
): Promise<'sent' | 'not_sent' | 'unknown'> {
  if (!lookup) return 'unknown';
  try {
    const reply = await outbound(deps, row);
    return await withinLimit((signal) => lookup(reply, signal));
  } catch (error) {
    deps.log.warn({ key: row.key, reason: errorText(error) }, 'look-up failed');
    return 'unknown';
  }
}

/**
 * Sends again after a pause, or gives back what was tried too often. A reply that certainly has not left goes
 * back to the agent when the customer has written meanwhile.
 */
async function tryLater(
  deps: FlowDeps,
  row: OutboxRow,
  reason: string,
  { wishMs = 0, mayHaveLeft = false }: { wishMs?: number | undefined; mayHaveLeft?: boolean } = {},
): Promise<void> {
  if (row.attempts >= ATTEMPTS) return giveBack(deps, row, mayHaveLeft ? 'unknown' : 'failed', reason);
  const pause = Math.max(wishMs, BACKOFF_MS * 2 ** (row.attempts - 1));
  const sendAfter = new Date(deps.clock.now().getTime() + pause);
  const again = { status: 'queued', sendAfter, lastError: reason } as const;
  const mine = await settle(deps, row, again, async (tx, ticket) => {
    await tx.updateTicket(ticket.id, {});
    if (!mayHaveLeft) await callBackIfStale(tx, ticket, row);
  });
  if (!mine) return;
  await deps.wake.outbox(sendAfter);
  await deps.wake.ticket(row.ticketId);
}

/** A message that we write first, and that nobody would send any more: its ticket ends with it. */
async function dropFirst(deps: FlowDeps, row: OutboxRow, reason: string): Promise<void> {
  const mine = await settle(deps, row, { status: 'cancelled', lastError: reason }, (tx, ticket) =>
    noteNotSent(tx, { ticket, row, reason, now: deps.clock.now() }),
  );
  if (!mine) return;
  deps.log.info({ ticketId: row.ticketId, key: row.key, reason }, 'message of ours not sent');
  await deps.wake.ticket(row.ticketId, 1);
  await deps.wake.outreach();
}

/** The reply goes back to an agent: one that failed with its reason, one of unknown outcome with a question. */
async function giveBack(
  deps: FlowDeps,
  row: OutboxRow,
  status: 'failed' | 'unknown',
  reason: string,
): Promise<void> {
  const mine = await settle(deps, row, { status, lastError: reason }, (tx, ticket) =>
    tx.updateTicket(ticket.id, ticket.status === 'sending' ? { status: 'awaiting_agent' } : {}),
  );
  if (!mine) return;
  deps.metrics.count('replies_settled', { channel: row.channel, status });
  await deps.wake.ticket(row.ticketId, 1);
}

/** Ends an attempt together with what follows from it for the ticket; false when another worker has the row now. */
async function settle(
  deps: FlowDeps,
  row: OutboxRow,
  patch: Parameters<Queries['finishAttempt']>[1],
  then: (tx: Queries, ticket: TicketRow) => Promise<void>,
): Promise<boolean> {
  const mine = await deps.store.transaction(async (tx) => {
    const ticket = await tx.lockTicket(row.ticketId);
    if (!ticket || !(await tx.finishAttempt(row, patch))) return false;
    await then(tx, ticket);
    return true;
  });
  if (!mine) deps.log.warn({ ticketId: row.ticketId, key: row.key }, 'another worker settles this reply');
  return mine;
}

/** A channel that ignores its signal must not hold the worker: past the limit nobody knows whether it left. */
function withinLimit<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = () => new AppError('outcome_unknown', `no answer within ${SEND_LIMIT_MS / 1000} s`);
  return withSignal(SEND_LIMIT_MS, work, late);
}
