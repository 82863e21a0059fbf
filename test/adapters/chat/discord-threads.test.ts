// Discord's threads by the hundred, and what is done where it allows less: no more threads, no files, no direct messages.
import { DiscordAPIError, PermissionFlagsBits, RESTJSONErrorCodes } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toAppError } from '../../../adapters/chat/discord/errors.ts';
import type { CardRef, Form } from '../../../src/model/card.ts';
import type { Place } from '../../../src/model/platform.ts';
import { aCard } from '../../contracts/chat-cards.ts';
import { appears, type Chat, openChat, until } from '../../contracts/chat-world.ts';
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

  describe('files', () => {
    const card = aCard({ text: 'The week' });
    const alt = 'Monday 3, Tuesday 9';
    const chart = { type: 'chart' as const, title: 'Volume', alt, png: new Uint8Array([137, 80]) };
    const charted = { ...card, ref: null, blocks: [...card.blocks, chart] };
    const inPrivate = (of: string) =>
      appears(of, () => world.privates?.('ana').find(({ text }) => text.includes(of)));

    beforeEach(() => world.double.deny(PermissionFlagsBits.AttachFiles));

    it('a chart is told in words, the rest of its card stands, and the check names the permission', async () => {
      await platform.post(place, charted);
      const [seen] = world.messages();
      expect(seen?.text).toContain('The week');
      expect(seen?.text).toContain(alt);
      expect(seen?.edits).toBe(1);
      expect(await platform.check?.(world.channel)).toMatchObject({
        ok: false,
        detail: expect.stringContaining('Attach Files'),
      });
    });

    it('in a thread likewise, each of its messages once', async () => {
      const head = await platform.post(place, card);
      const long = {
        type: 'text' as const,
        style: 'body' as const,
        text: `first ${'and more '.repeat(440)}`,
      };
      const post = { ...charted, blocks: [long, ...charted.blocks] };
      await platform.post({ ...place, thread: head }, post, { key: 'details' });
      const texts = world.messages().flatMap(({ thread, text }) => (thread ? [text] : []));
      expect(texts.length).toBeGreaterThan(1);
      for (const words of ['first', 'The week', alt])
        expect(texts.filter((text) => text.includes(words))).toHaveLength(1);
    });

    it('in the answer to a command likewise', async () => {
      await platform.stop();
      await platform.start(async () => ({ kind: 'card', card: charted }));
      await world.command('ana', 'digest');
      expect((await inPrivate(alt)).text).toContain('The week');
    });

    it('long words that came too late are given back in messages', async () => {
      const words = Array.from({ length: 500 }, (_, n) => `word${n}`).join(' ');
      await platform.stop();
      await platform.start(async ({ intent, ref }) =>
        intent.type === 'open_form'
          ? { kind: 'form', form: aNoteForm(ref) }
          : { kind: 'notice', text: 'Too late.', ok: false },
      );
      const ref = { ticketId: 'T-1042', draftVersion: 1 };
      const menu = [{ id: 'form:note' as const, label: 'Add note…', style: 'default' as const }];
      const actions = { type: 'actions' as const, buttons: menu, menu: [] };
      await platform.post(place, { ...card, ref, blocks: [...card.blocks, actions] });
      const [seen] = world.messages();
      if (!seen) throw new Error('no card');
      await world.press('ana', seen, 'form:note');
      await appears('the form', () => world.form('ana'));
      await world.submit('ana', { text: words });
      await inPrivate('word499');
      const said = world.notices('ana').join(' ');
      expect(said).toContain('Too late.');
      expect(said.match(/word\d+/g)).toEqual(words.split(' '));
      expect(world.refused()).toEqual([]);
    });
  });

  it('direct messages: where there is no thread either, the caller is told', async () => {
    world.double.fault('server error', { matches: (_, path) => path === '/users/@me/channels' });
    const ben = { platform: 'discord', userId: PEOPLE.ben, name: 'Ben' };
    await expect(platform.notify(ben, 'Ana asks for you', place)).rejects.toMatchObject({ retryable: true });
  });
});

function aNoteForm(ref: CardRef | null): Form {
  const text = { type: 'multiline' as const, id: 'text', label: 'Note', required: true, maxLength: 12_000 };
  return { id: 'note', ref, title: 'Note', submit: 'Keep', fields: [text] };
}

