// Deciding and replying: only the current version, only once, with undo, races, rights and failures.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recoverAbandoned, sendDue } from '../../src/flows/reply.ts';
import { sweep } from '../../src/flows/sweep.ts';
import { AppError } from '../../src/model/errors.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
beforeEach(async () => {
  w = await openWorkspace();
});
afterEach(() => w.close());

/** A ticket with a pending draft. */
async function asked(text = 'Where is my invoice?'): Promise<number> {
  const { ticketId } = await w.write(text, { threadId: 'thread' });
  await w.work();
  if (ticketId === null) throw new Error('no ticket');
  return ticketId;
}
const status = async (id: number) => (await w.store.getTicket(id))?.status;
async function undoWindowEnds() {
  w.clock.advance(10_001);
  await sendDue(w.deps);
  await w.work();
}

describe('approve', () => {
  it('waits for the undo window, then sends once and settles the same card', async () => {
    const id = await asked();
    expect(w.platform.posts).toHaveLength(1);
    await w.press('ana', id, { kind: 'approve' });
    await w.work();
    expect(await status(id)).toBe('sending');
    expect(w.email.sent).toHaveLength(0);

    await undoWindowEnds();
    expect(w.email.sent.map((reply) => reply.text)).toEqual(['Answer to: Where is my invoice?']);
    expect(await status(id)).toBe('awaiting_customer');
    expect(JSON.stringify(w.platform.posts[0]?.card)).toContain('Ana');
    const [, reply] = await w.store.messagesOf(id);
    expect(reply).toMatchObject({ direction: 'outbound', author: 'Ana', seq: 2 });
    expect(await w.store.getTicket(id)).toMatchObject({
      repliedBy: 'assisted',
      firstResponseAt: w.clock.now(),
    });
  });

  it('by two agents at once: one wins, the other is told who and when', async () => {
    const id = await asked();
    const answers = await Promise.all([
      w.press('ana', id, { kind: 'approve' }, 1),
      w.press('ben', id, { kind: 'approve' }, 1),
    ]);
    const losers = answers.filter((answer) => answer.kind === 'notice');
    expect(losers).toHaveLength(1);
    expect(losers[0]).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^(Ana|Ben) approved this at 09:00/),
    });
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(1);
  });

  it('double click sends once', async () => {
    const id = await asked();
    await Promise.all(Array.from({ length: 10 }, () => w.press('ana', id, { kind: 'approve' }, 1)));
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(1);
  });

  it('on an old version answers that the customer wrote again', async () => {
    const id = await asked();
    await w.write('One more thing: it must be in euros', { threadId: 'thread' });
    expect(await w.press('ana', id, { kind: 'approve' }, 1)).toMatchObject({
      kind: 'notice',
      ok: false,
      text: expect.stringContaining('wrote again'),
    });
    await w.work();
    expect((await w.store.latestDraft(id))?.version).toBe(2);
    expect(await w.press('ana', id, { kind: 'approve' }, 1)).toMatchObject({ ok: false });
    expect(await w.press('ana', id, { kind: 'approve' }, 2)).toMatchObject({ kind: 'card' });
  });

  it('is refused to a viewer and to strangers, privately and clearly', async () => {
    const id = await asked();
    expect(await w.press('vera', id, { kind: 'approve' })).toMatchObject({
      text: expect.stringContaining('viewer'),
    });
    expect(await w.press('mallory', id, { kind: 'approve' })).toMatchObject({
      text: expect.stringContaining('not in the list of agents'),
    });
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(0);
  });

  it('with everybody allowed when no agents are configured', async () => {
    const open = await openWorkspace({ agents: [] });
    const { ticketId } = await open.write('Hello, where is it?');
    await open.work();
    expect(await open.press('anyone', ticketId, { kind: 'approve' })).toMatchObject({ kind: 'card' });
    await open.close();
  });
});

