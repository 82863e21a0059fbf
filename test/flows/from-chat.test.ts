// What agents make out of the chat: tickets of messages, and opinions on drafts that the bot learns from.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTicketForm } from '../../src/cards/forms.ts';
import { act } from '../../src/flows/actions.ts';
import type { Intent } from '../../src/model/platform.ts';
import { anyCharacter } from '../support/any-character.ts';
import { journalChannel, openWorkspace, type Workspace } from '../support/workspace.ts';

let desk: Workspace;
beforeEach(async () => {
  desk = await openWorkspace();
});
afterEach(() => desk.close());

const as = (who: string, intent: Intent) =>
  act(desk.deps, { ref: null, agent: { platform: 'slack', userId: `${who}@team.example` }, intent });
const message = { id: 'C1/17.1', text: 'The export is empty', author: { name: 'Maria' } };
const submit = (values: Record<string, string>, origin: string | undefined = message.id) =>
  as('ana', { type: 'submit', form: 'create_ticket', values, ...(origin && { origin }) });
const GIVEN = { email: 'maria@acme.example', name: 'Maria', text: 'The export is empty' };

describe('a ticket out of a message', () => {
  it('is answered by e-mail, and says in a note where it comes from', async () => {
    expect(await submit(GIVEN)).toMatchObject({ kind: 'notice', ok: true, text: /^T-\d+ is open/ });
    const [ticket] = await desk.store.listTickets({ limit: 5 });
    expect(ticket).toMatchObject({ channel: 'email' });
    const messages = await desk.store.messagesOf(ticket?.id ?? 0);
    expect(messages.map(({ direction, text, author }) => [direction, author, text])).toEqual([
      ['inbound', 'Maria', 'The export is empty'],
      ['note', 'Ana', 'Taken from a message on slack.'],
    ]);
  });

  it('goes the way of the API where there is no mailbox', async () => {
    desk.deps.channels = new Map([['api', journalChannel('api')]]);
    await submit(GIVEN);
    expect(await desk.store.listTickets({ limit: 5 })).toMatchObject([{ channel: 'api' }]);
  });

  it('is one however often and by however many at once it is sent', async () => {
    const replies = await Promise.all([
      submit(GIVEN),
      submit(GIVEN),
      submit({ ...GIVEN, text: 'otherwise' }),
    ]);
    expect(await desk.store.listTickets({ limit: 5 })).toHaveLength(1);
    expect(JSON.stringify(replies)).toContain('a ticket of this message already');
    const [ticket] = await desk.store.listTickets({ limit: 5 });
    expect(await desk.store.messagesOf(ticket?.id ?? 0)).toHaveLength(2);
    expect(await as('ben', { type: 'create_ticket', message })).toMatchObject({ kind: 'notice', ok: true });
  });

  it('joins the ticket that is open for this customer about the same', async () => {
    await desk.write('The export is empty since Monday');
    const reply = await submit(GIVEN);
    expect(reply).toMatchObject({ ok: true, text: /^Added to T-\d+, which is open for this customer/ });
    expect(await desk.store.listTickets({ limit: 5 })).toHaveLength(1);
  });

  it.each([
    ['no address', { ...GIVEN, email: '' }, /"E-mail" is "", which is no e-mail address/],
    ['a bad address', { ...GIVEN, email: 'maria@' }, /"maria@", which is no e-mail address/],
    ['no words', { ...GIVEN, text: '  \n' }, /"What they wrote" is empty/],
  ])('%s: says which field and opens nothing', async (_, values, words) => {
    expect(await submit(values)).toMatchObject({ kind: 'notice', ok: false, text: words });
    expect(await desk.store.listTickets({ limit: 5 })).toEqual([]);
  });

  it('a form that lost its message opens nothing', async () => {
    expect(await submit(GIVEN, '')).toMatchObject({ ok: false });
    expect(await desk.store.listTickets({ limit: 5 })).toEqual([]);
  });

  it('a thank-you needs no ticket, and that is told', async () => {
    expect(await submit({ ...GIVEN, text: 'Thanks!' })).toMatchObject({ ok: true, text: /thank-you/ });
  });

  it('the form has the customer’s address and never a colleague’s', async () => {
    const values = async (author: { name?: string; email?: string }, text = 'hello') => {
      const reply = await as('ana', { type: 'create_ticket', message: { id: 'C1/1', text, author } });
      return reply.kind === 'form' && Object.fromEntries(reply.form.fields.map((f) => [f.id, f.value]));
    };
    expect(await values({ name: 'Joe', email: 'joe@x.example' })).toMatchObject({
      name: 'Joe',
      email: 'joe@x.example',
    });
    expect(await values({ name: 'Ben', email: 'ben@team.example' })).toMatchObject({
      name: undefined,
      email: undefined,
    });
    expect(await values({ name: 'Ben' }, 'from sue@y.example: help')).toMatchObject({
      email: 'sue@y.example',
      text: 'from sue@y.example: help',
    });
  });

  it('whatever the message says, the form keeps to its limits', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 30_000 }), fc.string(), (text, name) => {
        const form = createTicketForm({ id: 'C1/1', text, author: { name } }, false);
        for (const field of form.fields)
          if ('maxLength' in field) expect((field.value ?? '').length).toBeLessThanOrEqual(field.maxLength);
      }),
    );
  });
});

