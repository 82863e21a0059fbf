// The part of the contract of chat platforms that is about races, stale cards, redelivery and trouble.
import { beforeEach, describe, expect, it } from 'vitest';
import { sweep } from '../../src/flows/sweep.ts';
import { AppError } from '../../src/model/errors.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import { aCard } from './chat-cards.ts';
import { type Chat, until } from './chat-world.ts';

/** Two at once, too late, and the same again. */
export function raceContract(current: () => Chat): void {
  describe('races and stale cards', () => {
    let chat: Chat;
    beforeEach(() => {
      chat = current();
    });

    it('of two agents at one button one wins, and the other is told who and when', async () => {
      const { id, key } = await chat.ticket();
      const seen = chat.card(key);
      await Promise.all([chat.world.press('ana', seen, 'approve'), chat.world.press('ben', seen, 'approve')]);
      await chat.afterDecision(id, 'approve');
      await until(() => expect(chat.said('ana') + chat.said('ben')).toMatch(/(Ana|Ben) approved this at/));
      chat.desk.clock.advance(60_000);
      await chat.deliver();
      expect(chat.desk.email.sent).toHaveLength(1);
      expect(await chat.decided(id)).toHaveLength(1);
    });

    it('of an approval and an edit at the same moment one is sent, and the other agent is told', async () => {
      const { id, key } = await chat.ticket();
      const seen = chat.card(key);
      await chat.open('ben', key, 'form:edit');
      await Promise.all([
        chat.world.submit('ben', { text: 'In my own words' }),
        chat.world.press('ana', seen, 'approve'),
      ]);
      const told = (person: 'ana' | 'ben') =>
        chat.said(person) + JSON.stringify(chat.world.form(person)) + (chat.world.shown?.(person) ?? '');
      await until(async () => expect(await chat.decided(id)).toHaveLength(1));
      const [won] = await chat.decided(id);
      const other = won?.kind === 'approve' ? 'ben' : 'ana';
      await until(() => expect(told(other)).toMatch(/(approved|edited and sent) this at/));
      chat.desk.clock.advance(60_000);
      await chat.deliver();
      expect(chat.desk.email.sent).toHaveLength(1);
    });

    it('a button on a draft that is out of date sends nothing and says so', async () => {
      const { id, key } = await chat.ticket();
      const before = chat.card(key);
      await chat.desk.write('Please send the invoice of April, not March');
      await chat.desk.work();
      await chat.world.press('ana', before, 'approve');
      await until(() => expect(chat.said('ana')).toMatch(/replaced the draft|wrote again/));
      expect(await chat.decided(id)).toEqual([]);
    });

    it('a form on a draft that is out of date sends nothing, and the words are not lost', async () => {
      const { id, key } = await chat.ticket();
      await chat.open('ana', key, 'form:edit');
      await chat.desk.write('Please send the invoice of April, not March');
      await chat.desk.work();
      await chat.world.submit('ana', { text: 'My careful words' });
      const told = () => chat.said('ana') + JSON.stringify(chat.world.form('ana'));
      await until(() => expect(told()).toMatch(/replaced the draft|wrote again/));
      expect(told()).toContain('My careful words');
      expect(await chat.decided(id)).toEqual([]);
    });

    it('the same event delivered again does nothing again', async () => {
      const { id, key } = await chat.ticket();
      await chat.world.press('ana', chat.card(key), 'take', 3);
      await chat.afterDecision(id, 'take');
      await chat.open('ana', key, 'form:note');
      await chat.world.submit('ana', { text: 'once' }, 3);
      await chat.afterDecision(id, 'note');
      await chat.world.press('ana', chat.card(key), 'release');
      await chat.afterDecision(id, 'release');
      expect((await chat.decided(id)).map(({ kind }) => kind)).toEqual(['take', 'note', 'release']);
    });

    it('events of an earlier state that come late change nothing', async () => {
      const { id, key } = await chat.ticket();
      const pending = chat.card(key);
      await chat.world.press('ana', pending, 'approve');
      await chat.afterDecision(id, 'approve');
      chat.desk.clock.advance(60_000);
      await chat.deliver();
      await chat.world.press('ben', pending, 'approve');
      await until(() => expect(chat.said('ben')).toMatch(/approved this|no longer current/));
      expect(chat.desk.email.sent).toHaveLength(1);
    });
  });
}

