// What agents do from chat beside answering: tickets out of messages, rewrites, feedback, and what each may do.
import { beforeEach, describe, expect, it } from 'vitest';
import { REWRITES } from '../../src/model/card.ts';
import { appears, type Chat, type ChatWorld, openChat, until } from './chat-world.ts';

const WORDS = 'Maria (maria@acme.example) says:\nthe export of last week is <empty> & she is cross';

/** Tickets, drafts and opinions. */
export function workContract(current: () => Chat): void {
  describe('a ticket out of a message', () => {
    let chat: Chat;
    beforeEach(() => {
      chat = current();
    });

    const tickets = () => chat.desk.store.listTickets({ limit: 10 });

    it('opens with the words and the address in them, and becomes one ticket however often it is sent', async () => {
      await chat.world.take('ana', WORDS);
      const form = await appears('the form', () => chat.world.form('ana'));
      expect(form.values).toMatchObject({ email: 'maria@acme.example', text: WORDS });
      await chat.world.submit('ana', { name: 'Maria', subject: 'Empty export' }, 3);
      await until(() => expect(chat.said('ana')).toMatch(/T-\d+ is open/));
      expect(await tickets()).toMatchObject([{ subject: 'Empty export' }]);
      await chat.desk.work();
      const [ticket] = await tickets();
      expect(chat.card(`T-${ticket?.id}`).text).toContain('<empty> & she is cross');

      await chat.world.take('ben', WORDS);
      await until(() => expect(toldOn(chat, 'ben')).toMatch(/a ticket of this message already: T-\d+/));
      expect(await tickets()).toHaveLength(1);
      expect(chat.world.refused()).toEqual([]);
    });

    it('an address that is none is refused, with what was typed', async () => {
      await chat.world.take('ana', 'she called');
      await appears('the form', () => chat.world.form('ana'));
      await chat.world.submit('ana', { email: 'maria at acme' });
      const told = () => chat.said('ana') + JSON.stringify(chat.world.form('ana'));
      await until(() => expect(told()).toContain('which is no e-mail address'));
      expect(told()).toContain('she called');
      expect(await tickets()).toEqual([]);
    });

    it.each(['vera', 'stranger'] as const)('%s may not, and is told in private', async (person) => {
      await chat.world.take(person, WORDS);
      await until(() => expect(toldOn(chat, person)).toMatch(/role is "viewer"|not in the list of agents/));
      expect(await tickets()).toEqual([]);
    });
  });

  describe('the bot’s draft', () => {
    let chat: Chat;
    beforeEach(() => {
      chat = current();
    });

    it('is written anew from within the edit form in every way that is offered, and nothing is sent', async () => {
      const { id, key } = await chat.ticket();
      for (const how of REWRITES) {
        await chat.open('ana', key, 'form:edit');
        await chat.world.rewrite('ana', how);
        await until(async () => {
          await chat.desk.work();
          expect(chat.card(key).text).toContain(`[${how.toLowerCase()}]`);
        });
      }
      expect(await chat.decided(id)).toEqual([]);
      expect(chat.desk.email.sent).toEqual([]);
      expect(chat.world.refused()).toEqual([]);
    });

    it('says the macro that an agent chooses, the likeliest of which come first, and nothing is sent', async () => {
      const { id, key } = await chat.ticket();
      await chat.open('ana', key, 'form:macro');
      await chat.world.submit('ana', { title: 'Refund of a double charge' });
      await until(async () => {
        await chat.desk.work();
        expect(chat.card(key).text).toContain('[macro Refund of a double charge]');
      });
      expect(await chat.decided(id)).toEqual([]);
      expect(chat.desk.email.sent).toEqual([]);
      expect(chat.world.refused()).toEqual([]);
    });

    it('is found helpful or not, once a person and version', async () => {
      const { id, key } = await chat.ticket();
      const draft = await chat.desk.store.latestDraft(id);
      const opinions = () => chat.desk.store.feedbackOn(draft?.id ?? 0);
      await chat.world.press('ana', chat.card(key), 'unhelpful');
      await until(async () => expect(await opinions()).toEqual({ helpful: 0, unhelpful: 1 }));
      await until(() => expect(chat.said('ana')).toContain('counted against this kind of draft'));
      expect(await chat.desk.store.outcomesOf('billing/invoice-copy')).toMatchObject([{ error: true }]);

      await chat.world.press('ben', chat.card(key), 'helpful');
      await until(async () => expect(await opinions()).toEqual({ helpful: 1, unhelpful: 1 }));
      await chat.world.press('ana', chat.card(key), 'helpful');
      await until(async () => expect(await opinions()).toEqual({ helpful: 2, unhelpful: 0 }));
      await until(async () => expect(await chat.desk.store.outcomesOf('billing/invoice-copy')).toEqual([]));
      expect(chat.world.refused()).toEqual([]);
    });
  });
}

