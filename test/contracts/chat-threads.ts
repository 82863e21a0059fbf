// The part of the contract of chat platforms that is about words in threads that are not one ticket's, and rights on their cards.
import { beforeEach, describe, expect, it } from 'vitest';
import { showAlerts } from '../../src/flows/alerts.ts';
import { aCard } from './chat-cards.ts';
import { appears, type Chat, type Person, type Seen, until } from './chat-world.ts';

export function threadsContract(current: () => Chat): void {
  let chat: Chat;
  beforeEach(() => {
    chat = current();
  });

  /** Nobody of them was answered. (The console is not even opened to strangers.) */
  const expectQuiet = (...people: Person[]) => {
    for (const person of people)
      expect(chat.said(person)).not.toMatch(/role is|nothing was done|another kind|kept/i);
  };

  describe('the thread of a burst', () => {
    /** Two tickets that share a thread, and one of its cards. */
    async function burst(): Promise<{ lea: number; tom: number; card: Seen }> {
      const { settings } = chat.desk.deps;
      chat.desk.deps.settings = {
        ...settings,
        noise: { ...settings.noise, burst: { count: 1, minutes: 5 } },
      };
      await chat.ticket();
      const ids: number[] = [];
      for (const name of ['lea', 'tom']) {
        const text = `My name is ${name}, please send me the invoice of March`;
        const { ticketId } = await chat.desk.write(text, { customer: { email: `${name}@acme.example` } });
        await chat.desk.work();
        ids.push(ticketId ?? 0);
      }
      const card = await appears('its card', () =>
        chat.world.messages().find(({ thread, actions }) => thread !== null && actions.includes('approve')),
      );
      return { lea: ids[0] ?? 0, tom: ids[1] ?? 0, card };
    }

    it('keeps notes for the ticket that they name, and an order changes its draft', async () => {
      const { lea, tom, card } = await burst();
      await chat.world.reply('ana', card, `T-${lea} she called about T-${tom}, too`);
      await until(async () => expect(await chat.notes(lea)).toEqual([`Ana: she called about T-${tom}, too`]));
      await chat.world.reply('ben', card, `the one of t-${tom} is paid`);
      await until(async () => expect(await chat.notes(tom)).toEqual([`Ben: the one of t-${tom} is paid`]));
      await chat.world.reply('ana', card, `@deskhand T-${tom}: shorter`);
      await until(async () => {
        await chat.desk.work();
        expect((await chat.desk.store.latestDraft(tom))?.text).toContain('[shorter]');
      });
      expect((await chat.desk.store.latestDraft(lea))?.text).not.toContain('[shorter]');
    });

    it('tells an agent in private how to say which ticket is meant, and is quiet for everybody else', async () => {
      const { lea, tom, card } = await burst();
      for (const person of ['stranger', 'vera'] as const) await chat.world.reply(person, card, 'me too');
      await chat.world.reply('ben', card, 'she called');
      await until(() => expect(chat.said('ben')).toMatch(/Nothing was kept: 2 tickets.*"T-\d+ she called"/));
      await chat.world.reply('ana', card, '@deskhand shorter');
      await until(() => expect(chat.said('ana')).toMatch(/Begin with its number.*"@deskhand T-\d+ shorter"/));
      expectQuiet('stranger', 'vera');
      expect([...(await chat.notes(lea)), ...(await chat.notes(tom))]).toEqual([]);
    });
  });

  describe('words to the bot that are no instruction for the draft', () => {
    it.each([
      ['help', /Say what to change, e\.g\. "@deskhand shorter"/],
      ['Send it, please!', /Nothing was sent.*Approve & send/],
      ['escalate', /buttons? of the card/],
      ['queue', /"queue" is a command: .*"\/deskhand queue"/],
      ['ticket T-1', /"ticket T-1" is a command/],
    ])('@deskhand %s: is told where that is done; the draft stays as it was', async (words, answer) => {
      const { id, key } = await chat.ticket();
      await chat.world.reply('ana', chat.card(key), `@deskhand ${words}`);
      await until(() => expect(chat.said('ana')).toMatch(answer));
      await chat.desk.work();
      expect(await chat.desk.store.draftsOf(id)).toHaveLength(1);
      expect(await chat.desk.store.getTicket(id)).toMatchObject({ instructions: [] });
    });
  });

  describe('threads under other cards', () => {
    it.each(['C-7', 'P-7', 'A-7', 'I-7'])(
      '%s: people talk undisturbed; only words to the bot are answered',
      async (key) => {
        const ref = await chat.platform.post(chat.place(), aCard({ key, text: `about ${key}` }));
        const card = await appears('the card', () => chat.see(ref));
        for (const person of ['stranger', 'vera', 'ben'] as const)
          await chat.world.reply(person, card, `I look at the log of ${key}`);
        await chat.world.reply('ana', card, '@deskhand shorter');
        await until(() => expect(chat.said('ana')).toContain(`This thread is about ${key}`));
        expectQuiet('stranger', 'vera', 'ben');
      },
    );
  });

  it('rights hold on cards that are not about a ticket: who may not is told who may', async () => {
    const { store, deps, clock } = chat.desk;
    deps.settings = { ...deps.settings, rights: { publish: 'lead' } };
    const article = {
      title: 'Pay by invoice',
      body: 'Choose it.',
      category: 'billing/refund',
      language: 'en',
    };
    const id = await store.insertAlert({
      kind: 'gap',
      accountId: null,
      reason: 'gap',
      strength: 1,
      title: 'An article is missing',
      body: { reasons: ['Asked often.'], facts: [], quotes: [], article },
      createdAt: clock.now(),
    });
    await showAlerts(deps);
    const card = await appears('the alert', () =>
      chat.heads().find(({ text }) => text.includes('Asked often.')),
    );
    await chat.world.press('ben', card, 'publish');
    await until(() =>
      expect(chat.said('ben')).toContain(
        'To publish articles takes the role "lead", and yours is "agent". Ask Ana.',
      ),
    );
    expect(await store.getAlert(id)).toMatchObject({ status: 'open' });
    await chat.world.press('ana', card, 'publish');
    await until(async () => expect(await store.getAlert(id)).toMatchObject({ status: 'published' }));
  });
}
