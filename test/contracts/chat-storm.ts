// The part of the contract of chat platforms that is about many refusals in a row: "too fast", again and again.
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/model/errors.ts';
import { aCard } from './chat-cards.ts';
import { type Chat, until } from './chat-world.ts';

export function stormContract(current: () => Chat): void {
  describe('many 429 in a row', () => {
    let chat: Chat;
    beforeEach(() => {
      chat = current();
    });

    /** As the queue does: again, when the time has come that it is told. */
    async function persist<T>(work: () => Promise<T>): Promise<T> {
      for (let left = 20; ; left--) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof AppError && error.retryable) || left === 0) throw error;
          const due = Date.now() + (error.retryAfterMs ?? 0);
          await until(() => expect(Date.now()).toBeGreaterThanOrEqual(due));
        }
      }
    }

    it('lose no card, let P1 through first, and are given the time they ask for', async () => {
      const hasty = chat.world.storm?.(8);
      const cards = [
        ['P4', 0.3],
        ['P3', 0.5],
        ['P4', 0.3],
        ['P1', 1],
      ] as const;
      await Promise.all(
        cards.map(([tone, urgency], n) => {
          const card = { ...aCard({ text: `${tone} number ${n}` }), tone };
          return persist(() => chat.platform.post(chat.place(), card, { urgency }));
        }),
      );
      await until(() => expect(chat.heads().filter(({ text }) => text.includes('number'))).toHaveLength(4));
      // One that was on its way beside it may be taken where P1 was the last to be refused.
      const first = chat.heads().slice(0, 2);
      expect(first.map(({ text }) => text).join()).toContain('P1');
      expect(hasty?.()).toBe(0);
      expect(chat.world.refused()).toEqual([]);
    });

    it('leave the newest of several updates standing', async () => {
      const ref = await chat.platform.post(chat.place(), aCard({ text: 'version 0' }));
      const hasty = chat.world.storm?.(5);
      let version = 0;
      // As `present` does: what is tried again is drawn again.
      const draw = () => chat.platform.update(ref, aCard({ text: `version ${version}` }));
      await Promise.all(
        Array.from({ length: 6 }, () => {
          version += 1;
          return persist(draw);
        }),
      );
      await until(() => expect(chat.see(ref)?.text).toContain('version 6'));
      expect(hasty?.()).toBe(0);
      expect(chat.heads()).toHaveLength(1);
    });
  });
}

/** Calls that came during the pause that a 429 asked for, besides those that were on their way with it. */
export function hastyCalls(calls: { at: number; status: number }[], pauseMs: number): number {
  const refused = calls.filter(({ status }) => status === 429);
  const during = (at: number) =>
    refused.some((one) => at - one.at > pauseMs * 0.3 && at - one.at < pauseMs * 0.95);
  return calls.filter(({ at }) => during(at)).length;
}