describe('undo', () => {
  it('calls the reply back; approved again it goes as a new version, once', async () => {
    const id = await asked();
    await w.press('ana', id, { kind: 'edit', text: 'My own words' });
    expect(await w.press('ana', id, { kind: 'undo' })).toMatchObject({ ok: true });
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(0);
    expect(await w.store.latestDraft(id)).toMatchObject({
      version: 2,
      text: 'My own words',
      status: 'pending',
    });
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    expect(w.email.sent.map((reply) => reply.text)).toEqual(['My own words']);
  });

  it('is too late after the reply has left', async () => {
    const id = await asked();
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    expect(await w.press('ana', id, { kind: 'undo' })).toMatchObject({
      ok: false,
      text: expect.stringContaining('Too late'),
    });
  });

  it('reopens what was closed by mistake', async () => {
    const id = await asked();
    await w.press('ana', id, { kind: 'reject', reason: 'spam' });
    expect(await status(id)).toBe('resolved');
    await w.press('ana', id, { kind: 'undo' });
    expect(await status(id)).toBe('awaiting_agent');
    expect(await w.store.latestDraft(id)).toMatchObject({ status: 'pending' });
  });
});

describe('the customer writes during the undo window', () => {
  it('brings the reply back to the agent with a new draft', async () => {
    const id = await asked();
    await w.press('ana', id, { kind: 'approve' });
    await w.write('Wait, I meant the invoice of May', { threadId: 'thread' });
    await w.work();
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(0);
    expect(await status(id)).toBe('awaiting_agent');
    expect(await w.store.latestDraft(id)).toMatchObject({ version: 2, status: 'pending' });
  });

  it('while it is on the wire leaves the ticket open after the send', async () => {
    const id = await asked();
    await w.press('ana', id, { kind: 'approve' });
    w.clock.advance(10_001);
    const row = await w.store.claimOutbox(w.clock.now(), 60_000);
    await w.write('Another question about it', { threadId: 'thread' });
    expect(row).not.toBeNull();
    w.clock.advance(61_000);
    w.email.found = 'sent';
    await recoverAbandoned(w.deps);
    await w.work();
    expect(await status(id)).toBe('awaiting_agent');
    expect(await w.store.latestDraft(id)).toMatchObject({ version: 2, status: 'pending' });
  });
});

describe('sending fails', () => {
  it('for good: the card comes back with the reason, and retry sends it', async () => {
    const id = await asked();
    w.email.fail = new AppError('rejected', '550 no such user');
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    expect(await w.store.latestOutbox(id)).toMatchObject({ status: 'failed', lastError: '550 no such user' });
    expect(JSON.stringify(w.platform.posts[0]?.card)).toContain('550 no such user');
    w.email.fail = null;
    await w.press('ana', id, { kind: 'retry' });
    await sendDue(w.deps);
    expect(w.email.sent).toHaveLength(1);
    expect(await status(id)).toBe('awaiting_customer');
  });

  it('for the moment: it is tried again with the same key, then given back', async () => {
    const id = await asked();
    w.email.fail = new AppError('smtp_down', 'connection refused', { retryable: true });
    await w.press('ana', id, { kind: 'approve' });
    for (let i = 0; i < 8; i++) {
      w.clock.advance(600_000);
      await sendDue(w.deps);
    }
    expect(await w.store.latestOutbox(id)).toMatchObject({ status: 'failed', attempts: 6 });
    expect(await status(id)).toBe('awaiting_agent');
  });

  it('with an unknown outcome and no history to look in: an agent is asked, later replies wait', async () => {
    const id = await asked();
    w.email.dropAfterSend = true;
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    expect(await w.store.latestOutbox(id)).toMatchObject({ status: 'unknown' });
    w.email.dropAfterSend = false;

    await w.write('A question about something else entirely', { threadId: 'other' });
    await w.work();
    const other = (await w.store.listTickets({ limit: 1 }))[0]?.id ?? 0;
    await w.press('ana', other, { kind: 'approve' });
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(1);

    await w.press('ana', id, { kind: 'resolve' });
    await sendDue(w.deps);
    expect(w.email.sent).toHaveLength(2);
  });

  it('with an unknown outcome that the Sent folder knows: nothing is sent twice', async () => {
    const id = await asked();
    w.email.dropAfterSend = true;
    w.email.found = 'sent';
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(1);
    expect(await status(id)).toBe('awaiting_customer');
  });

  it('with an unknown outcome on a channel that takes the key: it is simply sent again', async () => {
    const { ticketId } = await w.write('chat question', { channel: 'livechat' });
    await w.work();
    w.livechat.dropAfterSend = true;
    await w.press('ana', ticketId, { kind: 'approve' });
    await undoWindowEnds();
    w.livechat.dropAfterSend = false;
    w.clock.advance(6_000);
    await sendDue(w.deps);
    expect(w.livechat.sent).toHaveLength(1);
    expect(await status(ticketId ?? 0)).toBe('awaiting_customer');
  });
});

