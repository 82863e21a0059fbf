// The part of the contract of chat platforms that is about presets, urgencies, and cards that one person has asked for.
import { beforeEach, describe, expect, it } from 'vitest';
import { snoozePresets } from '../../src/cards/forms.ts';
import { appears, type Chat, type Person, type Seen, until } from './chat-world.ts';

export function nativeContract(current: () => Chat): void {
  let chat: Chat;
  beforeEach(() => {
    chat = current();
  });

  it('escalates with an urgency, which the ticket has from then on', async () => {
    const { id, key } = await chat.ticket();
    await chat.open('ana', key, 'form:escalate');
    await chat.world.submit('ana', { to: 'billing', reason: 'it blocks her payroll', priority: 'P1' });
    await chat.afterDecision(id, 'escalate');
    expect(await chat.decided(id)).toMatchObject([{ kind: 'escalate', to: 'billing', priority: 'P1' }]);
    await until(() => expect(chat.card(key).text).toContain('P1'));
    expect(chat.card(key).text).toContain('Escalated to billing by Ana');
  });

  it('snoozes until each of the times that the form offers', async () => {
    const { timeZone } = chat.desk.deps.settings.workspace;
    for (const { value, label } of snoozePresets({ now: chat.desk.clock.now(), timeZone })) {
      const { id, key } = await chat.ticket(`Please send me the invoice of ${label}`);
      await chat.open('ana', key, 'form:snooze');
      await chat.world.submit('ana', { until: value });
      await until(async () =>
        expect((await chat.decided(id)).at(-1)).toMatchObject({ kind: 'snooze', until: value }),
      );
      await chat.desk.work();
      await until(() => expect(chat.card(key).text).toContain('Snoozed until'));
    }
    expect(chat.world.refused()).toEqual([]);
  });

  describe('a card that one person asked for', () => {
    const asked = async (person: Person, key: string): Promise<Seen> => {
      await chat.world.command(person, `ticket ${key}`);
      return appears('the card', () =>
        chat.world
          .privates?.(person)
          .findLast(({ text, actions }) => text.includes(key) && actions.length > 0),
      );
    };

    it('has buttons, menu and forms that work, and the card in the channel shows it', async ({ skip }) => {
      if (!chat.world.privates) return skip();
      const { id, key } = await chat.ticket();
      const mine = await asked('ana', key);
      expect(mine.actions).toEqual(expect.arrayContaining(['approve', 'form:edit', 'take']));
      await chat.world.press('ana', mine, 'take', 2);
      await chat.afterDecision(id, 'take');
      await until(() => expect(chat.said('ana')).toContain(`${key} is yours`));
      await until(() => expect(chat.card(key).text).toContain('Ana has it'));

      // Far down in the menu.
      await chat.world.press('ana', mine, 'form:flag');
      await appears('the form', () => chat.world.form('ana'));
      await chat.world.submit('ana', { reason: 'from the card of my own' });
      await chat.afterDecision(id, 'flag');

      await chat.world.press('ana', mine, 'approve', 2);
      await chat.afterDecision(id, 'approve');
      await until(() => expect(chat.card(key).text).toContain('Ana approved'));
      expect((await chat.decided(id)).map(({ kind }) => kind)).toEqual(['take', 'flag', 'approve']);
      expect(chat.heads()).toHaveLength(1);
      expect(chat.world.refused()).toEqual([]);
    });

    it('gives a viewer nothing but the look of it', async ({ skip }) => {
      if (!chat.world.privates) return skip();
      const { id, key } = await chat.ticket();
      await chat.world.press('vera', await asked('vera', key), 'approve');
      await until(() => expect(chat.said('vera')).toContain('role is "viewer"'));
      expect(await chat.decided(id)).toEqual([]);
    });
  });
}
