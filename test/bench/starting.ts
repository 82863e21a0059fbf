// Starts of the bot as `npm start` makes them: the sample workspace, on an empty folder and again.
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { createDataFolder, removeDataFolder } from '../support/data-folder.ts';
import { type Figure, seconds } from './figures.ts';
import { startBotProcess, TOKEN } from './stage.ts';

const postsSchema = z.object({
  posts: z.array(
    z.looseObject({ content: z.looseObject({ ref: z.looseObject({ draftVersion: z.number() }).nullish() }) }),
  ),
});

export async function measureStarts(): Promise<Figure[]> {
  await using closing = new AsyncDisposableStack();
  const folder = await createDataFolder('deskhand-bench-start-');
  closing.defer(() => removeDataFolder(folder));
  const open = async (args: string[], env: Record<string, string> = {}) => {
    const bot = await startBotProcess({ env: { DATA_DIR: folder, ...env }, args });
    closing.defer(bot.stop);
    return { ...bot, began: performance.now() - bot.pageMs };
  };

  const first = await open([]);
  await firstDraft(first.url);
  const firstCard = performance.now() - first.began;
  await first.stop();

  const later = await open([]);
  await later.stop();

  // A real workspace that is asked something the moment its page is up.
  const asked = await open(['--empty'], { DESKHAND_API_TOKEN: TOKEN });
  await ask(asked.url);
  await firstDraft(asked.url);
  const answer = performance.now() - asked.began;

  return [
    { name: 'first start to a usable page', value: seconds(first.pageMs), aim: 'under 10 s' },
    { name: 'first start to the first card with a draft', value: seconds(firstCard) },
    { name: 'later start to a usable page', value: seconds(later.pageMs), aim: 'under 4 s' },
    { name: 'start of an empty workspace to its first answer', value: seconds(answer) },
  ];
}

/** Looks at the channel until a card with a draft stands there. */
async function firstDraft(url: string): Promise<void> {
  while ((await draftedCards(url)) === 0) await wait(20);
}

async function draftedCards(url: string): Promise<number> {
  const response = await fetch(`${url}/console/api/channels/support/posts`);
  const { posts } = postsSchema.parse(await response.json());
  return posts.filter(({ content }) => (content.ref?.draftVersion ?? 0) > 0).length;
}

async function ask(url: string): Promise<void> {
  const response = await fetch(`${url}/api/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      channel: 'api',
      externalId: 'first',
      customer: { email: 'first@bench.example' },
      text: 'Where can I download the invoice of last month?',
    }),
  });
  if (response.status !== 202) throw new Error(`message refused: ${response.status}`);
}