describe('words that nobody heard', { timeout: 180_000 }, () => {
  let world: DiscordWorld;
  let chat: Chat;
  beforeEach(async () => {
    world = await openDiscordWorld();
    chat = await openChat(world);
  });
  afterEach(() => chat.close());

  it('while the bot was not running are noted and marked when it is back, those of two days ago are not asked for', async () => {
    const { id, key } = await chat.ticket();
    const seen = chat.card(key);
    const heard = await world.reply('ana', seen, 'before');
    await until(() => expect(world.marks?.(heard)).toEqual(['📝']));
    await chat.platform.stop();
    world.double.advance(20 * 60_000);
    const unheard = await world.reply('ben', seen, 'she called');
    await world.reply('vera', seen, 'I may only look');
    // More than Discord shows at once.
    for (let n = 0; n < 120; n++) await world.reply('ana', seen, `no. ${n}`);
    world.double.advance(20 * 60_000);
    await chat.restart();
    await until(async () => expect(await chat.notes(id)).toHaveLength(122));
    expect(await chat.notes(id)).toContain('Ben: she called');
    await until(() => expect(world.marks?.(unheard)).toEqual(['📝']));
    await until(() => expect(chat.said('vera')).toContain('Your role is "viewer"'));

    await chat.platform.stop();
    await world.reply('ben', seen, 'long ago');
    world.double.advance(2 * 86_400_000);
    await chat.restart();
    const last = await world.reply('ana', seen, 'the end');
    await until(() => expect(world.marks?.(last)).toEqual(['📝']));
    expect(await chat.notes(id)).not.toContain('Ben: long ago');
    expect(world.refused()).toEqual([]);
  });

  it('because Discord is in trouble when the bot starts are noted as soon as it is not', async () => {
    const { id, key } = await chat.ticket();
    const seen = chat.card(key);
    await chat.platform.stop();
    await world.reply('ben', seen, 'she called');
    world.double.fault('server error', { matches: (_, path) => path.endsWith('/threads/active') });
    await chat.restart();
    const asked = () => world.double.journal.filter(({ path }) => path.endsWith('/threads/active'));
    await until(() => expect(asked().length).toBeGreaterThan(1));
    world.heal();
    await until(async () => expect(await chat.notes(id)).toEqual(['Ben: she called']));
  });

  it('while the line was cut for long are noted, however long the bot itself was running', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await chat.restart();
    const { id, key } = await chat.ticket();
    const seen = chat.card(key);
    const heard = await world.reply('ana', seen, 'before');
    await until(() => expect(world.marks?.(heard)).toEqual(['📝']));
    const mend = world.double.gateway.cut();
    await until(async () => expect(await chat.platform.health()).toMatchObject({ ok: false }));
    world.double.advance(10 * 60_000);
    await world.reply('ben', seen, 'she called');
    world.double.advance(10 * 60_000);
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    mend();
    await until(async () => expect(await chat.notes(id)).toEqual(['Ana: before', 'Ben: she called']));
  });

  it('are noted in the morning, when their threads are long asleep', async () => {
    const tickets = [await chat.ticket(), await chat.ticket('The export fails')];
    const seen = tickets.map(({ key }) => chat.card(key));
    await chat.platform.stop();
    world.double.advance(30 * 60_000);
    for (const one of seen) await world.reply('ben', one, 'she called');
    world.double.advance(10 * 3_600_000);
    await chat.restart();
    for (const { id } of tickets)
      await until(async () => expect(await chat.notes(id)).toEqual(['Ben: she called']));
    expect(world.refused()).toEqual([]);
  });

  it('are read where they can be: a thread that is gone keeps nobody from the others', async () => {
    const gone = await chat.ticket();
    const { id, key } = await chat.ticket('The export fails');
    const seen = [gone.key, key].map((one) => chat.card(one));
    await chat.platform.stop();
    for (const one of seen) await world.reply('ben', one, 'she called');
    const thread = world.double.channels.get(seen[0]?.ref.message ?? '');
    if (thread) thread.parent = 'gone';
    await chat.restart();
    await until(async () => expect(await chat.notes(id)).toEqual(['Ben: she called']));
    expect(await chat.notes(gone.id)).toEqual([]);
  });

  it('that are orders are not carried out hours later, and who gave them is told', async () => {
    const { id, key } = await chat.ticket();
    const seen = chat.card(key);
    await chat.platform.stop();
    await world.reply('ben', seen, '@deskhand send: Come at nine');
    world.double.advance(2 * 3_600_000);
    await chat.restart();
    await until(() => expect(chat.said('ben')).toContain('You wrote: @deskhand send: Come at nine'));
    expect(await chat.notes(id)).toEqual([]);
    expect((await chat.desk.store.latestDraft(id))?.text).not.toContain('Come at nine');
  });
});
