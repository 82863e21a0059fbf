// What stands behind a ticket, in the thread of its card: sources, similar tickets, history; once, and without noise.
import { beforeEach, describe, expect, it } from 'vitest';
import { showBackgrounds } from '../../src/flows/background.ts';
import type { Source } from '../../src/model/draft.ts';
import { type Chat, until } from './chat-world.ts';

const source = (kind: Source['kind'], title: string, passage: string): Source => ({
  kind,
  id: title,
  title,
  url: null,
  passage,
  score: 1,
});

export function backgroundContract(current: () => Chat): void {
  describe('the thread of a card', () => {
    let chat: Chat;
    beforeEach(() => {
      chat = current();
      const write = chat.desk.engine.draft;
      chat.desk.engine.draft = async (input) => ({
        ...(await write(input)),
        sources: [
          source('article', 'Copies of invoices', 'Under *Billing* <https://evil.example|here> @everyone'),
          source('exemplar', 'T-88', 'You find it under Billing, Invoices.'),
        ],
      });
    });

    const inThread = (key: string) => {
      const head = chat.card(key).ref.message;
      return chat.world.messages().filter(({ thread }) => thread === head);
    };

    it('has the sources, similar tickets and the customer’s history, once, and pings nobody', async () => {
      const before = await chat.ticket('Where do I see the bills of last year?');
      await chat.desk.press('ana', before.id, { kind: 'resolve' });
      const { key } = await chat.ticket('My name is Maria, please send me the invoice of March');
      expect(key).not.toBe(before.key);
      expect(chat.card(key).text).toContain('1 similar solved ticket under “Show everything”');
      expect(inThread(key)).toEqual([]);
      for (let n = 0; n < 3; n++) await showBackgrounds(chat.desk.deps);
      await until(() => expect(inThread(key)).toHaveLength(1));
      const [seen] = inThread(key);
      for (const words of [
        'Copies of invoices',
        'https://evil.example|here',
        'T-88',
        'You find it under Billing, Invoices.',
        'maria@acme.example',
        before.key,
      ])
        expect(seen?.text).toContain(words);
      expect(seen?.mentions).toEqual([]);
      expect(seen && chat.world.pinged(seen.ref)).toEqual([]);
      expect(inThread(before.key)).toEqual([]);
      expect(chat.world.refused()).toEqual([]);
    });

    it('shows that a note was kept as one: on itself where bots can, and on the card', async () => {
      const { id, key } = await chat.ticket();
      expect(chat.card(key).text).not.toMatch(/internal note/i);
      const written = await chat.world.reply('ana', chat.card(key), 'she called about this', 2);
      await until(async () => expect(await chat.desk.store.messagesOf(id)).toHaveLength(2));
      if (chat.world.marks) await until(() => expect(chat.world.marks?.(written)).toEqual(['📝']));
      const shows = (words: string) =>
        until(async () => {
          await chat.desk.work();
          expect(chat.card(key).text).toContain(words);
        });
      await shows('Internal note by Ana');
      await chat.world.reply('ben', chat.card(key), 'and again');
      await shows('2 internal notes, the newest by Ben');
      const order = await chat.world.reply('ana', chat.card(key), '@deskhand shorter');
      await until(() => expect(chat.said('ana')).toContain('Rewriting'));
      expect(chat.world.marks?.(order) ?? []).toEqual([]);
      expect(chat.world.refused()).toEqual([]);
    });

    it('has them when the platform takes messages again, unless that took too long', async () => {
      const { key } = await chat.ticket();
      const { post } = chat.platform;
      chat.platform.post = async () => {
        throw Object.assign(new Error('500'), { code: 'platform_down' });
      };
      await showBackgrounds(chat.desk.deps);
      expect(inThread(key)).toEqual([]);
      chat.platform.post = post;
      chat.desk.clock.advance(60_000);
      await showBackgrounds(chat.desk.deps);
      await until(() => expect(inThread(key)).toHaveLength(1));

      const other = { customer: { email: 'lea@acme.example', name: 'Lea' } };
      const { ticketId } = await chat.desk.write('Where is the report of March?', other);
      await chat.desk.work();
      chat.desk.clock.advance(16 * 60_000);
      await showBackgrounds(chat.desk.deps);
      expect(inThread(`T-${ticketId}`)).toEqual([]);
    });
  });
}
