// Discord's threads by the hundred: one under each card, and not all of them open at once.
import { DiscordAPIError, RESTJSONErrorCodes } from 'discord.js';
import { expect, it } from 'vitest';
import { toAppError } from '../../../adapters/chat/discord/errors.ts';
import { aCard } from '../../contracts/chat-cards.ts';
import { openDiscordWorld } from '../../support/discord-world.ts';

it('leave the sidebar within the hour', async () => {
  const world = await openDiscordWorld();
  const platform = world.create();
  await platform.start(async () => ({ kind: 'none' }));
  const place = { platform: 'discord', channel: world.channel };
  const head = await platform.post(place, aCard({ text: 'A ticket', key: 'T-1042' }));
  await platform.post({ ...place, thread: head }, aCard({ text: 'what is behind it' }));
  const made = world.double.journal.find(({ path }) => path.endsWith('/threads'));
  expect(made?.body).toMatchObject({ auto_archive_duration: 60 });
  await platform.stop();
  await world.remove();
});

it('are waited for where a server has as many as it may', () => {
  const code = RESTJSONErrorCodes.MaximumActiveThreads;
  const refused = new DiscordAPIError({ code, message: 'Too many' }, code, 400, 'POST', '/threads', {});
  expect(toAppError(refused)).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 600_000 });
});
