// Messages for the benchmark: the sample workspace's words recombined, seeded, no sentence twice.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SHIPPED_CONFIG } from '../../src/config.ts';

const FILES = ['stream.jsonl', 'history-1.jsonl', 'history-2.jsonl'];
const CUSTOMERS = 'customers.jsonl';
/** Every fifth message has 30 to 300 words, the others fewer: in any row of them the mixture is the same. */
const LONG_EVERY = 5;
const WORDS = { short: [4, 29], long: [30, 300] } as const;
const SENTENCE_WORDS = 18;
/** Share of messages from somebody who wrote before in this run. */
const AGAIN_SHARE = 1 / 3;
const SUBJECT_SHARE = 0.5;

const textLine = z.object({ text: z.string() });
const customerLine = z.object({ email: z.email() });

/** A body of `POST /api/messages`. */
export interface BenchMessage {
  channel: string;
  externalId: string;
  threadId?: string;
  customer: { email: string; name?: string };
  subject?: string;
  text: string;
}

export interface MessageSource {
  next(): BenchMessage;
}

/** Numbers in [0, 1) that a seed decides (mulberry32, public domain). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Reads the sample's words. Two sources of one seed give the same messages; `run` keeps their ids apart. */
export async function createMessageSource(seed: number, run: string): Promise<MessageSource> {
  const random = createRandom(seed);
  const pick = <T>(list: readonly T[], fallback: T): T =>
    list[Math.floor(random() * list.length)] ?? fallback;
  const between = ([least, most]: readonly [number, number]) =>
    least + Math.floor(random() * (most - least + 1));

  const followers = new Map<string, string[]>();
  const openers: string[] = [];
  for (const file of FILES)
    for (const { text } of await readLines(file, textLine)) {
      const words = text.split(/\s+/).filter(Boolean);
      if (words[0]) openers.push(words[0]);
      for (const [i, word] of words.entries()) {
        const next = words[i + 1];
        if (next) followers.set(word, [...(followers.get(word) ?? []), next]);
      }
    }
  const vocabulary = [...followers.keys()];
  const domains = (await readLines(CUSTOMERS, customerLine)).map(({ email }) => email.split('@')[1] ?? '');
  const said = new Set<string>();
  const writers: BenchMessage['customer'][] = [];
  let count = 0;
  let texts = 0;

  /** Walks from word to following word; one word is any other, so that no sentence of the sample comes back. */
  function sentence(length: number): string {
    for (;;) {
      const words = [pick(openers, 'Hello')];
      while (words.length < length) words.push(pick(followers.get(words.at(-1) ?? '') ?? vocabulary, 'help'));
      words[Math.floor(random() * words.length)] = pick(vocabulary, 'help');
      const made = words.join(' ').replace(/[.!?,;:]*$/, '.');
      if (said.has(made)) continue;
      said.add(made);
      return made;
    }
  }

  function text(): string {
    texts += 1;
    const total = between(texts % LONG_EVERY === 0 ? WORDS.long : WORDS.short);
    const parts: string[] = [];
    for (let left = total; left > 0; left -= SENTENCE_WORDS)
      parts.push(sentence(Math.max(4, Math.min(left, SENTENCE_WORDS))));
    return parts.join(' ');
  }

  function customer(): BenchMessage['customer'] {
    const known = random() < AGAIN_SHARE ? writers[Math.floor(random() * writers.length)] : undefined;
    if (known) return known;
    const name = `Person ${writers.length + 1}`;
    const fresh = { name, email: `person-${writers.length + 1}.${run}@${pick(domains, 'bench.example')}` };
    writers.push(fresh);
    return fresh;
  }

  return {
    next() {
      count += 1;
      const subject = random() < SUBJECT_SHARE ? { subject: sentence(between([3, 7])) } : {};
      return {
        channel: 'api',
        externalId: `${run}-${count}`,
        customer: customer(),
        ...subject,
        text: text(),
      };
    },
  };
}

async function readLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const content = await readFile(join(SHIPPED_CONFIG, 'sample', file), 'utf8');
  return content
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => schema.parse(JSON.parse(line)));
}
