// The bot as people run it is sent the worst texts that the API takes: each gets its card, and meanwhile others are answered.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { MAX_TEXT } from '../../src/model/message.ts';
import { createHome, type Home, type RunningBot } from '../support/bot.ts';
import { hostileTexts } from '../support/hostile-shapes.ts';

let home: Home;
let bot: RunningBot;
let headers: Record<string, string>;
beforeAll(async () => {
  home = await createHome();
  bot = await home.start(['--empty']);
  headers = { authorization: `Bearer ${await home.token()}`, 'content-type': 'application/json' };
}, 90_000);
afterAll(async () => {
  await bot.stop();
  await home.remove();
});

const receipt = z.object({ ticketId: z.string() });
const posts = z.object({ posts: z.array(z.looseObject({})) });
/** Those that took longest before each was read in one pass. */
const SHAPES = [
  '"a"',
  '"a "',
  '"<"',
  '"["',
  '"漢"',
  '"😀"',
  '"[a]("',
  '"![]("',
  '"0 "',
  '"a.\\n"',
  '"\\n-"',
  '"a@a."',
  '"1. a\\n"',
  'nested []',
  'everything, mixed',
];

/** What a card says of a text that was not read as it stands. */
const EXPLAINED =
  /cut after 20,000 characters|no words, only|only encoded data|encoded blocks? w(?:as|ere) not read|log lines were read|message is empty/;

it('a million characters of each shape', { timeout: 240_000 }, async () => {
  const texts = new Map(hostileTexts(MAX_TEXT).filter(([shape]) => SHAPES.includes(shape)));
  const sent: { shape: string; ticket: string }[] = [];
  for (const [n, shape] of SHAPES.entries()) {
    const text = texts.get(shape);
    if (text === undefined) throw new Error(`there is no shape ${shape}`);
    const body = {
      channel: 'api',
      externalId: `hostile-${n}`,
      customer: { email: `h${n}@example.org` },
      text,
    };
    const answer = await fetch(`${bot.url}/api/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.status, shape).toBe(202);
    sent.push({ shape, ticket: receipt.parse(await answer.json()).ticketId });
    expect((await fetch(`${bot.url}/healthz`, { signal: AbortSignal.timeout(10_000) })).ok).toBe(true);
  }
  for (const { shape, ticket } of sent)
    await expect
      .poll(
        async () => {
          expect((await fetch(`${bot.url}/healthz`, { signal: AbortSignal.timeout(10_000) })).ok).toBe(true);
          const page = await fetch(`${bot.url}/console/api/channels/support/posts`);
          const cards = posts.parse(await page.json()).posts.map((post) => JSON.stringify(post));
          return cards.find((card) => card.includes(`"${ticket}"`)) ?? '';
        },
        { message: `${ticket}: ${shape}`, timeout: 120_000, interval: 500 },
      )
      .toMatch(EXPLAINED);
});