describe('an agent writes where there is no draft', () => {
  it('to a message that looks like spam', async () => {
    const { analyse } = w.engine;
    w.engine.analyse = async (input) => ({ ...(await analyse(input)), spam: 0.99 });
    const id = await asked('Buy our backlinks');
    expect(await w.store.latestDraft(id)).toBeNull();
    await w.press('ana', id, { kind: 'edit', text: 'Please stop writing to us.' }, 0);
    await undoWindowEnds();
    expect(w.email.sent.map((reply) => reply.text)).toEqual(['Please stop writing to us.']);
    expect(await w.store.getTicket(id)).toMatchObject({ repliedBy: 'agent' });
  });

  it('after a reply that could not be sent, in other words', async () => {
    const id = await asked();
    w.email.fail = new AppError('rejected', '550 too long');
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    w.email.fail = null;
    await w.press('ana', id, { kind: 'edit', text: 'Shorter.' });
    await undoWindowEnds();
    expect(w.email.sent.map((reply) => reply.text)).toEqual(['Shorter.']);
  });

  it('but not a second time on what a colleague has sent', async () => {
    const id = await asked();
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    expect(await w.press('ben', id, { kind: 'edit', text: 'Mine' }, 1)).toMatchObject({ ok: false });
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(1);
  });
});

describe('the other decisions', () => {
  it('snooze comes back', async () => {
    const id = await asked();
    const until = new Date(w.clock.now().getTime() + 3_600_000).toISOString();
    await w.press('ana', id, { kind: 'snooze', until });
    expect(await status(id)).toBe('snoozed');
    w.clock.advance(3_600_001);
    await sweep(w.deps);
    expect(await status(id)).toBe('awaiting_agent');
    expect(await w.press('ana', id, { kind: 'snooze', until })).toMatchObject({
      ok: false,
      text: expect.stringContaining('past'),
    });
  });

  it('escalate posts a handoff summary in the thread and tells the person', async () => {
    const id = await asked();
    await w.press('ben', id, { kind: 'escalate', to: 'billing', reason: 'Needs a refund decision' });
    await w.work();
    const handoff = w.platform.posts.find((post) => post.place.thread);
    expect(JSON.stringify(handoff?.card)).toContain('Needs a refund decision');
    expect(w.platform.notices).toMatchObject([{ to: 'ana@team.example' }]);
  });

  it('take keeps the bot silent and others informed; release gives it back', async () => {
    const id = await asked();
    await w.press('ana', id, { kind: 'take' });
    expect(await w.press('ben', id, { kind: 'take' })).toMatchObject({
      ok: false,
      text: expect.stringContaining('Ana'),
    });
    await w.press('ana', id, { kind: 'release' });
    expect(await w.press('ben', id, { kind: 'take' })).toMatchObject({ ok: true });
  });

  it('reclassify is learned at once and makes a new draft; an unknown category is named', async () => {
    const id = await asked();
    expect(await w.press('ana', id, { kind: 'reclassify', category: 'nonsense' })).toMatchObject({
      ok: false,
      text: expect.stringContaining('"nonsense"'),
    });
    await w.press('ana', id, { kind: 'reclassify', category: 'reports/exports' });
    await w.work();
    expect(w.engine.lessons).toMatchObject([{ category: 'reports/exports', text: 'Where is my invoice?' }]);
    expect(await w.store.getTicket(id)).toMatchObject({ category: 'reports/exports', categoryBy: 'Ana' });
    expect(await w.store.latestDraft(id)).toMatchObject({ version: 2 });
  });

  it('change of priority outlives the next analysis', async () => {
    const id = await asked();
    await w.press('ana', id, { kind: 'prioritise', priority: 'P1' });
    await w.write('Any news on that invoice?', { threadId: 'thread' });
    await w.work();
    expect((await w.store.getTicket(id))?.priority?.level).toBe('P1');
  });
});