/** This process ends at any moment. */
export function endingContract(current: () => Chat): void {
  describe('an end in the middle', () => {
    let chat: Chat;
    beforeEach(() => {
      chat = current();
    });

    it('a card stands once although the process died that posted it', async () => {
      const { platforms } = chat.desk.deps;
      const dying: ChatPlatform = {
        ...chat.platform,
        async post(...call) {
          await chat.platform.post(...call);
          throw new AppError('outcome_unknown', 'The process ended.', { retryable: true });
        },
      };
      chat.desk.deps.platforms = new Map([[dying.id, dying]]);
      const { ticketId } = await chat.desk.write('Please send me the invoice of March');
      await expect(chat.desk.work()).rejects.toThrow('The process ended.');
      expect(chat.heads()).toHaveLength(1);

      chat.desk.deps.platforms = platforms;
      await chat.restart();
      chat.desk.clock.advance(60_000);
      await sweep(chat.desk.deps);
      await chat.desk.work();
      await until(() => expect(chat.card(`T-${ticketId}`).actions).toContain('approve'));
      expect(chat.heads()).toHaveLength(chat.world.postsTwice ? 2 : 1);

      // Where it stands twice, either may be used, and the draft is sent once.
      const [first, second = first] = chat.heads();
      if (!first || !second) throw new Error('no card');
      await chat.world.press('ana', first, 'approve');
      await chat.afterDecision(ticketId ?? 0, 'approve');
      await until(() => expect(chat.see(first.ref)?.text).toContain('Ana approved'));
      await until(() => expect(chat.see(second.ref)?.text).toContain('Ana approved'));
      await chat.world.press('ben', second, 'approve');
      await until(() => expect(chat.said('ben')).toContain('Ana approved this'));
      chat.desk.clock.advance(60_000);
      await chat.deliver();
      expect(chat.desk.email.sent).toHaveLength(1);
      expect(chat.world.refused()).toEqual([]);
    });

    it('a card that was seen before a restart works after it, and is settled after another', async () => {
      const { id, key } = await chat.ticket();
      const seen = chat.card(key);
      await chat.restart();
      await chat.world.press('ana', seen, 'approve');
      await chat.afterDecision(id, 'approve');
      await chat.restart();
      chat.desk.clock.advance(60_000);
      await chat.deliver();
      expect(chat.desk.email.sent).toHaveLength(1);
      await until(() => expect(chat.card(key).text).toContain('Sent by Ana'));
      expect(chat.heads()).toHaveLength(1);
    });

    it('is healthy, and says where it is', async () => {
      await until(async () => expect(await chat.platform.health()).toMatchObject({ ok: true }));
    });
  });
}

/**
 * The platform is busy, broken, or does not want us any more. `farEnd`: false where it is this process itself: its
 * database may fail, and posts may be gone.
 */
