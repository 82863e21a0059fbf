// A standstill, leaving, growing and tries that failed, in words that no list foresees: with the real encoder and the shipped examples.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createLocalEmbedder } from '../../src/engine/local/embedder.ts';
import { createLocalEngine } from '../../src/engine/local/index.ts';
import { withShippedVectors } from '../../src/main/sample-vectors.ts';
import { type Analysis, SPAM } from '../../src/model/analysis.ts';
import type { Embedder, Engine } from '../../src/ports.ts';
import { silent, ticket } from './samples.ts';

let engine: Engine;
let embedder: Embedder;
beforeAll(async () => {
  const nothing = { get: async () => new Map<string, Float32Array>(), put: async () => undefined };
  embedder = createLocalEmbedder({ log: silent, vectors: withShippedVectors(nothing) });
  const { taxonomy } = loadConfig([], {});
  const clock = { now: () => new Date('2026-03-02T08:00:00Z') };
  engine = await createLocalEngine({ taxonomy, embedder, examples: [], log: silent, clock });
  await engine.learned;
}, 120_000);
afterAll(async () => {
  await engine.close();
  await embedder.close();
});

const SITUATIONS: Record<string, { holds: (analysis: Analysis) => boolean; said: string[]; least: number }> =
  {
    'work that stands still': {
      holds: ({ blocked }) => blocked,
      said: [
        'The till is dead, customers are queuing',
        'We had to send everyone home because the software is not running',
        "the shop can't open without this",
        "our staff can't clock in",
        "I'm completely stuck and cannot go on",
        "We can't print labels so nothing leaves the warehouse",
        "can't get past the login screen, none of us",
        'Our doors are closed until this works',
        'work has stopped here',
        'everyone is kicked out of the app',
        'the platform has been unavailable since 6am',
        'Login broken for all users',
      ],
      least: 9,
    },
    leaving: {
      holds: ({ churnRisk }) => churnRisk >= 0.6,
      said: [
        "We're leaving at the end of the quarter",
        "if it happens again I'll take my money somewhere else",
        "We're evaluating other options at the moment",
        'this is the last month you see money from me',
        "We've lost faith in your product",
        'Wir möchten kündigen',
        "Not sure we'll stay with you after this",
        "One more outage and I'm out",
        'We will not be extending our contract in January.',
        'Can I get out of the annual contract early?',
      ],
      least: 8,
    },
    growing: {
      holds: ({ expansion }) => expansion >= 0.6,
      said: [
        'we want to add our Berlin office, roughly 25 people',
        'Need three additional licences',
        'How much more would the bigger package be?',
        "we'd like to get the premium support",
        'could our sister company use it too?',
        'we are taking over a competitor next month',
        'can we trial the Enterprise features?',
        'our fleet grew from 5 to 12 vans this summer',
        'Our team doubled this year, what plan fits 40 people?',
        'Is there a volume discount?',
      ],
      least: 8,
    },
    'tries that failed': {
      holds: ({ attempts }) => attempts > 0,
      said: [
        'tried it on my laptop and on my phone, neither works',
        'Rebooted, reinstalled, still nothing',
        "You told me last time it was solved, it isn't",
        'I have been chasing this for two weeks',
        'Your colleague suggested clearing the cache, which I did. No difference.',
        'checked spam, checked the filters, asked IT: nothing',
        'ich habe es schon dreimal versucht',
        "j'ai déjà essayé deux fois",
        'I keep getting the same message whatever I do',
        'again the same thing as last month',
        'Wrote to you on Monday and Wednesday without an answer',
        'Why do I have to repeat myself every time?',
      ],
      least: 9,
    },
  };

const ORDINARY = [
  'How do I add a technician?',
  'Where can I download my invoice as PDF?',
  'How do I block a client from booking?',
  'What happens if a technician is locked out?',
  'The export button is greyed out, I can live with it for now',
  'How do I cancel a job that was booked by mistake?',
  'I would like to change the street on my invoice',
  'Can I leave a comment on a job?',
  'Does the app work on Android 12?',
  'Which role may see prices?',
  'Since the upgrade the map looks different',
  'How many attempts do I have before the account locks?',
];

describe('spam', () => {
  const stranger = { ...ticket('').customer, account: null };
  const spamOf = async (text: string) => (await engine.analyse({ ...ticket(text), customer: stranger })).spam;

  it.each([
    'Buy followers, likes, views. Cheapest on the market!!!',
    'You have been selected to receive a grant of 250,000 USD. Reply with your bank details.',
    'Congratulations! Our magazine named you Top SaaS 2026, the award package costs $1,200',
    "I'd love to contribute a guest article to your blog, completely free, with one do-follow link.",
  ])('needs no draft: %s', async (text) => expect(await spamOf(text)).toBeGreaterThanOrEqual(SPAM));

  it.each([
    'My clients say your SMS look like spam',
    'we offer our clients a booking page, how do we embed it on our website?',
    'I want to unsubscribe from your newsletter',
    'is there a limited time offer for annual billing? I saw one on your site',
    'someone sends phishing mails in your name to our clients',
  ])('is not what a customer says of it: %s', async (text) => expect(await spamOf(text)).toBeLessThan(SPAM));
});

describe('the situation of a customer, in whatever words', () => {
  it.each(Object.entries(SITUATIONS))('%s', async (_, { holds, said, least }) => {
    const found = await Promise.all(said.map((text) => engine.analyse(ticket(text))));
    expect(found.filter(holds).length).toBeGreaterThanOrEqual(least);
  });

  it('is not read into ordinary questions', async () => {
    for (const text of ORDINARY) {
      const analysis = await engine.analyse(ticket(text));
      const read = Object.entries(SITUATIONS).filter(([, { holds }]) => holds(analysis));
      expect({ text, read: read.map(([name]) => name) }).toEqual({ text, read: [] });
    }
  });
});
