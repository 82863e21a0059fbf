// An escalation reaches the thread and whoever is asked, each once, whatever fails in between; Show everything says only what is true.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { act } from '../../src/flows/actions.ts';
import { sweep } from '../../src/flows/sweep.ts';
import { AppError } from '../../src/model/errors.ts';
import { journalPlatform, openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
beforeEach(async () => {
  w = await openWorkspace({
    workspace: { timeZone: 'Europe/Paris' },
    noise: { burst: { count: 0 }, quietHours: { from: '19:00', to: '08:00' } },
  });
});
afterEach(() => w.close());

const DOWN = new AppError('console_unavailable', 'it answers 503', { retryable: true });
const escalate = (id: number, to = 'ben@team.example') =>
  w.press('ana', id, { kind: 'escalate', to, reason: 'needs a refund' });
const summaries = () => w.platform.posts.filter(({ card }) => card.fallback.includes('Handoff to'));
const told = () => w.platform.notices.map(({ to }) => to);

async function ticket(): Promise<number> {
  const { ticketId } = await w.write('Please send me the invoice');
  await w.work();
  return ticketId ?? 0;
}

it('a platform that fails gets the summary, and the person the word, when it is back', async () => {
  const id = await ticket();
  const { notify } = w.platform;
  w.platform.break(DOWN);
  w.platform.notify = async () => Promise.reject(DOWN);
  const answer = await escalate(id);
  expect(answer).toMatchObject({ ok: true, text: expect.stringContaining('goes into the thread') });
  await expect(w.work()).rejects.toThrow('503');
  expect(summaries()).toEqual([]);

  w.platform.break(null);
  w.platform.notify = notify;
  for (let round = 0; round < 3; round++) {
    w.clock.advance(60_000);
    await sweep(w.deps);
    await w.work();
  }
  expect(summaries()).toHaveLength(1);
  expect(told()).toEqual(['ben@team.example']);
});

it('a process that dies right after the decision owes it to nobody in the end', async () => {
  const id = await ticket();
  const { wake } = w.deps;
  w.deps.wake = { ...wake, ticket: async () => undefined };
  await escalate(id, 'billing');
  w.deps.wake = wake;
  await sweep(w.deps);
  await w.work();
  expect(summaries()).toHaveLength(1);
  expect(told()).toEqual(['ana@team.example']);
  await w.press('ana', id, { kind: 'take' });
  await w.work();
  expect(summaries()).toHaveLength(1);
  expect(told()).toHaveLength(1);
});

/** A ticket whose card waits for the morning. */
async function writtenAtNight(): Promise<number> {
  w.clock.set('2026-03-02T20:00:00Z');
  const ticketId = (await w.write('Please send me the invoice')).ticketId ?? 0;
  await w.store.updateTicket(ticketId, { priority: { level: 'P4', score: 1, factors: [] } });
  await w.work();
  return ticketId;
}

it('at night the person is told at once, and the summary comes with the card', async () => {
  const ticketId = await writtenAtNight();
  const posted = w.platform.posts.length;
  await escalate(ticketId);
  await w.work();
  expect(told()).toEqual(['ben@team.example']);
  expect(w.platform.posts).toHaveLength(posted);
  w.clock.set('2026-03-03T07:00:00Z');
  await sweep(w.deps);
  await w.work();
  expect(summaries()).toHaveLength(1);
  expect(summaries()[0]?.place.thread).toEqual(w.platform.posts[posted]?.ref);
  expect(told()).toHaveLength(1);
});

it('who takes no direct messages is told in the thread as soon as the card stands', async () => {
  const ticketId = await writtenAtNight();
  const { notify } = w.platform;
  w.platform.notify = async (agent, text, place) => {
    if (!place.thread) throw new AppError('no_direct_messages', 'takes no direct messages');
    return notify(agent, text, place);
  };
  await escalate(ticketId);
  await w.work();
  expect(told()).toEqual([]);
  w.clock.set('2026-03-03T07:00:00Z');
  await sweep(w.deps);
  await w.work();
  expect(told()).toEqual(['ben@team.example']);
});

it('whom the platform will never reach holds up neither the others nor the card', async () => {
  const id = await ticket();
  w.platform.notify = async () => Promise.reject(new AppError('person_unknown', 'nobody is called so'));
  await escalate(id);
  await w.work();
  expect(summaries()).toHaveLength(1);
  expect(await w.store.unfinishedTickets(w.clock.now(), 10)).toEqual([]);
});

it('Show everything says where it could not be written', async () => {
  const id = await ticket();
  const show = () =>
    act(w.deps, {
      ref: { ticketId: `T-${id}`, draftVersion: 1 },
      agent: { platform: 'console', userId: 'ana@team.example' },
      intent: { type: 'show' },
    });
  w.platform.break(DOWN);
  expect(await show()).toMatchObject({
    ok: false,
    text: expect.stringMatching(/thread on console.*press again/),
  });
  w.platform.break(null);
  expect(await show()).toMatchObject({ ok: true, text: 'Everything about this ticket is in its thread.' });
});

it('Show everything, pressed again after a failure, posts only what is missing, and later all of it once more', async () => {
  const slack = journalPlatform('slack');
  w.deps.platforms = new Map([...w.deps.platforms, ['slack', slack]]);
  w.deps.settings.channels.tickets = ['console:support', 'slack:C0SUPPORT'];
  const id = await ticket();
  const show = () =>
    act(w.deps, {
      ref: { ticketId: `T-${id}`, draftVersion: 1 },
      agent: { platform: 'console', userId: 'ana@team.example' },
      intent: { type: 'show' },
    });
  const stories = (platform: { posts: { card: { fallback: string } }[] }) =>
    platform.posts.filter(({ card }) => card.fallback.includes('Customer and account')).length;
  slack.break(DOWN);
  for (const _ of [1, 2])
    expect(await show()).toMatchObject({ ok: false, text: expect.stringContaining('thread on slack') });
  expect([stories(w.platform), stories(slack)]).toEqual([1, 0]);
  slack.break(null);
  expect(await show()).toMatchObject({ ok: true });
  expect([stories(w.platform), stories(slack)]).toEqual([1, 1]);
  expect(await show()).toMatchObject({ ok: true });
  expect([stories(w.platform), stories(slack)]).toEqual([2, 2]);
});
