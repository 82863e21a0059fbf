// Slack's adapter, real bolt and WebClient, against a Slack that is not ours; what it must be helped with: slack-emulator.ts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showBackgrounds } from '../../../src/flows/background.ts';
import { sendDue } from '../../../src/flows/reply.ts';
import type { ActionId } from '../../../src/model/card.ts';
import { aCard } from '../../contracts/chat-cards.ts';
import { appears, until } from '../../contracts/chat-world.ts';
import { SLACK } from '../../support/slack-double.ts';
import { openEmulatedDesk, RESPONSE_URL, TEAM } from '../../support/slack-emulator.ts';
import { actionsOf, elementFor, formValues, optionFor, stateOf, wordsOf } from '../../support/slack-eyes.ts';

describe('Slack as `emulate` plays it', { timeout: 180_000 }, () => {
  let opened: Awaited<ReturnType<typeof openEmulatedDesk>>;
  beforeEach(async () => {
    opened = await openEmulatedDesk();
  }, 60_000);
  afterEach(async () => {
    const { faults } = opened.slack;
    await opened.close();
    expect(faults).toEqual([]);
  });

  async function card() {
    const [head] = await opened.slack.heads();
    if (!head) throw new Error('no card');
    return { ...head, words: wordsOf(head.blocks), actions: actionsOf(head.blocks) };
  }
  async function ticket(): Promise<number> {
    const { ticketId } = await opened.desk.write('Please send me the invoice of March');
    await opened.desk.work();
    return ticketId ?? 0;
  }
  const shows = (words: string) =>
    until(async () => {
      await opened.desk.work();
      expect((await card()).words).toContain(words);
    });
  const sendEvent = (event: Record<string, unknown>) =>
    opened.wire.event(
      { type: 'event_callback', team_id: TEAM.id, event_id: crypto.randomUUID(), event, authorizations: [] },
      1,
    );
  const refused = () => opened.slack.calls.filter(({ answer }) => !answer.ok);

  async function press(who: 'ana' | 'stranger', action: ActionId, trigger?: string) {
    const { channel, people } = opened.slack;
    const { ts, blocks } = await card();
    const user = { id: people[who] };
    const act = async (element: object, place: object) => {
      const trigger_id = trigger ?? (await opened.slack.trigger(user.id));
      const actions = [{ block_id: 'b', ...element }];
      await opened.wire.interact(
        { type: 'block_actions', team: TEAM, user, trigger_id, actions, ...place },
        1,
      );
    };
    const onCard = {
      container: { type: 'message', channel_id: channel, message_ts: ts },
      channel: { id: channel },
      message: { ts },
      response_url: RESPONSE_URL,
    };
    const element = elementFor(blocks, action) ?? optionFor(blocks, (value) => value.endsWith(` ${action}`));
    if (element) return act(element, onCard);
    const more = optionFor(blocks, (value) => value.includes(' more:'));
    if (!more) throw new Error(`there is no ${action}`);
    await act(more, onCard);
    const list = await appears('the list', () => opened.slack.view('views.open'));
    const button = elementFor(list.blocks, action);
    if (!button) throw new Error(`there is no ${action} behind "More…"`);
    await act(button, { container: { type: 'view', view_id: list.id }, view: list });
  }

  /** Sends the window that is open with these values over what it was filled with. */
  async function submit(values: Record<string, string>, ...opening: string[]) {
    const view = await appears('the form', () => opened.slack.view(...opening));
    const window = { id: view.id, user: opened.slack.people.ana, view, open: true };
    const filled = formValues(window);
    const state = { values: stateOf(window, values) };
    const user = { id: window.user };
    await opened.wire.interact({ type: 'view_submission', team: TEAM, user, view: { ...view, state } }, 1);
    return filled;
  }

  it('posts the card, knows who pressed by users.info, and changes it in place until the reply has left', async () => {
    const id = await ticket();
    const first = await card();
    expect(first).toMatchObject({ user: SLACK.botUser, text: expect.stringContaining(`T-${id}`) });
    expect(first.words).toContain('Please send me the invoice of March');
    await press('ana', 'approve');
    await shows('Ana approved');
    expect(opened.slack.calls.map(({ method }) => method)).toContain('users.info');
    opened.desk.clock.advance(60_000);
    await sendDue(opened.desk.deps);
    await shows('Sent by Ana');
    expect(await card()).toMatchObject({ ts: first.ts, edited: { user: SLACK.botUser } });
    expect((await card()).actions).not.toContain('approve');
    expect(await opened.slack.heads()).toHaveLength(1);
    expect(opened.desk.email.sent).toHaveLength(1);
    expect(refused()).toEqual([]);
  });

  it('writes later words into the thread, and keeps an agent’s there as a note', async () => {
    const id = await ticket();
    const { ts } = await card();
    await opened.desk.write('Please send the invoice of March to Acme Ltd');
    await opened.desk.work();
    const [later] = await opened.slack.replies(ts);
    expect(later).toMatchObject({ user: SLACK.botUser, thread_ts: ts });
    expect(wordsOf(later?.blocks ?? [])).toContain('Acme Ltd');
    const { ana, channel } = opened.slack;
    const written = await ana.chat.postMessage({ channel, thread_ts: ts, text: 'she called' });
    await sendEvent({ ...written.message, channel, channel_type: 'channel' });
    await until(async () =>
      expect((await opened.desk.store.messagesOf(id)).at(-1)).toMatchObject({
        direction: 'note',
        text: 'she called',
        author: 'Ana',
      }),
    );
    await until(async () =>
      expect((await opened.slack.replies(ts)).at(-1)).toMatchObject({ reactions: [{ name: 'memo' }] }),
    );
    expect(refused()).toEqual([]);
  });

  it('shows who put 👀 on the card', async () => {
    await ticket();
    const { ts: timestamp } = await card();
    const { ana, channel, people } = opened.slack;
    await ana.reactions.add({ channel, timestamp, name: 'eyes' });
    const on = { item: { type: 'message', channel, ts: timestamp }, event_ts: '1700000000.000100' };
    await sendEvent({ type: 'reaction_added', user: people.ana, reaction: 'eyes', ...on });
    await shows('Ana is looking at it');
    expect(await card()).toMatchObject({ reactions: [{ name: 'eyes', users: [people.ana] }] });
  });

  it('answers /deskhand queue', async () => {
    const id = await ticket();
    const { channel, people } = opened.slack;
    const about = {
      team_id: TEAM.id,
      user_id: people.ana,
      channel_id: channel,
      trigger_id: 'one',
      response_url: RESPONSE_URL,
    };
    await opened.wire.command({ command: '/deskhand', text: 'queue', ...about });
    await until(() => expect(opened.slack.answers.join()).toContain(`T-${id}`));
  });

  it('opens the draft in a window, and sends what Ana made of it', async () => {
    await ticket();
    await press('ana', 'form:edit');
    expect((await submit({ text: 'The invoice is attached.' })).text).toContain('Answer to');
    await shows('The invoice is attached.');
    expect(refused()).toEqual([]);
  });

  it('says in private that a trigger is used up, and to a stranger that nothing was done', async () => {
    const id = await ticket();
    const used = await opened.slack.trigger(opened.slack.people.ana);
    const title = { type: 'plain_text' as const, text: 'Another' };
    await opened.slack.bot.views.open({ trigger_id: used, view: { type: 'modal', title, blocks: [] } });
    await press('ana', 'form:edit', used);
    await until(async () => expect(await opened.slack.page()).toContain('Please press the button again'));
    expect(refused()).toMatchObject([{ method: 'views.open', answer: { error: 'exchanged_trigger_id' } }]);
    await press('stranger', 'approve');
    await until(async () => expect(await opened.slack.page()).toContain('not in the list of agents'));
    expect(await opened.desk.store.decisionsOf(id)).toEqual([]);
  });

  it.each([
    ['form:escalate', { to: 'billing', reason: 'needs a refund', priority: 'P1' }, { to: 'billing' }],
    ['form:note', { text: 'called her' }, { text: 'called her' }],
    ['form:reclassify', { category: 'reports/exports' }, { category: 'reports/exports' }],
    ['form:prioritise', { priority: 'P1' }, { priority: 'P1' }],
    ['form:link', { issue: 'https://bugs.example/7' }, { issue: 'https://bugs.example/7' }],
    ['form:flag', { reason: 'wrong amount' }, { reason: 'wrong amount' }],
    ['form:reject', { reason: 'spam' }, { reason: 'spam' }],
    ['form:snooze', { until: '2099-01-04T09:00:00.000Z' }, {}],
  ] as const)(
    'opens %s, behind the menu where it is there, and does what it says',
    async (action, values, decision) => {
      const id = await ticket();
      await press('ana', action);
      await submit(values);
      const kind = action.slice('form:'.length);
      await until(async () =>
        expect((await opened.desk.store.decisionsOf(id)).map((one) => one.decision)).toEqual([
          expect.objectContaining({ ...decision, kind }),
        ]),
      );
      expect(refused()).toEqual([]);
    },
  );

  it.each([
    ['take', 'Ana has it'],
    ['resolve', 'Resolved by Ana'],
  ] as const)('%s: the card says so', async (action, words) => {
    await ticket();
    await press('ana', action);
    await shows(words);
    expect(refused()).toEqual([]);
  });

  it('shows everything in the thread, and what is behind the ticket', async () => {
    await ticket();
    const { ts } = await card();
    await showBackgrounds(opened.desk.deps);
    expect(wordsOf((await opened.slack.replies(ts))[0]?.blocks ?? [])).toContain('What is behind it');
    await press('ana', 'show');
    await until(async () => {
      const said = (await opened.slack.replies(ts)).map(({ blocks }) => wordsOf(blocks)).join('\n');
      expect(said).toContain('Customer and account');
    });
    expect(refused()).toEqual([]);
  });

  it('finds a card by its metadata when the answer to it was lost', async () => {
    opened.slack.lose('chat.postMessage');
    const place = { platform: 'slack', channel: opened.slack.channel };
    const ref = await opened.platform.post(place, aCard({ text: 'once', key: 'T-7' }));
    expect(await opened.slack.heads()).toMatchObject([{ ts: ref.message }]);
  });
});
