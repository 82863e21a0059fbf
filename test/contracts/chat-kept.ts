// The part of the contract of chat platforms that is about words which outlive trouble, and the end of the bot in the midst of it.
import { beforeEach, describe, expect, it } from 'vitest';
import { type Chat, until } from './chat-world.ts';

export function keptContract(current: () => Chat): void {
  describe('words in trouble', () => {
    let chat: Chat;
    beforeEach(() => {
      chat = current();
    });

    it.each(['server error', 'timeout'] as const)(
      'are kept while %s lasts, also those of somebody who was never seen before',
      async (kind) => {
        const { id, key } = await chat.ticket();
        const seen = chat.card(key);
        chat.world.fault(kind);
        const note = await chat.world.reply('ben', seen, 'she called');
        await chat.world.reply('vera', seen, 'I may not');
        chat.world.heal();
        await until(async () => expect(await chat.notes(id)).toEqual(['Ben: she called']));
        await until(() => expect(chat.said('vera')).toContain('Your role is "viewer"'));
        expect(chat.said('vera').match(/role/g)).toHaveLength(2);
        if (chat.world.marks) await until(() => expect(chat.world.marks?.(note)).toEqual(['📝']));
      },
    );

    it('outlive the bot: the next one notes them once, marks them, and tells who may not write', async () => {
      const { id, key } = await chat.ticket();
      const seen = chat.card(key);
      chat.world.fault('server error');
      const note = await chat.world.reply('ben', seen, 'she called', 2);
      await chat.world.reply('vera', seen, 'I may not');
      await chat.restart();
      // Nor does a second end in the same trouble matter, nor that the platform delivers again.
      await chat.restart();
      chat.world.heal();
      await until(async () => expect(await chat.notes(id)).toEqual(['Ben: she called']));
      await until(() => expect(chat.said('vera')).toContain('Your role is "viewer"'));
      if (chat.world.marks) await until(() => expect(chat.world.marks?.(note)).toEqual(['📝']));
      await chat.restart();
      await chat.world.reply('ana', seen, 'the end');
      await until(async () => expect(await chat.notes(id)).toEqual(['Ben: she called', 'Ana: the end']));
      expect(chat.said('vera').match(/role/g)).toHaveLength(2);
      expect(chat.world.refused()).toEqual([]);
    });

    it('are an order that outlives the bot, too, and its answer reaches who gave it', async () => {
      const { key } = await chat.ticket();
      const seen = chat.card(key);
      chat.world.fault('server error');
      await chat.world.reply('ben', seen, '@deskhand shorter');
      await chat.restart();
      chat.world.heal();
      await until(async () => {
        await chat.desk.work();
        expect(chat.card(key).text).toContain('[shorter]');
      });
      await until(() => expect(chat.said('ben')).toContain('Rewriting'));
    });
  });
}
