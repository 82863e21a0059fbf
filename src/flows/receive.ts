// Step 1: a customer's message becomes part of a conversation and a ticket, in one transaction, before anybody acknowledges it.
import { isOptOut } from '../engine/local/opt-out.ts';
import { isThanks } from '../engine/local/thanks.ts';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries } from '../infra/db/queries/index.ts';
import { withDeadline } from '../model/deadline.ts';
import { daysBefore } from '../model/duration.ts';
import { errorText } from '../model/errors.ts';
import type { InboundMessage, Receipt } from '../model/message.ts';
import { cleanLine, cleanText } from '../model/text.ts';
import type { Engine } from '../ports.ts';
import { callBack } from './call-back.ts';
import { type FlowDeps, UNRESOLVED } from './deps.ts';
import { optOut } from './opt-out.ts';

/** Closeness from which a message counts as being about the same problem. Chosen on the history of the sample workspace. */
const SAME_TOPIC = 0.5;
/** A chat line this soon after the last one goes on with the same problem, whatever its words, unless it names another thread. */
const CHAT_PAUSE_MS = 30 * 60_000;
const CHAT_CHANNELS = new Set(['livechat', 'slack', 'whatsapp', 'sms']);
/** How long the comparison of topics may hold up the acknowledgement. */
const TOPIC_LIMIT_MS = 1_500;

type ReceiveDeps = Pick<FlowDeps, 'store' | 'settings' | 'clock' | 'log' | 'metrics' | 'wake'> & {
  engine: Pick<Engine, 'similarity' | 'glance'>;
};

/**
 * Takes one message in. Idempotent on (channel, externalId). The receipt's ticket is null when the message
 * opened none: a thank-you or an automatic mail without a ticket.
 */
export async function receive(deps: ReceiveDeps, incoming: InboundMessage): Promise<Receipt> {
  const { store, clock, log, wake, engine } = deps;
  const message = cleaned(incoming, clock.now());
  const known = await store.findMessage(message.channel, message.externalId);
  if (known) return { ...known, duplicate: true };

  const topical = await sameTopicTicket(deps, message);
  const receipt = await store.transaction((tx) => append(tx, deps, message, topical));
  const { channel } = message;
  const { messageId, ticketId, duplicate } = receipt;
  deps.metrics.count('messages_received', { channel, duplicate: String(duplicate) });
  log.info({ channel, messageId, ticketId, duplicate }, 'message received');
  if (ticketId !== null && !duplicate) await wake.ticket(ticketId, engine.glance(message.text));
  return receipt;
}

function cleaned(raw: InboundMessage, now: Date): InboundMessage {
  const { name } = raw.customer;
  return {
    ...raw,
    text: cleanText(raw.text),
    fullText: raw.fullText === undefined ? undefined : cleanText(raw.fullText),
    subject: raw.subject === undefined ? undefined : cleanLine(raw.subject, 1_000),
    customer: { ...raw.customer, name: name === undefined ? undefined : cleanLine(name, 200) },
    // A sender's clock may be wrong; nothing was sent in the future.
    sentAt: raw.sentAt && raw.sentAt < now ? raw.sentAt : now,
  };
}

/** The customer's open ticket that this message is about, judged by its words; null when none fits. */
async function sameTopicTicket(deps: ReceiveDeps, message: InboundMessage): Promise<number | null> {
  if (message.automatic) return null;
  const customerId = await deps.store.findCustomerId(message.customer);
  if (customerId === null) return null;
  const words = wordsOf(message.subject, message.text);
  let best: { id: number; closeness: number } | null = null;
  for (const open of await deps.store.openTickets(customerId)) {
    const last = open.texts[0];
    if (!last) continue;
    const goesOn =
      CHAT_CHANNELS.has(message.channel) &&
      last.channel === message.channel &&
      (!message.threadId || !last.threadId || last.threadId === message.threadId) &&
      deps.clock.now().getTime() - last.at.getTime() < CHAT_PAUSE_MS;
    const about = wordsOf(open.subject, ...open.texts.map(({ text }) => text));
    const closeness = goesOn ? 1 : await closenessOf(deps, words, about);
    if (closeness >= SAME_TOPIC && (!best || closeness > best.closeness)) best = { id: open.id, closeness };
  }
  return best?.id ?? null;
}

/** As much as it takes to tell a topic. */
function wordsOf(...texts: (string | null | undefined)[]): string {
  return texts.filter(Boolean).join('\n').slice(0, 2_000);
}

/** The engine's word; where it is late or fails, none: acknowledging the message does not wait for it. */
async function closenessOf({ engine, log }: ReceiveDeps, a: string, b: string): Promise<number> {
  const asked = engine.similarity(a, b).catch((error: unknown) => {
    log.warn({ reason: errorText(error) }, 'topics could not be compared');
    return 0;
  });
  return withDeadline(TOPIC_LIMIT_MS, asked, () => new Error('late')).catch(() => 0);
}

