// Slack's 429: whatever the method and however many in a row, the pause is kept, nothing is lost, and P1 goes first.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/model/errors.ts';
import { aCard } from '../../contracts/chat-cards.ts';
import { type Chat, openChat, until } from '../../contracts/chat-world.ts';
import { type SlackWorld, slackWorld } from '../../support/slack-world.ts';

describe('a 429 of Slack', { timeout: 60_000 }, () => {
  let world: SlackWorld;
  let chat: Chat;
  beforeEach(async () => {
    world = await slackWorld('http');
    chat = await openChat(world);
  });
  afterEach(() => chat.close());

  const calls = (method: string) => world.slack.journal.filter((call) => call.method === method);

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

  /** Calls in the second after a 429, besides those that were on their way already. */
  const hasty = (method: string) => {
    const refused = calls(method).filter(({ status }) => status === 429);
    return calls(method).filter(({ at }) => refused.some((one) => at - one.at > 300 && at - one.at < 990));
  };

  it('eight in a row lose no card, let P1 through first, and are given the time they ask for', async () => {
    world.slack.busy(8, /^chat\.postMessage$/);
    const cards = [
      ['P4', 0.3],
      ['P3', 0.5],
      ['P4', 0.3],
      ['P1', 1],
    ] as const;
    await Promise.all(
      cards.map(([level, urgency], n) =>
        persist(() =>
          chat.platform.post(
            chat.place(),
            { ...aCard({ text: `${level} number ${n}` }), tone: level },
            { urgency },
          ),
        ),
      ),
    );
    expect(chat.heads()).toHaveLength(cards.length);
    expect(chat.heads()[0]?.text).toContain('P1');
    expect(hasty('chat.postMessage')).toEqual([]);
    expect(world.refused()).toEqual([]);
  });

  it('of updates leaves the newest standing', async () => {
    const ref = await chat.platform.post(chat.place(), aCard({ text: 'version 0' }));
    world.slack.busy(5, /^chat\.update$/);
    let version = 0;
    // As `present` does: what is tried again is drawn again.
    const draw = () => chat.platform.update(ref, aCard({ text: `version ${version}` }));
    await Promise.all(
      Array.from({ length: 6 }, () => {
        version += 1;
        return persist(draw);
      }),
    );
    expect(chat.see(ref)?.text).toContain('version 6');
    expect(hasty('chat.update')).toEqual([]);
  });

  it.each([
    [
      'of a direct message',
      /^chat\.postMessage$/,
      async () => {
        world.slack.channels.get(world.channel)?.members.delete('U0BEN');
        await chat.platform.notify({ platform: 'slack', userId: 'U0BEN' }, 'waits for you', chat.place());
        expect(chat.said('ben')).toContain('waits for you');
      },
    ],
    [
      'when somebody is looked up',
      /^users\./,
      async () => {
        const mention = [{ platform: 'slack', userId: 'ana@team.example' }];
        const ref = await chat.platform.post(chat.place(), aCard({ text: 'for Ana' }), { mention });
        expect(world.pinged(ref)).toEqual(['ana']);
      },
    ],
    [
      'when a channel is looked at',
      /^(conversations|users\.conversations|auth)/,
      async () => {
        expect(await chat.platform.check?.(world.channel)).toMatchObject({ ok: true });
        expect(await chat.platform.check?.('#support')).toMatchObject({ ok: true });
        expect(await chat.platform.health()).toMatchObject({ ok: true });
      },
    ],
    [
      'of a window',
      /^views\./,
      async () => {
        const { key } = await chat.ticket();
        expect((await chat.open('ana', key, 'form:edit')).values.text).toContain('Answer to');
        expect(await world.openHome('ana')).toContain('Today');
      },
    ],
    [
      'of a mark under a note',
      /^reactions\./,
      async () => {
        const { key } = await chat.ticket();
        const note = await world.reply('ana', chat.card(key), 'she called');
        await until(() => expect(world.marks?.(note)).toEqual(['📝']));
      },
    ],
  ] as const)('%s is waited for', async (_what, method, work) => {
    world.slack.busy(1, method);
    await work();
    expect(world.slack.journal.filter(({ status }) => status === 429)).toHaveLength(1);
    expect(world.refused()).toEqual([]);
  });

  it('leaves a note without a mark where the app may not react', async () => {
    world.slack.setScopes(['chat:write']);
    const { id, key } = await chat.ticket();
    const note = await world.reply('ana', chat.card(key), 'she called');
    await until(() => expect(calls('reactions.add')).toHaveLength(1));
    expect(world.marks?.(note)).toEqual([]);
    expect(await chat.desk.store.messagesOf(id)).toHaveLength(2);
  });
});