export function troubleContract(current: () => Chat, { farEnd }: { farEnd: boolean }): void {
  describe('trouble', () => {
    let chat: Chat;
    beforeEach(() => {
      chat = current();
    });

    /** As the flows do: again as long as it is worth it. */
    async function persist<T>(act: () => Promise<T>): Promise<T> {
      for (let attempt = 1; ; attempt++) {
        try {
          return await act();
        } catch (error) {
          if (!(error instanceof AppError && error.retryable) || attempt === 5) throw error;
        }
      }
    }
    const failure = (act: Promise<unknown>) =>
      act.then(
        () => null,
        (error: unknown) => error,
      );

    it.runIf(farEnd)('waits as long as it is told to when it is too fast, and loses nothing', async () => {
      chat.world.fault('busy');
      const ref = await persist(() => chat.platform.post(chat.place(), aCard({ text: 'first' })));
      chat.world.fault('busy');
      await persist(() => chat.platform.update(ref, aCard({ text: 'second' })));
      expect(chat.see(ref)?.text).toContain('second');
      expect(chat.heads()).toHaveLength(1);
    });

    it.runIf(farEnd).each(['server error', 'timeout'] as const)('%s is worth another try', async (kind) => {
      const ref = await chat.platform.post(chat.place(), aCard({ text: 'first' }));
      chat.world.fault(kind);
      const error = await failure(chat.platform.update(ref, aCard({ text: 'second' })));
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ retryable: true });
      chat.world.heal();
      await persist(() => chat.platform.update(ref, aCard({ text: 'second' })));
      expect(chat.see(ref)?.text).toContain('second');
    });

    it.each([
      ['message gone', 'message_gone'] as const,
      ...(farEnd
        ? ([
            ['channel gone', 'channel_gone'],
            ['bot removed', 'channel_gone'],
            ['token revoked', 'token_revoked'],
          ] as const)
        : []),
    ])('%s is final and says what to do', async (kind, code) => {
      const ref = await chat.platform.post(chat.place(), aCard({}));
      chat.world.fault(kind, chat.see(ref));
      const error = await failure(chat.platform.update(ref, aCard({ text: 'second' })));
      expect(error).toMatchObject({ code, retryable: false });
      if (kind !== 'message gone')
        expect(await failure(chat.platform.post(chat.place(), aCard({})))).toMatchObject({
          code,
          retryable: false,
        });
      expect((error as Error).message.length).toBeGreaterThan(20);
      if (kind === 'token revoked') expect((await chat.platform.health()).ok).toBe(false);
    });

    it('posts a card that somebody deleted anew', async () => {
      const { id, key } = await chat.ticket();
      chat.world.fault('message gone', chat.card(key));
      await until(() => expect(chat.heads()).toEqual([]));
      await chat.desk.press('ana', id, { kind: 'take' });
      await chat.desk.work();
      expect(chat.heads()).toHaveLength(1);
      expect(chat.card(key).text).toContain('Ana has it');
      await chat.world.reply('ana', chat.card(key), 'in the new thread');
      await until(async () => expect(await chat.desk.store.messagesOf(id)).toHaveLength(2));
    });

    it('what an agent does while the platform has trouble is done all the same', async () => {
      const { id, key } = await chat.ticket();
      const seen = chat.card(key);
      chat.world.fault('server error');
      await chat.world.press('ana', seen, 'approve');
      await until(async () => expect(await chat.decided(id)).toHaveLength(1));
      chat.world.heal();
      await until(async () => {
        await chat.desk.work();
        expect(chat.card(key).text).toContain('Ana approved');
      });
    });

    it('an escalation reaches its thread and the person who is asked when the platform is back', async () => {
      const { id, key } = await chat.ticket();
      await chat.open('ana', key, 'form:escalate');
      chat.world.fault('server error');
      await chat.world.submit('ana', { to: 'ben@team.example', reason: 'needs a refund' });
      await until(async () => expect(await chat.decided(id)).toHaveLength(1));
      await chat.desk.work().catch(() => undefined);
      expect(chat.said('ben')).toBe('');
      chat.world.heal();
      const summaries = () =>
        chat.world
          .messages()
          .filter(({ thread, text }) => thread !== null && text.includes('needs a refund'));
      await until(async () => {
        chat.desk.clock.advance(60_000);
        await sweep(chat.desk.deps);
        await chat.desk.work();
        expect(summaries()).toHaveLength(1);
      });
      expect(chat.said('ben').split(key)).toHaveLength(2);
    });

    it('comes back by itself when the connection breaks', async () => {
      const { id, key } = await chat.ticket();
      await chat.world.disconnect?.();
      await until(async () => {
        await chat.world.press('ana', chat.card(key), 'take');
        await until(async () => expect(await chat.decided(id)).not.toEqual([]));
      });
    });

    it('a form that was open when the connection broke can still be sent', async () => {
      const { id, key } = await chat.ticket();
      await chat.open('ana', key, 'form:note');
      await chat.world.disconnect?.();
      await until(async () => expect((await chat.platform.health()).ok).toBe(true));
      await chat.world.submit('ana', { text: 'written before, sent after' });
      await chat.afterDecision(id, 'note');
      expect(await chat.decided(id)).toMatchObject([{ kind: 'note', text: 'written before, sent after' }]);
    });
  });
}
