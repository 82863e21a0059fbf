// What every chat platform promises. Each test begins with the platform's own wire event and ends at the far end's journal.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/model/errors.ts';
import { backgroundContract } from './chat-background.ts';
import { aBigCard, aCard } from './chat-cards.ts';
import { dashboardContract } from './chat-dashboard.ts';
import { digestContract } from './chat-digest.ts';
import { keptContract } from './chat-kept.ts';
import { lookingContract } from './chat-looking.ts';
import { nativeContract } from './chat-native.ts';
import { placesContract } from './chat-places.ts';
import { stormContract } from './chat-storm.ts';
import { subjectCardsContract } from './chat-subject-cards.ts';
import { threadsContract } from './chat-threads.ts';
import { endingContract, raceContract, troubleContract } from './chat-trouble.ts';
import { peopleContract, rightsContract, workContract } from './chat-work.ts';
import { appears, type Chat, type ChatWorld, openChat, until } from './chat-world.ts';

/** Runs the suite. `farEnd`: false where the platform is this process itself, with nothing between that could fail. */
export function chatPlatformContract(
  name: string,
  build: () => Promise<ChatWorld>,
  { farEnd = true } = {},
): void {
  describe(`chat platform: ${name}`, { timeout: 180_000 }, () => {
    let chat: Chat;
    beforeEach(async () => {
      chat = await openChat(await build());
    });
    afterEach(() => chat.close());

    describe('the card', () => {
      it('is posted once with id, words and buttons, and updated in place', async () => {
        const { id, key } = await chat.ticket();
        expect(chat.heads()).toHaveLength(1);
        const first = chat.card(key);
        expect(first.text).toContain('Please send me the invoice of March');
        expect(first.notification).toContain(key);
        expect(first.actions).toEqual(
          expect.arrayContaining(['approve', 'form:edit', 'form:escalate', 'take']),
        );

        await chat.desk.press('ana', id, { kind: 'take' });
        await chat.desk.work();
        expect(chat.heads()).toHaveLength(1);
        await until(() => expect(chat.card(key).text).toContain('Ana has it'));
        expect(chat.card(key).edits).toBeGreaterThan(first.edits);
        expect(chat.world.refused()).toEqual([]);
      });

      it('keeps within every limit whatever it is given, and loses no id', async () => {
        const ref = await chat.platform.post(chat.place(), aBigCard('T-9876543'));
        expect(chat.world.refused()).toEqual([]);
        const seen = await appears('the card', () => chat.see(ref));
        expect(seen.text).toContain('T-9876543');
        expect(seen.mentions).toEqual([]);
        await chat.platform.update(ref, aBigCard('T-9876543'));
        expect(chat.world.refused()).toEqual([]);
      });

      it('shows markup, mentions and links of customers as the text they are', async () => {
        const { key } = await chat.ticket(
          'Hi @everyone <!channel> <@U1> <https://evil.example|your bank> *bold* @here [x](https://evil.example)',
        );
        const seen = chat.card(key);
        expect(seen.mentions).toEqual([]);
        expect(seen.text).toContain('your bank');
        expect(chat.world.refused()).toEqual([]);
      });

      it('shows the newest of many quick updates', async () => {
        const ref = await chat.platform.post(chat.place(), aCard({ text: 'version 0' }));
        await Promise.all(
          Array.from({ length: 12 }, (_, n) =>
            chat.platform.update(ref, aCard({ text: `version ${n + 1}` })),
          ),
        );
        expect(chat.see(ref)?.text).toContain('version 12');
      });

      it('tells in the thread and on the card what the customer wrote later', async () => {
        const { key } = await chat.ticket();
        await chat.desk.write('Please send the invoice of March to Acme Ltd');
        await chat.desk.work();
        const reply = await appears('the later words', () =>
          chat.world.messages().find((m) => m.thread !== null && m.text.includes('Acme Ltd')),
        );
        expect(reply.thread).toBe(chat.card(key).ref.message);
        await until(() => expect(chat.card(key).text).toContain('Acme Ltd'));
      });
    });

    describe('buttons', () => {
      it('approves, tells who did it, and undoes', async () => {
        const { id, key } = await chat.ticket();
        await chat.world.press('ana', chat.card(key), 'approve');
        await chat.afterDecision(id, 'approve');
        await until(() => expect(chat.card(key).text).toContain('Ana approved'));
        expect(chat.desk.email.sent).toEqual([]);

        await chat.world.press('ana', chat.card(key), 'undo');
        await chat.afterDecision(id, 'undo');
        await until(() => expect(chat.card(key).actions).toContain('approve'));
        chat.desk.clock.advance(60_000);
        await chat.desk.work();
        expect(chat.desk.email.sent).toEqual([]);
      });

      it('settles the card when the reply has left', async () => {
        const { id, key } = await chat.ticket();
        await chat.world.press('ana', chat.card(key), 'approve');
        await chat.afterDecision(id, 'approve');
        chat.desk.clock.advance(60_000);
        await chat.deliver();
        expect(chat.desk.email.sent).toHaveLength(1);
        await until(() => expect(chat.card(key).text).toContain('Sent by Ana'));
        expect(chat.card(key).actions).not.toContain('approve');
      });

      it('takes and releases with a private answer', async () => {
        const { id, key } = await chat.ticket();
        await chat.world.press('ben', chat.card(key), 'take');
        await chat.afterDecision(id, 'take');
        await until(() => expect(chat.said('ben')).toContain(`${key} is yours`));
        await until(() => expect(chat.card(key).actions).toContain('release'));
        await chat.world.press('ben', chat.card(key), 'release');
        await chat.afterDecision(id, 'release');
        await until(() => expect(chat.said('ben')).toContain('Back in the queue'));
        expect(chat.said('ana')).toBe('');
      });

      it('resolves', async () => {
        const { id, key } = await chat.ticket();
        await chat.world.press('ana', chat.card(key), 'resolve');
        await chat.afterDecision(id, 'resolve');
        await until(() => expect(chat.card(key).text).toContain('Resolved by Ana'));
      });

      it('reopens what was closed by mistake, with its draft', async () => {
        const { id, key } = await chat.ticket();
        const { text } = (await chat.desk.store.latestDraft(id)) ?? {};
        await chat.open('ana', key, 'form:reject');
        await chat.world.submit('ana', { reason: 'spam' });
        await chat.afterDecision(id, 'reject');
        await until(() => expect(chat.card(key).text).toContain('Closed without a reply by Ana'));
        await chat.world.press('ben', chat.card(key), 'undo');
        await chat.afterDecision(id, 'undo');
        await until(() => expect(chat.said('ben')).toContain('Open again'));
        await until(() => expect(chat.card(key).actions).toContain('approve'));
        expect(await chat.desk.store.latestDraft(id)).toMatchObject({ status: 'pending', text });
      });

      it('tries a failed reply again', async () => {
        const { id, key } = await chat.ticket();
        chat.desk.email.fail = new AppError('refused', 'no such mailbox');
        await chat.world.press('ana', chat.card(key), 'approve');
        await chat.afterDecision(id, 'approve');
        chat.desk.clock.advance(60_000);
        await chat.deliver();
        await until(() => expect(chat.card(key).actions).toContain('retry'));
        chat.desk.email.fail = null;
        await chat.world.press('ana', chat.card(key), 'retry');
        await chat.afterDecision(id, 'retry');
        await chat.deliver();
        expect(chat.desk.email.sent).toHaveLength(1);
      });

      it('shows everything in the thread', async () => {
        const { key } = await chat.ticket();
        await chat.world.press('ana', chat.card(key), 'show');
        const head = chat.card(key).ref.message;
        await until(() => {
          const thread = chat.world.messages().filter((message) => message.thread === head);
          expect(thread.map(({ text }) => text).join('\n')).toContain('Customer and account');
        });
        expect(chat.world.refused()).toEqual([]);
      });
    });

    describe('forms', () => {
      it.each([
        ['form:escalate', { to: 'billing', reason: 'needs a refund' }, { kind: 'escalate', to: 'billing' }],
        ['form:assign', { to: 'ben@team.example' }, { kind: 'assign', to: 'ben@team.example' }],
        ['form:snooze', { until: '2099-01-04T09:00:00.000Z' }, { kind: 'snooze' }],
        [
          'form:reclassify',
          { category: 'reports/exports' },
          { kind: 'reclassify', category: 'reports/exports' },
        ],
        ['form:prioritise', { priority: 'P1' }, { kind: 'prioritise', priority: 'P1' }],
        ['form:link', { issue: 'https://bugs.example/7' }, { kind: 'link', issue: 'https://bugs.example/7' }],
        ['form:flag', { reason: 'wrong amount' }, { kind: 'flag', reason: 'wrong amount' }],
        ['form:note', { text: 'called her' }, { kind: 'note', text: 'called her' }],
        ['form:reject', { reason: 'spam' }, { kind: 'reject', reason: 'spam' }],
      ] as const)('%s', async (action, values, decision) => {
        const { id, key } = await chat.ticket();
        const form = await chat.open('ana', key, action);
        expect(Object.keys(form.values)).toEqual(expect.arrayContaining(Object.keys(values)));
        await chat.world.submit('ana', values);
        await chat.afterDecision(id, decision.kind);
        expect(await chat.decided(id)).toEqual([expect.objectContaining({ ...decision, by: 'Ana' })]);
        expect(chat.world.refused()).toEqual([]);
      });

      it('edits a draft of any length without losing a character, and sends what the agent wrote', async () => {
        const paragraph = 'A sentence with emoji 🙂 and  two spaces. ';
        const long = Array.from({ length: 60 }, (_, n) => `${n}: ${paragraph.repeat(4)}`.trim()).join('\n\n');
        const write = chat.desk.engine.draft;
        chat.desk.engine.draft = async (input) => ({ ...(await write(input)), text: long });
        const { id, key } = await chat.ticket();
        const form = await chat.open('ana', key, 'form:edit');
        expect(form.values.text?.startsWith(long)).toBe(true);
        await chat.world.submit('ana', { then: 'resolve' });
        await chat.afterDecision(id, 'edit');
        const [decision] = await chat.desk.store.decisionsOf(id);
        expect(decision?.decision).toMatchObject({ kind: 'edit', text: form.values.text, then: 'resolve' });
        expect(chat.world.refused()).toEqual([]);
      });

      it('sends the edited words', async () => {
        const { id, key } = await chat.ticket();
        await chat.open('ana', key, 'form:edit');
        await chat.world.submit('ana', { text: 'Dear Maria,\n\nhere it is.' });
        await chat.afterDecision(id, 'edit');
        chat.desk.clock.advance(60_000);
        await chat.deliver();
        expect(chat.desk.email.sent.map(({ text }) => text)).toEqual(['Dear Maria,\n\nhere it is.']);
        await until(() => expect(chat.card(key).text).toContain('edited'));
      });

      it('a form that was opened before a restart still works', async () => {
        const { id, key } = await chat.ticket();
        await chat.open('ana', key, 'form:note');
        await chat.restart();
        await chat.world.submit('ana', { text: 'after the restart' });
        await chat.afterDecision(id, 'note');
        expect(await chat.decided(id)).toMatchObject([{ kind: 'note', text: 'after the restart' }]);
      });
    });

    describe('threads', () => {
      it('keeps replies as internal notes, once however often they are delivered', async () => {
        const { id, key } = await chat.ticket();
        await chat.world.reply('ana', chat.card(key), 'she called about this', 3);
        await until(async () => expect(await chat.notes(id)).toHaveLength(1));
        await chat.world.reply('ben', chat.card(key), 'second');
        await until(async () => expect(await chat.notes(id)).toHaveLength(2));
        expect(await chat.notes(id)).toEqual(['Ana: she called about this', 'Ben: second']);
        await chat.desk.work();
        // It stands in this thread already.
        expect(chat.world.messages().filter((m) => m.thread !== null && m.text.includes('Note by'))).toEqual(
          [],
        );
        expect(chat.desk.email.sent).toEqual([]);
      });

      it('rewrites the draft for @deskhand, and prepares what it is told to send', async () => {
        const { key } = await chat.ticket();
        await chat.world.reply('ana', chat.card(key), '@deskhand shorter');
        await until(async () => {
          await chat.desk.work();
          expect(chat.card(key).text).toContain('[shorter]');
        });
        await until(() => expect(chat.said('ana')).toContain('Rewriting'));
        await chat.world.reply('ana', chat.card(key), '@deskhand send: My own words & <more>');
        await until(async () => {
          await chat.desk.work();
          expect(chat.card(key).text).toContain('My own words & <more>');
        });
        expect(chat.card(key).actions).toContain('approve');
        expect(chat.desk.email.sent).toEqual([]);
      });

      it('takes no notice of what means nothing', async () => {
        const { id, key } = await chat.ticket();
        await chat.world.noise(chat.card(key));
        // What comes after the noise has been handled, so the noise has.
        await chat.world.reply('ana', chat.card(key), 'the end');
        await until(async () => expect(await chat.desk.store.messagesOf(id)).toHaveLength(2));
        expect((await chat.desk.store.messagesOf(id)).at(-1)).toMatchObject({ text: 'the end' });
        expect(await chat.decided(id)).toEqual([]);
        expect(chat.world.notices('ana')).toEqual([]);
      });
    });

    describe('commands', () => {
      it('answers every command, and what it does not understand, in private', async () => {
        const { key } = await chat.ticket();
        const before = chat.world.messages().length;
        for (const [text, expected] of [
          ['help', 'What Deskhand understands'],
          ['queue', key],
          ['mine', 'Taken by you: 0'],
          ['today', 'Today: 0 yours, 1 waiting'],
          ['search invoice', 'Found for “invoice”: 1'],
          ['digest', 'Daily digest'],
          ['digest weekly', 'Weekly digest'],
          ['digest monthly', 'Monthly digest'],
          ['digest 2026-03-02', '2 March'],
          ['digest yesterday', 'There is no digest "yesterday"'],
          ['signals', 'risk'],
          ['mode', 'What the bot may do by itself'],
          ['mode billing/invoice-copy observe', 'is now in mode observe'],
          ['mode nonsense', 'There is no category'],
          [`ticket ${key}`, 'Please send me the invoice'],
          ['ticket T-999', 'There is no ticket'],
        ] as const) {
          await chat.world.command('ana', text);
          await until(() => expect(chat.said('ana')).toContain(expected));
        }
        expect(chat.world.messages()).toHaveLength(before);
        expect(chat.world.refused()).toEqual([]);
      });
    });

    describe('rights', () => {
      it.each(['vera', 'stranger'] as const)('%s is told in private and changes nothing', async (person) => {
        const { id, key } = await chat.ticket();
        await chat.world.press(person, chat.card(key), 'approve');
        await until(() => expect(chat.said(person)).toMatch(/role is "viewer"|not in the list of agents/));
        expect(await chat.decided(id)).toEqual([]);
        expect(chat.said('ana')).toBe('');
      });

      it('acts on nothing whose origin is not proved', async () => {
        const { id, key } = await chat.ticket();
        expect(await chat.world.forge(chat.card(key))).toBe(0);
        expect(await chat.decided(id)).toEqual([]);
      });
    });

    threadsContract(() => chat);
    workContract(() => chat);
    peopleContract(() => chat);
    lookingContract(() => chat);
    raceContract(() => chat);
    placesContract(() => chat, { farEnd });
    backgroundContract(() => chat);
    nativeContract(() => chat);
    digestContract(() => chat);
    dashboardContract(() => chat, { isPage: !farEnd });
    endingContract(() => chat);
    troubleContract(() => chat, { farEnd });
    if (farEnd) keptContract(() => chat);
    if (farEnd) stormContract(() => chat);
  });
  rightsContract(name, build);
  subjectCardsContract(name, build);
}
