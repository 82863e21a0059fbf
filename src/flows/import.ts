// Imports: tickets of the past and customers. Each line stands for itself; what is wrong with one is reported, not fatal.
import type { z } from 'zod';
import type { TicketRow } from '../infra/db/queries/conversations.ts';
import type { Queries, Store } from '../infra/db/queries/index.ts';
import { type CustomerImport, customerImportSchema } from '../model/customer.ts';
import { errorText } from '../model/errors.ts';
import { cleanLine, cleanText } from '../model/text.ts';
import { type TicketImport, ticketImportSchema } from '../model/ticket.ts';
import type { Clock } from '../ports.ts';

/** Lines written in one transaction: large enough to be quick, small enough to lose little when stopped. */
const BATCH = 50;
/** Worth of a reply that its customer did not rate, 0..1; the same as of one that an agent has just sent. */
const UNRATED_QUALITY = 0.7;

export interface ImportReport {
  /** New or changed. */
  imported: number;
  /** There already, from an earlier run. */
  skipped: number;
  rejected: { line: number; reason: string }[];
}

export interface ImportOptions {
  store: Store;
  clock: Clock;
  /** Called after every batch with the number of lines done and of all lines. */
  onProgress?: (done: number, total: number) => void;
}

/** JSONL tickets. Resumable: a ticket that was imported before is skipped by its id. */
export async function importTickets(text: string, options: ImportOptions): Promise<ImportReport> {
  return importLines(text, ticketImportSchema, options, importTicket);
}

/** JSONL customers with accounts and usage. Known ones are completed. */
export async function importCustomers(text: string, options: ImportOptions): Promise<ImportReport> {
  return importLines(text, customerImportSchema, options, async (tx, line) => {
    await importCustomer(tx, line);
    return true;
  });
}

async function importLines<T>(
  text: string,
  schema: z.ZodType<T>,
  { store, onProgress }: ImportOptions,
  write: (tx: Queries, line: T) => Promise<boolean>,
): Promise<ImportReport> {
  const lines = text.split('\n');
  const report: ImportReport = { imported: 0, skipped: 0, rejected: [] };
  for (let start = 0; start < lines.length; start += BATCH) {
    const batch: { line: number; value: T }[] = [];
    for (const [offset, raw] of lines.slice(start, start + BATCH).entries()) {
      const line = start + offset + 1;
      if (!raw.trim()) continue;
      const parsed = parseLine(raw, schema);
      if ('reason' in parsed) report.rejected.push({ line, reason: parsed.reason });
      else batch.push({ line, value: parsed.value });
    }
    const results = await writeBatch(store, batch, write);
    for (const [index, result] of results.entries()) {
      if (result === true) report.imported++;
      else if (result === false) report.skipped++;
      else report.rejected.push({ line: batch[index]?.line ?? 0, reason: result });
    }
    onProgress?.(Math.min(start + BATCH, lines.length), lines.length);
  }
  return report;
}

/** A whole batch in one transaction; when a line of it fails, line by line, so that only that one is rejected. */
async function writeBatch<T>(
  store: Store,
  batch: { value: T }[],
  write: (tx: Queries, line: T) => Promise<boolean>,
): Promise<(boolean | string)[]> {
  const results: (boolean | string)[] = [];
  try {
    await store.transaction(async (tx) => {
      for (const { value } of batch) results.push(await write(tx, value));
    });
  } catch {
    results.length = 0;
    for (const { value } of batch)
      results.push(
        await store.transaction((tx) => write(tx, value)).catch((error: unknown) => errorText(error)),
      );
  }
  return results;
}

