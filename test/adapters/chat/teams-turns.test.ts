// Turns on Teams that no other platform has: late answers, clients without dialogs, cards for everybody.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Form } from '../../../src/model/card.ts';
import type { ActionReply, AgentAction } from '../../../src/model/platform.ts';
import type { ChatPlatform } from '../../../src/ports.ts';
import { aCard } from '../../contracts/chat-cards.ts';
import type { Seen } from '../../contracts/chat-world.ts';
import { BOT, CHANNEL } from '../../support/teams-double.ts';
import { buildTeamsWorld } from '../../support/teams-world.ts';
import { testClock } from '../../support/workspace.ts';

const PLACE = { platform: 'teams', channel: CHANNEL };
const REF = { ticketId: 'T-7', draftVersion: 1 };
const NOTE_FORM: Form = {
  id: 'note',
  ref: REF,
  title: 'Note on T-7',
  submit: 'Add note',
  fields: [{ type: 'multiline', id: 'text', label: 'Note', required: true, maxLength: 100 }],
};
/** The form, and that what was sent in it is noted. */
const noting = async ({ intent }: AgentAction): Promise<ActionReply> =>
  intent.type === 'open_form'
    ? { kind: 'form', form: NOTE_FORM }
    : { kind: 'notice', text: 'Noted.', ok: true };
const PATIENCE = { timeout: 60_000, interval: 20 };

let world: Awaited<ReturnType<typeof buildTeamsWorld>>;
let platform: ChatPlatform;
let actions: AgentAction[];
let reply: (action: AgentAction) => Promise<ActionReply>;

type Button = 'take' | 'form:note' | 'form:assign';

const withButton = (id: Button) => ({
  ...aCard({ text: 'T-7: a ticket', key: 'T-7' }),
  blocks: [
    ...aCard({ text: 'T-7: a ticket' }).blocks,
    { type: 'actions' as const, buttons: [{ id, label: 'Press', style: 'default' as const }], menu: [] },
  ],
});

/** The first card that stands there with this button, or with any. */
function card(id?: Button): Seen {
  const seen = world.messages().find(({ actions }) => id === undefined || actions.includes(id));
  if (!seen) throw new Error('no card');
  return seen;
}

beforeEach(async () => {
  world = await buildTeamsWorld();
  platform = world.create();
  actions = [];
  reply = async () => ({ kind: 'none' });
  await platform.start((action) => {
    actions.push(action);
    return reply(action);
  });
});
afterEach(async () => {
  await platform.stop();
  await world.remove();
});

it('answers a press in time, and tells the result in private when the work is done', async () => {
  let finish: (value: ActionReply) => void = () => undefined;
  reply = () => new Promise((resolve) => (finish = resolve));
  await platform.post(PLACE, withButton('take'));
  const seen = card();

  await world.press('ana', seen, 'take');
  expect(world.notices('ana')).toEqual([expect.stringContaining('Still working')]);
  finish({ kind: 'notice', text: 'T-7 is yours.', ok: true });
  await vi.waitFor(() => expect(world.notices('ana')).toContain('T-7 is yours.'), PATIENCE);
});

it('gives back what was written in a form when the process ends before it is done', async () => {
  const never = Promise.withResolvers<ActionReply>();
  reply = async ({ intent }) =>
    intent.type === 'open_form' ? { kind: 'form', form: NOTE_FORM } : never.promise;
  await platform.post(PLACE, withButton('form:note'));
  const seen = card();
  await world.press('ana', seen, 'form:note');
  await world.submit('ana', { text: 'She called.' });
  expect(world.notices('ana').at(-1)).toContain('Still working');
  const next = world.create();
  await next.start(async () => ({ kind: 'none' }));
  await vi.waitFor(
    () => expect(world.notices('ana').join()).toMatch(/was stopped while.*She called\./s),
    PATIENCE,
  );
  await next.stop();
  never.resolve({ kind: 'none' });
});

it('changes the card for everybody before the one who pressed has the answer', async () => {
  reply = async () => ({ kind: 'card', card: aCard({ text: 'taken', key: 'T-7' }) });
  await platform.post(PLACE, withButton('take'));
  const seen = card();
  await world.press('ana', seen, 'take');
  expect(world.messages().map(({ text, edits }) => ({ text, edits }))).toEqual([{ text: 'taken', edits: 1 }]);
});

it('does not take back what the flows showed meanwhile', async () => {
  const ref = await platform.post(PLACE, withButton('take'));
  reply = async () => {
    await platform.update(ref, aCard({ text: 'a later state', key: 'T-7' }));
    return { kind: 'card', card: aCard({ text: 'an earlier state', key: 'T-7' }) };
  };
  const seen = card();
  await world.press('ana', seen, 'take');
  expect(world.messages().map(({ text }) => text)).toEqual(['a later state']);
});

it('shows a state again that another replica has changed meanwhile', async () => {
  await platform.stop();
  await world.remove();
  const clock = testClock();
  world = await buildTeamsWorld({ clock });
  const other = world.create();
  await other.start(reply);
  platform = world.create();
  await platform.start(reply);
  const ref = await platform.post(PLACE, aCard({ text: 'waits', key: 'T-7' }));
  await other.update(ref, aCard({ text: 'Ana approved', key: 'T-7' }));
  clock.advance(5_000);
  await platform.update(ref, aCard({ text: 'waits', key: 'T-7' }));
  expect(world.messages().map(({ text }) => text)).toEqual(['waits']);
  await other.stop();
});