/** Appends the message to its customer's conversation, and does to its ticket what it means for it. */
async function append(
  tx: Queries,
  deps: ReceiveDeps,
  message: InboundMessage,
  topical: number | null,
): Promise<Receipt> {
  const now = deps.clock.now();
  // A report of failed delivery comes from a mail server, but belongs to the customer whom we wrote to.
  const returned = message.automatic === 'bounce' ? await returnedReply(tx, message) : null;
  const customerId = returned?.ticket.customerId ?? (await tx.ensureCustomer(message.customer));
  // Deliveries of one message have waited for each other at the customer's address; a duplicate takes no number.
  const duplicate = await tx.findMessage(message.channel, message.externalId);
  if (duplicate) return { ...duplicate, duplicate: true };
  // From here on this conversation is ours until the commit, which is what makes `seq` and joining safe.
  const { conversationId, seq } = await tx.nextSeq(customerId);

  const thanks = isThanks(message.text) && !message.attachments?.length;
  const threadTicket =
    returned?.ticket ??
    (message.threadId ? await tx.ticketOfThread(conversationId, message.channel, message.threadId) : null);
  const reopenSince = daysBefore(now, deps.settings.tickets.reopenDays);
  const joined = await joinable(tx, threadTicket, topical, reopenSince);
  const silent = Boolean(message.automatic) || (thanks && (!joined || isAnswered(joined)));
  const opened =
    joined || silent
      ? null
      : await tx.createTicket({
          conversationId,
          customerId,
          channel: message.channel,
          subject: message.subject?.trim() || null,
          createdAt: now,
          inboundSeq: seq,
        });
  const target = joined ?? opened ?? threadTicket;
  const name = message.customer.name ?? (await tx.getCustomer(customerId)).name;
  const messageId = await insertInbound(tx, message, {
    conversationId,
    ticketId: target?.id ?? null,
    seq,
    author: name ?? message.customer.email ?? 'Customer',
    receivedAt: now,
  });

  if (target) {
    if (returned) await giveBack(tx, returned, message);
    else if (message.automatic) await tx.updateTicket(target.id, {});
    else if (silent) await settle(tx, target, now);
    else if (joined) await ask(tx, joined, seq, now);
  }
  // By an answer to a message of ours, or by the mail that its List-Unsubscribe asks for.
  const about = target?.outreach ? message.text : message.subject;
  if (!message.automatic && isOptOut(message.text) && isOptOut(about ?? ''))
    await optOut(tx, customerId, now);
  return { messageId, ticketId: target?.id ?? null, duplicate: false };
}

/** A ticket that a message may join: of its thread, unless that was resolved before `reopenSince`, else an unresolved one of its topic. */
async function joinable(
  tx: Queries,
  byThread: TicketRow | null,
  byTopic: number | null,
  reopenSince: Date,
): Promise<TicketRow | null> {
  const row = byThread && (await tx.lockTicket(byThread.id));
  if (row && (row.status !== 'resolved' || (row.resolvedAt && row.resolvedAt >= reopenSince))) return row;
  const topicRow = byTopic === null ? null : await tx.lockTicket(byTopic);
  return topicRow && topicRow.status !== 'resolved' ? topicRow : null;
}

async function insertInbound(
  tx: Queries,
  message: InboundMessage,
  entry: {
    conversationId: number;
    ticketId: number | null;
    seq: number;
    author: string;
    receivedAt: Date;
  },
): Promise<number> {
  const { channel, externalId, text, fullText } = message;
  const messageId = await tx.insertMessage({
    ...entry,
    direction: 'inbound',
    channel,
    externalId,
    threadId: message.threadId ?? null,
    subject: message.subject ?? null,
    text,
    fullText: fullText === text ? null : (fullText ?? null),
    automatic: message.automatic ?? null,
    thread: message.thread ?? null,
    at: message.sentAt ?? entry.receivedAt,
  });
  // The same provider id under another customer's conversation: the unique index has the last word.
  if (messageId === null) throw new Error(`message ${channel}/${externalId} was inserted twice`);
  await tx.insertAttachments(messageId, message.attachments ?? []);
  return messageId;
}

interface ReturnedReply {
  ticket: TicketRow;
  outboxId: number;
}

/** The reply that a bounce is about, told by its outbox key. */
async function returnedReply(tx: Queries, message: InboundMessage): Promise<ReturnedReply | null> {
  const key = message.thread?.bounceKey;
  const row = typeof key === 'string' ? await tx.outboxByKey(key) : null;
  const ticket = row && (await tx.lockTicket(row.ticketId));
  return row && ticket ? { ticket, outboxId: row.id } : null;
}

/** A reply that came back undelivered returns to the agents with what the mail server said. */
async function giveBack(
  tx: Queries,
  { ticket, outboxId }: ReturnedReply,
  message: InboundMessage,
): Promise<void> {
  const lastError = `The mail came back: ${message.text.slice(0, 300)}`;
  if (await tx.settleOutbox(outboxId, ['sent', 'unknown'], { status: 'failed', lastError }))
    await tx.updateTicket(ticket.id, { status: 'awaiting_agent', ...UNRESOLVED });
}

function isAnswered(ticket: TicketRow): boolean {
  return ticket.status === 'awaiting_customer' || ticket.status === 'resolved';
}

/** A thank-you or similar on an answered ticket: the customer is content. */
async function settle(tx: Queries, ticket: TicketRow, now: Date): Promise<void> {
  if (ticket.status !== 'awaiting_customer' && ticket.resolution !== 'assumed')
    return tx.updateTicket(ticket.id, {});
  await tx.updateTicket(ticket.id, {
    status: 'resolved',
    resolution: 'confirmed',
    resolvedAt: ticket.resolvedAt ?? now,
  });
}

/** The customer asks something: replies not yet sent are called back, the pending draft is stale, the ticket is open. */
async function ask(tx: Queries, ticket: TicketRow, seq: number, now: Date): Promise<void> {
  const calledBack = await callBack(tx, ticket.id, 'stale');
  await tx.retirePending(ticket.id, 'stale');
  const reopened = ticket.status === 'resolved';
  await tx.updateTicket(ticket.id, {
    // A reply on the wire keeps its status until the outbox settles it; the open question stays visible in `inboundSeq`.
    status: ticket.status === 'sending' && calledBack.length === 0 ? 'sending' : 'open',
    inboundSeq: seq,
    snoozedUntil: null,
    failure: null,
    retryAt: null,
    failures: 0,
    ...(reopened && { reopenedAt: now, ...UNRESOLVED }),
  });
}