describe('an opinion on a draft', () => {
  async function drafted() {
    const { ticketId } = await desk.write('Please send me the invoice of March');
    await desk.work();
    const id = ticketId ?? 0;
    const judge = (who: string, what: 'helpful' | 'unhelpful', draftVersion = 1) =>
      act(desk.deps, {
        ref: { ticketId: `T-${id}`, draftVersion },
        agent: { platform: 'console', userId: `${who}@team.example` },
        intent: { type: 'act', act: what },
      });
    return { id, judge };
  }
  const outcomes = () => desk.store.outcomesOf('billing/invoice-copy');

  it('that it is of no help outlives that it was sent as it was', async () => {
    const { id, judge } = await drafted();
    await judge('ana', 'unhelpful');
    await desk.press('ben', id, { kind: 'approve' });
    desk.clock.advance(60_000);
    await desk.work();
    expect(await outcomes()).toMatchObject([{ error: true }]);
  });

  it('that it is helpful makes the reply a better example, and proves nothing by itself', async () => {
    const { id, judge } = await drafted();
    await judge('ana', 'helpful');
    expect(await outcomes()).toEqual([]);
    await desk.press('ben', id, { kind: 'approve' });
    desk.clock.advance(60_000);
    await desk.work();
    expect(await desk.store.recentExemplars(5)).toMatchObject([{ quality: 0.9 }]);
    expect(await outcomes()).toMatchObject([{ error: false }]);
  });

  it('is about the version that was seen, and only about the bot’s own words', async () => {
    const { id, judge } = await drafted();
    await desk.say('ana', id, '@deskhand send: My own words');
    expect(await judge('ben', 'unhelpful', 2)).toMatchObject({ ok: false, text: /words of an agent/ });
    expect(await judge('ben', 'unhelpful', 1)).toMatchObject({ ok: true });
    expect(await judge('ben', 'unhelpful', 9)).toMatchObject({ ok: false });
    expect(await judge('vera', 'unhelpful', 1)).toMatchObject({ ok: false, text: /viewer/ });
    const draft = await desk.store.getDraft(id, 1);
    expect(await desk.store.feedbackOn(draft?.id ?? 0)).toEqual({ helpful: 0, unhelpful: 1 });
  });
});

it('the queue has the most urgent first, as people set it, and of these the oldest; it counts them all', async () => {
  const ids: number[] = [];
  for (let n = 0; n < 18; n++) {
    const customer = { email: `customer-${n}@acme.example` };
    ids.push((await desk.write(`Please send me invoice ${n}`, { customer })).ticketId ?? 0);
  }
  await desk.work();
  const [first = 0, second, third = 0] = ids;
  for (const id of [third, first]) {
    const intent = {
      type: 'decision' as const,
      decision: { kind: 'prioritise' as const, priority: 'P1' as const },
    };
    const agent = { platform: 'slack', userId: 'ana@team.example' };
    await act(desk.deps, { ref: { ticketId: `T-${id}`, draftVersion: 1 }, agent, intent });
  }
  const reply = await as('ana', { type: 'command', text: 'queue' });
  const card = reply.kind === 'card' ? reply.card : null;
  expect(card?.fallback).toBe('Waiting for an agent: 18');
  const table = card?.blocks.find((block) => block.type === 'table');
  expect(table?.rows.slice(0, 3).map(([key]) => key)).toEqual([first, third, second].map((id) => `T-${id}`));
  expect(JSON.stringify(card?.blocks)).toContain('and 3 more');
});
