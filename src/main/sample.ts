// The sample workspace: an invented company's customers, articles, history and a Monday morning that arrives.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SHIPPED_CONFIG } from '../config.ts';
import { importCustomers, importTickets } from '../flows/import.ts';
import { importKnowledge, importMacros } from '../flows/knowledge.ts';
import type { Store } from '../infra/db/queries/index.ts';
import { type CustomerEvent, customerEventSchema } from '../model/customer.ts';
import { errorText } from '../model/errors.ts';
import type { InboundMessage, Receipt } from '../model/message.ts';
import type { AdapterStore, Clock, Log } from '../ports.ts';

const FOLDER = join(SHIPPED_CONFIG, 'sample');
/** All dates in the files are relative to the beginning of this Monday morning. */
const ANCHOR = Date.parse('2026-03-02T08:00:00Z');
/** The first messages come quickly, so that the page is not empty; then a few a minute. */
const FIRST = { messages: 4, everyMs: 1_500 };
const EVERY_MS = 12_000;
/** Examples written in one transaction. */
const BATCH = 100;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/;

const streamLineSchema = z.object({
  minute: z.number(),
  channel: z.string(),
  externalId: z.string(),
  threadId: z.string().optional(),
  from: z.email(),
  name: z.string().optional(),
  subject: z.string().optional(),
  text: z.string(),
});

const eventLineSchema = customerEventSchema.extend({ minute: z.number() });

const exampleLineSchema = z.object({ text: z.string(), label: z.string() });

/** Fills an empty sample database; does nothing when that was done before, and goes on where it was cut off. */
export async function loadSample(deps: { store: Store; memory: AdapterStore; clock: Clock }): Promise<void> {
  const { store, memory, clock } = deps;
  if (await memory.get('sample-loaded')) return;
  const shiftMs = clock.now().getTime() - ANCHOR;
  const options = { store, clock };
  await importKnowledge(join(FOLDER, 'knowledge'), options);
  await importMacros(join(FOLDER, 'macros'), options);
  await importCustomers(await shifted('customers.jsonl', shiftMs), options);
  for (const file of ['history-1.jsonl', 'history-2.jsonl'])
    await importTickets(await shifted(file, shiftMs), options);
  await loadExamples(store, clock.now());
  await memory.set('sample-loaded', clock.now().toISOString());
}

/** Labelled messages that belong to no ticket: they only teach the classifier. */
async function loadExamples(store: Store, at: Date): Promise<void> {
  const lines = await linesOf('examples.jsonl');
  for (let start = 0; start < lines.length; start += BATCH)
    await store.addExamples(
      lines.slice(start, start + BATCH).map((line) => {
        const { text, label } = exampleLineSchema.parse(JSON.parse(line));
        return { ticketId: null, text, category: label, corrected: 0, at };
      }),
    );
}

/** The lines of a sample file that are not blank. */
async function linesOf(file: string): Promise<string[]> {
  return (await readFile(join(FOLDER, file), 'utf8')).split('\n').filter((line) => line.trim());
}

/** A sample file with every date moved, so that its Monday is today. */
async function shifted(file: string, shiftMs: number): Promise<string> {
  const lines = await linesOf(file);
  const move = (_key: string, value: unknown) => {
    if (typeof value !== 'string' || !ISO_DATE.test(value)) return value;
    const moved = new Date(Date.parse(value) + shiftMs).toISOString();
    return value.includes('T') ? moved : moved.slice(0, 10);
  };
  return lines.map((line) => JSON.stringify(JSON.parse(line, move))).join('\n');
}

/**
 * Lets the Monday's messages arrive one by one until all have or `signal` aborts; goes on where it stopped
 * after a restart. `fast`: all at once.
 */
export async function playStream(
  deps: {
    memory: AdapterStore;
    log: Log;
    receive(message: InboundMessage): Promise<Receipt>;
    /** Idempotent on the event's id. */
    tell(event: CustomerEvent): Promise<void>;
  },
  { fast, signal }: { fast: boolean; signal: AbortSignal },
): Promise<void> {
  const lines = await linesOf('stream.jsonl');
  const events = (await linesOf('events.jsonl')).map((line) => eventLineSchema.parse(JSON.parse(line)));
  const position = z
    .number()
    .catch(0)
    .parse(await deps.memory.get('stream-position'));
  for (const [index, line] of lines.entries()) {
    if (index < position) continue;
    if (signal.aborted) return;
    const message = streamLineSchema.parse(JSON.parse(line));
    try {
      for (const due of events.filter(({ minute }) => minute <= message.minute)) {
        const { minute: _, ...event } = due;
        await deps.tell(event);
        events.splice(events.indexOf(due), 1);
      }
      await deps.receive({
        channel: message.channel,
        externalId: message.externalId,
        threadId: message.threadId,
        customer: { email: message.from, name: message.name },
        subject: message.subject,
        text: message.text,
      });
      await deps.memory.set('stream-position', index + 1);
    } catch (error) {
      deps.log.warn({ message: message.externalId, reason: errorText(error) }, 'sample message not received');
    }
    if (!fast) await pause(index - position < FIRST.messages ? FIRST.everyMs : EVERY_MS, signal);
  }
}

/** Waits, or returns at once when aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
  });
}
