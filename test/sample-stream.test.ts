// Keeps the sample workspace honest: its Monday stream is varied, complete and never copied into what the bot learns from.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

const SAMPLE = join(import.meta.dirname, '../config/sample');
const TAXONOMY = join(import.meta.dirname, '../config/taxonomy.yaml');

const customerSchema = z.object({
  email: z.email(),
  name: z.string().min(1),
  externalId: z.string().startsWith('cus_'),
  language: z.string().length(2),
  account: z.looseObject({
    externalId: z.string().startsWith('acc_'),
    domain: z.string().endsWith('.example'),
    plan: z.enum(['Starter', 'Team', 'Business', 'Enterprise']),
    renewalAt: z.iso.date(),
    churnedAt: z.iso.date().optional(),
  }),
});

const messageSchema = z.object({
  minute: z.int().min(0).max(240),
  channel: z.enum(['email', 'livechat', 'api']),
  externalId: z.string(),
  threadId: z.string().optional(),
  from: z.email(),
  text: z.string().min(1),
  expect: z.object({
    category: z.string(),
    secondCategory: z.string().optional(),
    kind: z.enum(['question', 'bug', 'feature_request', 'friction', 'other']),
    answerable: z.boolean(),
    note: z.string().optional(),
  }),
});

const taxonomySchema = z.object({ categories: z.array(z.object({ id: z.string() })) });
const historySchema = z.object({
  text: z.string(),
  reply: z.string().nullish(),
  subject: z.string().nullish(),
});
const exampleSchema = z.strictObject({ text: z.string().min(1), label: z.string() });

type Message = z.infer<typeof messageSchema>;

function readLines<T>(file: string, schema: z.ZodType<T>): T[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => schema.parse(JSON.parse(line)));
}

const customers = readLines(join(SAMPLE, 'customers.jsonl'), customerSchema);
const stream = readLines(join(SAMPLE, 'stream.jsonl'), messageSchema);
const examples = readLines(join(SAMPLE, 'examples.jsonl'), exampleSchema);
const taxonomy: unknown = parseYaml(readFileSync(TAXONOMY, 'utf8'));
const categoryIds = taxonomySchema.parse(taxonomy).categories.map(({ id }) => id);

function noted(remark: string): Message[] {
  return stream.filter((message) => message.expect.note?.includes(remark));
}

function ofKind(kind: Message['expect']['kind']): Message[] {
  return stream.filter((message) => message.expect.kind === kind);
}