describe('the thread', () => {
  it('keeps what agents write internal, once per delivery', async () => {
    const id = await asked();
    await w.say('ben', id, 'I think they mean the March one', 'post-1');
    await w.say('ben', id, 'I think they mean the March one', 'post-1');
    const notes = (await w.store.messagesOf(id)).filter((message) => message.direction === 'note');
    expect(notes).toHaveLength(1);
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(0);
  });

  it('rewrites on @deskhand, and puts own text on the card without sending it', async () => {
    const id = await asked();
    await w.say('ben', id, '@deskhand shorter');
    await w.work();
    expect(await w.store.latestDraft(id)).toMatchObject({
      version: 2,
      text: expect.stringContaining('[shorter]'),
    });

    await w.say('ben', id, '@deskhand send: Here it is, sorry!');
    await w.work();
    expect(await w.store.latestDraft(id)).toMatchObject({
      version: 3,
      text: 'Here it is, sorry!',
      status: 'pending',
      author: 'Ben',
    });
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(0);
    await w.press('ben', id, { kind: 'undo' });
    expect(await w.store.latestDraft(id)).toMatchObject({
      version: 4,
      text: expect.stringContaining('[shorter]'),
    });
    await w.press('ben', id, { kind: 'approve' });
    await undoWindowEnds();
    expect(w.email.sent).toHaveLength(1);
  });

  it('shows the customer’s later messages and the reply, once', async () => {
    const id = await asked();
    await w.write('And one more question', { threadId: 'thread' });
    await w.work();
    await w.press('ana', id, { kind: 'approve' });
    await undoWindowEnds();
    const inThread = w.platform.posts
      .filter((post) => post.place.thread)
      .map((post) => JSON.stringify(post.card));
    expect(inThread).toEqual([
      expect.stringMatching(/^(?!.*Answer to).*And one more question/),
      expect.stringContaining('Answer to: And one more question'),
    ]);
    expect(w.platform.posts.filter((post) => !post.place.thread)).toHaveLength(1);
  });
});

describe('platforms fail', () => {
  it('the card is posted when the platform is back, and nothing is lost', async () => {
    w.platform.break(new AppError('platform_down', '503', { retryable: true }));
    const { ticketId } = await w.write('Where is my invoice?');
    await expect(w.work()).rejects.toThrow('503');
    w.platform.break(null);
    w.clock.advance(60_000);
    await sweep(w.deps);
    await w.work();
    expect(w.platform.posts).toHaveLength(1);
    expect(await w.store.getTicket(ticketId ?? 0)).toMatchObject({ status: 'awaiting_agent' });
  });

  it('an engine that fails gives the ticket to people without a draft', async () => {
    w.engine.draft = async () => {
      throw new Error('the model is on fire');
    };
    const { ticketId } = await w.write('Where is my invoice?');
    for (let i = 0; i < 3; i++) {
      await w.work().catch(() => undefined);
      w.clock.advance(60_000);
      await sweep(w.deps);
    }
    await w.work();
    expect(await w.store.getTicket(ticketId ?? 0)).toMatchObject({
      status: 'awaiting_agent',
      failure: expect.stringContaining('on fire'),
    });
    expect(w.platform.posts).toHaveLength(1);
  });
});
