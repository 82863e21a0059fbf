// 👀 on a card: the others see who is reading it, and nobody is disturbed.
import { expect, it } from 'vitest';
import { type Chat, type Person, until } from './chat-world.ts';

export function lookingContract(current: () => Chat): void {
  /** Puts 👀 on a card as it is now, or takes it back; `times`: deliveries. */
  const look = (key: string, person: Person, on: boolean, times?: number) =>
    current().world.look(person, current().card(key), on, times);

  async function shows(key: string, words: string | null): Promise<void> {
    const { desk } = current();
    await until(async () => {
      await desk.work();
      const text = current().card(key).text;
      if (words === null) expect(text).not.toContain('looking at it');
      else expect(text).toContain(words);
    });
  }

  it('names whoever is looking at the ticket until they take it back, and tells nobody', async () => {
    const chat = current();
    const { id, key } = await chat.ticket();
    await look(key, 'ana', true, 2);
    await shows(key, 'Ana is looking at it');
    await look(key, 'stranger', true);
    await look(key, 'vera', true);
    await shows(key, 'Ana and Vera are looking at it');

    await look(key, 'ana', false, 2);
    await shows(key, 'Vera is looking at it');
    await look(key, 'ana', false);
    await look(key, 'vera', false);
    await shows(key, null);
    expect(await chat.decided(id)).toEqual([]);
    for (const person of ['ana', 'vera', 'stranger'] as const) expect(chat.said(person)).toBe('');
    expect(chat.world.refused()).toEqual([]);
  });

  it('is over when somebody takes the ticket, and comes to nothing on one that is taken', async () => {
    const chat = current();
    const { id, key } = await chat.ticket();
    await look(key, 'ana', true);
    await shows(key, 'Ana is looking at it');
    await chat.desk.press('ben', id, { kind: 'take' });
    await shows(key, null);
    await look(key, 'vera', true);
    await look(key, 'ana', false);
    await shows(key, 'Ben has it');
    await shows(key, null);
    expect((await chat.desk.store.getTicket(id))?.looking).toEqual([]);
  });
}