function parseLine<T>(raw: string, schema: z.ZodType<T>): { value: T } | { reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch (error) {
    return { reason: `not JSON: ${errorText(error)}` };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`);
  return { reason: issues.join('; ') };
}

async function importCustomer(tx: Queries, line: CustomerImport): Promise<number> {
  const accountId = line.account ? await tx.upsertAccount(line.account) : null;
  const { email, name, externalId, handles } = line;
  const customerId = await tx.ensureCustomer({ email, name, externalId, handles });
  await tx.updateCustomer(customerId, {
    name,
    language: line.language,
    title: line.title,
    optedOut: line.optedOut,
    accountId: accountId ?? undefined,
    usage: line.usage,
  });
  return customerId;
}

/** False when it was there already. */
async function importTicket(tx: Queries, line: TicketImport): Promise<boolean> {
  if (await tx.hasImport(line.id)) return false;
  const churn = line.churnedAt ? { churnedAt: line.churnedAt } : {};
  const customerId = await importCustomer(tx, {
    ...line.customer,
    account: line.account && { ...line.account, ...churn },
  });
  const text = cleanText(line.text);
  const subject = line.subject === undefined ? null : cleanLine(line.subject, 1_000);
  const reply = line.reply === undefined ? null : cleanText(line.reply);
  const createdAt = new Date(line.createdAt);
  const answeredAt = reply === null ? null : new Date(line.repliedAt ?? line.resolvedAt ?? line.createdAt);
  const resolvedAt = line.resolvedAt ? new Date(line.resolvedAt) : answeredAt;

  const inbound = await tx.nextSeq(customerId);
  const ticket = await tx.createTicket({
    conversationId: inbound.conversationId,
    customerId,
    importId: line.id,
    channel: line.channel,
    subject,
    // History is not work: whatever was left open then is closed now.
    status: 'resolved',
    resolution: 'assumed',
    category: line.category ?? null,
    kind: line.kind ?? null,
    priority: line.priority ? { level: line.priority, score: 0, factors: [] } : null,
    escalatedTo: line.escalated ? 'imported' : null,
    repliedBy: reply === null ? null : (line.repliedBy ?? 'agent'),
    csat: line.csat ?? null,
    createdAt,
    firstResponseAt: answeredAt,
    resolvedAt: resolvedAt ?? createdAt,
    reopenedAt: line.reopened ? (resolvedAt ?? createdAt) : null,
    // Nothing to draft and nothing to show.
    presentedRev: 1,
  });
  const entry = { conversationId: inbound.conversationId, ticketId: ticket.id, channel: line.channel };
  await tx.insertMessage({
    ...entry,
    seq: inbound.seq,
    direction: 'inbound',
    externalId: `import:${line.id}`,
    author: line.customer.name ?? line.customer.email ?? 'Customer',
    subject,
    text,
    at: createdAt,
    receivedAt: createdAt,
  });
  if (reply !== null && answeredAt)
    await tx.insertMessage({
      ...entry,
      seq: (await tx.nextSeq(customerId)).seq,
      direction: 'outbound',
      externalId: `import:${line.id}:reply`,
      author: 'Support',
      text: reply,
      at: answeredAt,
      receivedAt: answeredAt,
    });
  await keepAsExample(tx, ticket, line, { text: [subject, text].filter(Boolean).join('\n'), reply });
  return true;
}

/** What the engine learns from: the words with their category, and a good reply to them. */
async function keepAsExample(
  tx: Queries,
  { id: ticketId, customerId, category, createdAt }: TicketRow,
  { kind, csat, reopened }: TicketImport,
  { text, reply }: { text: string; reply: string | null },
): Promise<void> {
  if (!category) return;
  await tx.upsertExample({ ticketId, text, category, corrected: 0, at: createdAt });
  if (!reply) return;
  const customer = await tx.getCustomer(customerId);
  await tx.upsertExemplar({
    ticketId,
    text,
    reply,
    category,
    kind: kind ?? null,
    language: customer.language ?? 'en',
    plan: customer.account?.plan ?? null,
    quality: reopened || (csat ?? 5) <= 2 ? 0 : csat ? csat / 5 : UNRATED_QUALITY,
  });
}