it('brings a form into the private chat where the client knows no dialogs', async () => {
  reply = noting;
  const ana = world.at('ana');
  await ana.post({
    ...ana.envelope(CHANNEL, '1'),
    type: 'message',
    replyToId: '1',
    value: { msteams: { type: 'task/fetch' }, action: 'form:note', ref: REF },
  });
  const form = await vi.waitFor(() => {
    const shown = world.double.posted.find(({ summary }) => summary === 'Note on T-7');
    expect(shown).toBeDefined();
    return shown;
  }, PATIENCE);
  const submit = form?.card.actions?.[0];
  if (submit?.type !== 'Action.Execute') throw new Error('no form in the private chat');

  await ana.post({
    ...ana.envelope(form?.channel ?? '', null),
    type: 'invoke',
    name: 'adaptiveCard/action',
    replyToId: form?.id,
    value: { action: { type: submit.type, verb: submit.verb, data: { ...submit.data, text: 'called her' } } },
  });
  expect(actions.at(-1)).toMatchObject({
    ref: REF,
    agent: { userId: '00000000-0000-0000-0000-000000000001', email: 'ana@team.example', name: 'Ana' },
    intent: { type: 'decision', decision: { kind: 'note', text: 'called her' } },
  });
});

it('listens in the private chat without a mention, and asks the directory once for each person', async () => {
  reply = async () => ({ kind: 'notice', text: 'Nothing waits.', ok: true });
  const ana = world.at('ana');
  for (const text of ['queue', 'mine']) {
    await ana.post({ ...ana.envelope('a:00000000', null), type: 'message', text });
    await vi.waitFor(() => expect(actions.at(-1)?.intent).toEqual({ type: 'command', text }), PATIENCE);
  }
  expect(world.double.calls.filter((call) => call.includes('/members/'))).toHaveLength(1);
});

it('says that the app must be added again when it was removed from the team', async () => {
  const ana = world.at('ana');
  const event = { ...ana.envelope(CHANNEL, null), type: 'conversationUpdate' };
  await ana.post({ ...event, membersAdded: [{ id: `28:${BOT.id}` }] });
  await platform.post(PLACE, aCard({ text: 'first' }));
  await ana.post({ ...event, id: 'f:2', membersRemoved: [{ id: `28:${BOT.id}` }] });
  world.fault('bot removed');
  await expect(platform.post(PLACE, aCard({ text: 'second' }))).rejects.toMatchObject({
    code: 'channel_gone',
    message: expect.stringContaining('Add the app to the team again'),
  });
});

it('knows who was picked from Teams’ own list: as configured, else as the roster tells', async () => {
  const form: Form = {
    id: 'assign',
    ref: REF,
    title: 'Assign T-7',
    submit: 'Assign',
    fields: [
      {
        type: 'agent',
        id: 'to',
        label: 'To',
        required: true,
        options: [{ value: 'ana@team.example', label: 'Ana' }],
      },
    ],
  };
  reply = async ({ intent }) => (intent.type === 'open_form' ? { kind: 'form', form } : { kind: 'none' });
  await platform.post(PLACE, withButton('form:assign'));
  const pick = async (to: string) => {
    const seen = card();
    await world.press('ana', seen, 'form:assign');
    await world.submit('ana', { to });
    return actions.at(-1)?.intent;
  };
  const assigned = (to: string) => ({ type: 'decision', decision: { kind: 'assign', to } });
  expect(await pick('00000000-0000-0000-0000-000000000001')).toEqual(assigned('ana@team.example'));
  expect(await pick('00000000-0000-0000-0000-000000000002')).toEqual(assigned('ben@team.example'));
  expect(await pick('ana@team.example')).toEqual(assigned('ana@team.example'));
  await pick('00000000-0000-0000-0000-000000000099');
  expect(actions.at(-1)?.intent.type).toBe('open_form');
  expect(world.notices('ana').join()).toContain('not known who that is');
});

describe('while Teams tells nothing of who wrote', () => {
  const clock = testClock();
  beforeEach(async () => {
    await platform.stop();
    await world.remove();
    world = await buildTeamsWorld({ clock, requestMs: 8_000 });
    platform = world.create();
    await platform.start(async (action) => {
      actions.push(action);
      return reply(action);
    });
    await platform.post(PLACE, { ...withButton('take'), ref: REF });
    world.double.fail({ status: 503, code: 'ServiceError', method: 'GET' });
  });
  const write = async (text: string) => {
    const seen = card();
    await world.reply('ben', seen, text);
  };

  it('an order is waited for a quarter of an hour; then who gave it is told', async () => {
    await write('@deskhand shorter');
    clock.advance(16 * 60_000);
    await vi.waitFor(
      () => expect(world.notices('ben').join()).toMatch(/You wrote: @deskhand shorter/),
      PATIENCE,
    );
    expect(actions).toEqual([]);
  });

  it('a note waits for hours, and is kept', async () => {
    await write('she called twice');
    clock.advance(20 * 3_600_000);
    world.double.heal();
    await vi.waitFor(
      () =>
        expect(actions).toMatchObject([
          { agent: { email: 'ben@team.example' }, intent: { type: 'thread', text: 'she called twice' } },
        ]),
      PATIENCE,
    );
    expect(world.notices('ben')).toEqual([]);
  });

  it('a form is answered in time, with what was written in it', async () => {
    world.double.heal();
    reply = noting;
    await platform.post(PLACE, withButton('form:note'));
    const seen = card('form:note');
    await world.press('ana', seen, 'form:note');
    // Teams is asked anew who she is, and does not answer for eight seconds.
    clock.advance(2 * 86_400_000);
    world.double.hang();
    await world.submit('ana', { text: 'She called.' });
    expect(world.notices('ana').at(-1)).toMatch(/who you are just now. Nothing was done.*She called\./s);
    world.double.heal();
    expect(actions.map(({ intent }) => intent.type)).toEqual(['open_form']);
  });
});