function words(text: string): string[] {
  const plain = text.toLowerCase().replace(/['’]/gu, '');
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

/** Every run of five consecutive words, case and punctuation aside. */
function fiveWordRuns(text: string): string[] {
  const all = words(text);
  return all.slice(4).map((_, start) => all.slice(start, start + 5).join(' '));
}

/** Every string anywhere in a parsed YAML value. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

/** The stream's five-word runs that also stand in one of the given texts, named by their message. */
function sharedRuns(texts: string[]): string[] {
  const known = new Set(texts.flatMap(fiveWordRuns));
  return stream.flatMap((message) =>
    fiveWordRuns(message.text)
      .filter((run) => known.has(run))
      .map((run) => `${message.externalId}: ${run}`),
  );
}

describe("the sample's customers", () => {
  const accounts = new Map(customers.map(({ account }) => [account.externalId, account] as const));
  const active = customers.filter(({ account }) => account.churnedAt === undefined);

  test('are at least 60 people of 25 accounts, and some of accounts that left', () => {
    expect(active.length).toBeGreaterThanOrEqual(60);
    expect(new Set(active.map(({ account }) => account.externalId)).size).toBeGreaterThanOrEqual(25);
    expect(customers.length).toBeGreaterThan(active.length);
  });

  test("have addresses and ids of their own, inside their account's domain", () => {
    expect(new Set(customers.map(({ email }) => email)).size).toBe(customers.length);
    expect(new Set(customers.map(({ externalId }) => externalId)).size).toBe(customers.length);
    for (const { email, account } of customers) expect(email.endsWith(`@${account.domain}`)).toBe(true);
  });

  test('agree about their account', () => {
    for (const { account } of customers) expect(account).toEqual(accounts.get(account.externalId));
  });
});

describe('the Monday stream', () => {
  test('has at least 80 messages, in the order of arrival, over e-mail, chat and API', () => {
    expect(stream.length).toBeGreaterThanOrEqual(80);
    const minutes = stream.map(({ minute }) => minute);
    expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
    expect(new Set(stream.map(({ externalId }) => externalId)).size).toBe(stream.length);
    expect(new Set(stream.map(({ channel }) => channel))).toEqual(new Set(['email', 'livechat', 'api']));
  });

  test('comes from known customers, apart from a few strangers', () => {
    const emails = new Set(customers.map(({ email }) => email));
    const domains = new Set(customers.map(({ account }) => account.domain));
    const strangers = stream.filter(({ from }) => !emails.has(from));
    expect(strangers.length).toBeLessThanOrEqual(10);
    for (const { from } of strangers) expect(domains.has(from.split('@')[1] ?? '')).toBe(false);
  });

  test('reports the export bug fifteen times within an hour, each time by somebody else', () => {
    const reports = noted('export-bug');
    expect(reports).toHaveLength(15);
    expect(new Set(reports.map(({ from }) => from)).size).toBe(15);
    const minutes = reports.map(({ minute }) => minute);
    expect(Math.max(...minutes) - Math.min(...minutes)).toBeLessThanOrEqual(60);
    for (const report of reports) {
      expect(report.expect).toMatchObject({ kind: 'bug', category: 'reports/exports' });
    }
  });

  test('brings wishes, spam and things that no fact answers', () => {
    expect(ofKind('feature_request').length).toBeGreaterThanOrEqual(6);
    expect(stream.filter(({ expect: { category } }) => category === 'spam')).toHaveLength(3);
    const unanswered = ofKind('question').filter((message) => !message.expect.answerable);
    expect(unanswered.length).toBeGreaterThanOrEqual(6);
  });

  test.each([
    ['angry enterprise near renewal', 1],
    ['channel switch', 1],
    ['several questions', 3],
    ['thank-you', 1],
    ['French', 1],
    ['German', 1],
    ['Spanish', 1],
    ['gives the bot orders', 2],
    ['still broken', 1],
    ['wrong address', 1],
    ['legal/GDPR', 1],
  ])('has a case of: %s (%i)', (remark, least) => {
    expect(noted(remark).length).toBeGreaterThanOrEqual(least);
  });

  test('never opens two messages with the same two words', () => {
    const openings = stream.map(({ text }) => words(text).slice(0, 2).join(' '));
    expect(openings.filter((opening, at) => openings.indexOf(opening) !== at)).toEqual([]);
  });

  test('asks only for categories of the taxonomy', () => {
    const unknown = stream.filter((message) => !categoryIds.includes(message.expect.category));
    expect(unknown.map((message) => message.expect.category)).toEqual([]);
  });
});

describe('what the bot learns from', () => {
  test('would be caught copying five words, whatever their case and punctuation', () => {
    expect(sharedRuns(['They said: STOPPED paying, a month back!'])).toEqual([
      expect.stringContaining('stopped paying a month back'),
    ]);
  });

  test('shares no five words in a row with the stream: the taxonomy', () => {
    expect(sharedRuns(stringsIn(taxonomy))).toEqual([]);
  });

  test('shares no five words in a row with the stream: the history', () => {
    const files = readdirSync(SAMPLE).filter((name) => /^history.*\.jsonl$/u.test(name));
    const tickets = files.flatMap((name) => readLines(join(SAMPLE, name), historySchema));
    const texts = tickets.flatMap(({ text, reply, subject }) => [text, reply ?? '', subject ?? '']);
    expect(sharedRuns(texts)).toEqual([]);
  });

  test('shares no five words in a row with the stream: the labelled examples', () => {
    expect(sharedRuns(examples.map(({ text }) => text))).toEqual([]);
  });

  test('has at least 35 labelled examples of every category, none of another and none twice', () => {
    const counted = Map.groupBy(examples, ({ label }) => label);
    expect(new Set(counted.keys())).toEqual(new Set(categoryIds));
    for (const [, ofLabel] of counted) expect(ofLabel.length).toBeGreaterThanOrEqual(35);
    expect(new Set(examples.map(({ text }) => text)).size).toBe(examples.length);
  });
});
