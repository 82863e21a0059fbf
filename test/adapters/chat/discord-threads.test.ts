// Discord's threads by the hundred, and what is done where it allows less: no more threads, no files, no direct messages.
import { DiscordAPIError, PermissionFlagsBits, RESTJSONErrorCodes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toAppError } from '../../../adapters/chat/discord/errors.ts';
import type { Place } from '../../../src/model/platform.ts';
import { aCard } from '../../contracts/chat-cards.ts';
import { type DiscordWorld, openDiscordWorld, PEOPLE } from '../../support/discord-world.ts';

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

describe('what Discord does not allow', () => {
  let world: DiscordWorld;
  let platform: ReturnType<DiscordWorld['create']>;
  let place: Place;
  beforeEach(async () => {
    world = await openDiscordWorld();
    platform = world.create();
    await platform.start(async () => ({ kind: 'none' }));
    place = { platform: 'discord', channel: world.channel };
  });
  afterEach(async () => {
    await platform.stop();
    await world.remove();
  });

  it('files: a chart is told in words, the rest of its card stands, and the check names the permission', async () => {
    world.double.deny(PermissionFlagsBits.AttachFiles);
    const card = aCard({ text: 'The week' });
    const chart = {
      type: 'chart' as const,
      title: 'Volume',
      alt: 'Monday 3, Tuesday 9',
      png: new Uint8Array([137, 80]),
    };
    await platform.post(place, { ...card, blocks: [...card.blocks, chart] });
    const [seen] = world.messages();
    expect(seen?.text).toContain('The week');
    expect(seen?.text).toContain('Volume: Monday 3, Tuesday 9');
    expect(seen?.edits).toBe(1);
    expect(await platform.check?.(world.channel)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('Attach Files'),
    });
  });

  it('direct messages: where there is no thread either, the caller is told', async () => {
    world.double.fault('server error', { matches: (_, path) => path === '/users/@me/channels' });
    const ben = { platform: 'discord', userId: PEOPLE.ben, name: 'Ben' };
    await expect(platform.notify(ben, 'Ana asks for you', place)).rejects.toMatchObject({ retryable: true });
  });
});
