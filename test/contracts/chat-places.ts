// The part of the contract of chat platforms that is about where cards go, whom they mention, and who goes first.
import { beforeEach, describe, expect, it } from 'vitest';
import { agentRef } from '../../src/flows/agents.ts';
import { showBackgrounds } from '../../src/flows/background.ts';
import { aCard } from './chat-cards.ts';
import { appears, type Chat, until } from './chat-world.ts';

/** `farEnd`: false where nothing between the bot and its people could fail. */
export function placesContract(current: () => Chat, { farEnd }: { farEnd: boolean }): void {
  describe('places and mentions', () => {
    let chat: Chat;
    beforeEach(() => {
      chat = current();
    });

    /** Agents of the test team as this platform knows them. */
    const people = (...names: string[]) =>
      chat.desk.deps.settings.agents
        .filter(({ name }) => names.includes(name))
        .map((agent) => agentRef(agent, chat.platform.id));

    it('tells of a channel whether cards can be posted there', async () => {
      expect(await chat.platform.check?.(chat.world.channel)).toMatchObject({ ok: true });
      const missing = await chat.platform.check?.('#nowhere');
      expect(missing).toMatchObject({ ok: false });
      expect(missing?.detail.length).toBeGreaterThan(20);
    });

    it.runIf(farEnd).each(['channel gone', 'bot removed'] as const)(
      'finds %s without a ticket',
      async (kind) => {
        chat.world.fault(kind);
        expect(await chat.platform.check?.(chat.world.channel)).toMatchObject({ ok: false });
      },
    );

    it('mentions exactly whom it is told to, once, and never those whom a customer names', async () => {
      const text = 'ask @Ben <@U0BEN> <at>Ben</at>';
      const ref = await chat.platform.post(chat.place(), aCard({ text, key: 'T-7' }), {
        mention: people('Ana'),
      });
      await until(() => expect(chat.see(ref)?.text).toContain('ask'));
      expect(chat.world.pinged(ref)).toEqual(['ana']);
      await chat.platform.update(ref, aCard({ text: 'taken', key: 'T-7' }));
      await until(() => expect(chat.see(ref)?.text).toBe('taken'));
      expect(chat.see(ref)?.mentions).toEqual([]);
      expect(chat.world.refused()).toEqual([]);
    });

    it('mentions nobody where nobody is to be mentioned', async () => {
      const ref = await chat.platform.post(chat.place(), aCard({ text: 'quiet' }), { mention: [] });
      expect(chat.world.pinged(ref)).toEqual([]);
    });

    it('mentions the people of a route when a ticket of a burst becomes P1, and not before', async () => {
      await chat.ticket();
      const { settings } = chat.desk.deps;
      chat.desk.deps.settings = {
        ...settings,
        routes: [{ when: {}, to: [`${chat.platform.id}:${chat.world.channel}`], mention: ['Ana'] }],
        noise: { ...settings.noise, burst: { count: 1, minutes: 5 } },
      };
      const { ticketId } = await chat.desk.write('My name is lea, please send me the invoice', {
        customer: { email: 'lea@acme.example' },
      });
      await chat.desk.work();
      const card = await appears('its card', () =>
        chat.world.messages().find(({ thread, actions }) => thread !== null && actions.includes('approve')),
      );
      expect(chat.world.pinged(card.ref)).toEqual([]);
      await chat.world.press('ben', card, 'form:prioritise');
      await appears('the form', () => chat.world.form('ben'));
      await chat.world.submit('ben', { priority: 'P1' });
      await chat.afterDecision(ticketId ?? 0, 'prioritise');
      const own = await appears('a card of its own', () =>
        chat
          .heads()
          .find(({ text, actions }) => text.includes(`T-${ticketId}`) && actions.includes('approve')),
      );
      expect(chat.world.pinged(own.ref)).toEqual(['ana']);
      expect(chat.world.refused()).toEqual([]);
    });

    it('keeps the cards of a burst in the thread of one message, where their buttons and 👀 work', async () => {
      const { settings } = chat.desk.deps;
      chat.desk.deps.settings = {
        ...settings,
        noise: { ...settings.noise, burst: { count: 1, minutes: 5 } },
      };
      await chat.ticket();
      const others = [];
      for (const name of ['lea', 'tom', 'zoe']) {
        const text = `My name is ${name}, please send me the invoice of March`;
        const { ticketId } = await chat.desk.write(text, { customer: { email: `${name}@acme.example` } });
        await chat.desk.work();
        others.push(ticketId ?? 0);
      }
      expect(chat.heads()).toHaveLength(2);
      const head = await appears('the burst', () =>
        chat.heads().find(({ text }) => /3 more about/.test(text)),
      );
      const [first = 0] = others;
      const card = await appears('its card', () =>
        chat.world.messages().find((seen) => seen.thread !== null && seen.actions.includes('approve')),
      );
      expect(card.text).toContain(`T-${first}`);
      expect(card.thread).toBe(head.ref.message);
      const standing = chat.world.messages().length;
      await showBackgrounds(chat.desk.deps);
      expect(
        chat.world
          .messages()
          .slice(standing)
          .map(({ thread }) => thread),
      ).toEqual([chat.heads()[0]?.ref.message]);
      await chat.world.look('ben', card, true);
      await until(async () => expect((await chat.desk.store.getTicket(first))?.looking).toEqual(['Ben']));
      await chat.world.press('ana', card, 'approve');
      await chat.afterDecision(first, 'approve');
      await until(() =>
        expect(chat.world.messages().find(({ ref }) => ref.message === card.ref.message)?.text).toContain(
          'Ana approved',
        ),
      );
      expect(chat.world.refused()).toEqual([]);
    });
  });
}
