// The sample's Monday, message after message, against the real bot: topics as labelled, and who gets an answer.
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SHIPPED_CONFIG } from '../../src/config.ts';
import type { Figure } from './figures.ts';
import { type Stage, TOKEN } from './stage.ts';

const lineSchema = z.object({
  channel: z.string(),
  externalId: z.string(),
  threadId: z.string().optional(),
  from: z.string(),
  subject: z.string().optional(),
  text: z.string(),
  expect: z.object({
    category: z.string(),
    /** What a second annotator, who did not see the first label, said instead. */
    secondCategory: z.string().optional(),
    answerable: z.boolean(),
  }),
});

const ticketSchema = z.object({
  category: z.string().nullable(),
  analysis: z.object({ categoryConfidence: z.number() }).nullable(),
  drafts: z.array(
    z.object({
      text: z.string(),
      confidence: z.number(),
      route: z.string(),
      sources: z.array(z.object({ title: z.string(), url: z.string().nullish() })),
    }),
  ),
});

/** `keep`: a file that gets a line for every message: what was understood and drafted, to be read by people. */
export async function measureMonday(stage: Stage, keep: string | undefined): Promise<Figure[]> {
  const lines = (await readFile(join(SHIPPED_CONFIG, 'sample/stream.jsonl'), 'utf8')).trim().split('\n');
  const count = { right: 0, either: 0, answerable: 0, answered: 0, unanswerable: 0, toPeople: 0 };
  for (const line of lines) {
    const {
      externalId,
      threadId = externalId,
      from,
      subject,
      text,
      channel,
      expect,
    } = lineSchema.parse(JSON.parse(line));
    const { ticketId } = await stage.send({
      // Mail cannot be sent from here.
      channel: channel === 'email' ? 'api' : channel,
      externalId,
      threadId,
      customer: { email: from },
      ...(subject && { subject }),
      text,
    });
    await stage.finished();
    const ticket = ticketId ? await ticketOf(stage, ticketId) : null;
    const category = ticket?.category ?? null;
    const draft = ticket?.drafts.at(-1);
    const answers = (draft?.sources.length ?? 0) > 0;
    count.right += Number(category === expect.category);
    count.either += Number(category === expect.category || category === expect.secondCategory);
    count.answerable += Number(expect.answerable);
    count.answered += Number(expect.answerable && answers);
    count.unanswerable += Number(!expect.answerable);
    count.toPeople += Number(!expect.answerable && !answers);
    if (keep)
      await appendFile(
        keep,
        `${JSON.stringify({ message: externalId, threadId, from, subject, text, expect, category, sure: ticket?.analysis?.categoryConfidence, draft })}\n`,
      );
  }
  const of = (n: number, all: number) => `${n} of ${all} (${Math.round((100 * n) / all)} %)`;
  return [
    { name: 'topic as its author labelled it', value: of(count.right, lines.length) },
    {
      name: 'topic as its author or a second, blind annotator labelled it',
      value: of(count.either, lines.length),
      aim: '90 %',
    },
    {
      name: 'answerable messages that get an answer with a source',
      value: of(count.answered, count.answerable),
    },
    { name: 'others that go to a person without one', value: of(count.toPeople, count.unanswerable) },
  ];
}

async function ticketOf(stage: Stage, id: string): Promise<z.infer<typeof ticketSchema>> {
  const response = await fetch(`${stage.url}/api/tickets/${id}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return ticketSchema.parse(await response.json());
}
