// The machine's clock jumps by hours, forth and back: no reply leaves twice, nothing waits for ever.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recoverAbandoned, sendDue } from '../../src/flows/reply.ts';
import { sweep } from '../../src/flows/sweep.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const HOUR_MS = 3_600_000;
let w: Workspace;
beforeEach(async () => {
  w = await openWorkspace();
});
afterEach(() => w.close());

async function approved(): Promise<number> {
  const { ticketId } = await w.write('Where is my invoice?', { threadId: 'thread' });
  await w.work();
  await w.press('ana', ticketId, { kind: 'approve' });
  return ticketId ?? 0;
}
const status = async (id: number) => (await w.store.getTicket(id))?.status;

it('forth in mid-send: whoever finds the lease over leaves the reply to the worker that has it', async () => {
  const id = await approved();
  w.clock.advance(10_001);
  const send = w.email.send;
  w.email.found = 'not_sent';
  w.email.send = async (reply, signal) => {
    w.clock.advance(2 * HOUR_MS);
    await recoverAbandoned(w.deps);
    await sendDue(w.deps);
    return send(reply, signal);
  };
  await sendDue(w.deps);
  await sweep(w.deps);
  await sendDue(w.deps);
  expect(w.email.sent).toHaveLength(1);
  expect(await status(id)).toBe('awaiting_customer');
});

it('back after a worker died in mid-send: its reply is found all the same', async () => {
  const id = await approved();
  w.clock.advance(10_001);
  await w.store.claimOutbox(w.clock.now(), 60_000);
  w.clock.advance(-5 * HOUR_MS);
  w.email.found = 'sent';
  await sweep(w.deps);
  expect(await status(id)).toBe('awaiting_customer');
});

it('forth within the undo window: the reply leaves once, and undo says that it is too late', async () => {
  const id = await approved();
  w.clock.advance(6 * HOUR_MS);
  await Promise.all([sendDue(w.deps), sendDue(w.deps), sendDue(w.deps)]);
  expect(w.email.sent).toHaveLength(1);
  expect(await w.press('ana', id, { kind: 'undo' })).toMatchObject({ ok: false });
});

it('back within the undo window: undo still works, and the reply still leaves', async () => {
  const id = await approved();
  w.clock.advance(-3 * HOUR_MS);
  await sendDue(w.deps);
  expect(w.email.sent).toHaveLength(0);
  expect(await w.press('ana', id, { kind: 'undo' })).toMatchObject({ ok: true });
  await w.press('ana', id, { kind: 'approve' });
  w.clock.advance(10_001);
  await sendDue(w.deps);
  expect(w.email.sent).toHaveLength(1);
});

it('forth and back around a snoozed ticket: it comes back once, and stays', async () => {
  const { ticketId } = await w.write('Where is my invoice?');
  await w.work();
  const until = new Date(w.clock.now().getTime() + HOUR_MS).toISOString();
  await w.press('ana', ticketId, { kind: 'snooze', until });
  w.clock.advance(-HOUR_MS);
  await sweep(w.deps);
  expect(await status(ticketId ?? 0)).toBe('snoozed');
  w.clock.advance(3 * HOUR_MS);
  await sweep(w.deps);
  w.clock.advance(-3 * HOUR_MS);
  await sweep(w.deps);
  expect(await status(ticketId ?? 0)).toBe('awaiting_agent');
});

it('back while messages arrive: their order in the conversation stays as they came', async () => {
  const { ticketId } = await w.write('First', { threadId: 'thread' });
  w.clock.advance(-4 * HOUR_MS);
  await w.write('Second', { threadId: 'thread' });
  w.clock.advance(HOUR_MS);
  await w.write('Third', { threadId: 'thread' });
  expect((await w.store.messagesOf(ticketId ?? 0)).map(({ text }) => text)).toEqual([
    'First',
    'Second',
    'Third',
  ]);
  await w.work();
  expect(await w.store.latestDraft(ticketId ?? 0)).toMatchObject({ status: 'pending', basedOnSeq: 3 });
});