/** People are found again on their platform. */
export function peopleContract(current: () => Chat): void {
  it('tells the person to whom a ticket is assigned, in private and once; who assigns to oneself knows', async () => {
    const chat = current();
    const { id, key } = await chat.ticket();
    await chat.open('ana', key, 'form:assign');
    await chat.world.submit('ana', { to: 'ben@team.example' });
    await chat.afterDecision(id, 'assign');
    await until(() => expect(chat.said('ben')).toContain(`${key} · Ana assigned this to you: `));
    await chat.open('ana', key, 'form:assign');
    await chat.world.submit('ana', { to: 'ana@team.example' });
    await until(async () => {
      await chat.desk.work();
      expect(chat.card(key).text).toContain('Ana has it');
    });
    expect(chat.said('ana')).not.toContain('assigned this to you');
    expect(chat.said('ben').split('assigned this to you')).toHaveLength(2);
  });

  it('tells the person whom a ticket is escalated to, in private', async () => {
    const chat = current();
    const { id, key } = await chat.ticket();
    await chat.open('ana', key, 'form:escalate');
    await chat.world.submit('ana', { to: 'ben@team.example', reason: 'needs a refund' });
    await chat.afterDecision(id, 'escalate');
    await until(() => expect(chat.said('ben')).toContain(key));
    expect(chat.said('vera')).toBe('');
  });
}

/** Who may do what, as the configuration says. */
export function rightsContract(name: string, build: () => Promise<ChatWorld>): void {
  describe(`${name}: rights by action and category`, { timeout: 180_000 }, () => {
    it('an action of another role is refused in private, with who may', async () => {
      const chat = await openChat(await build(), { rights: { approve: 'lead' } });
      const { id, key } = await chat.ticket();
      await chat.world.press('ben', chat.card(key), 'approve');
      await until(() =>
        expect(chat.said('ben')).toContain('takes the role "lead", and yours is "agent". Ask Ana.'),
      );
      expect(await chat.decided(id)).toEqual([]);
      await chat.world.press('ana', chat.card(key), 'approve');
      await chat.afterDecision(id, 'approve');
      await chat.close();
    });

    it('an agent of other categories may not act, but may write notes', async () => {
      const chat = await openChat(await build(), { only: { ben: ['reports'] } });
      const { id, key } = await chat.ticket();
      await chat.world.press('ben', chat.card(key), 'take');
      await until(() => expect(chat.said('ben')).toMatch(/You act on reports; .*Ask Ana\./));
      await chat.world.press('ben', chat.card(key), 'form:escalate');
      await until(() => expect(toldOn(chat, 'ben')).toMatch(/to escalate tickets of billing\/invoice-copy/));
      expect(chat.world.form('ben')).toBeNull();
      expect(await chat.decided(id)).toEqual([]);
      await chat.world.reply('ben', chat.card(key), 'she called me, too');
      await until(async () => expect(await chat.desk.store.messagesOf(id)).toHaveLength(2));
      await chat.close();
    });
  });
}

/** All that a person was told, in private messages and in the window that is open. */
function toldOn(chat: Chat, person: Parameters<Chat['said']>[0]): string {
  return chat.said(person) + (chat.world.shown?.(person) ?? '');
}
