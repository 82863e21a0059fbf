// What tickets of the past teach about priorities: when it is looked, what is read, and what new tickets gain.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importTickets } from '../../src/flows/import.ts';
import { learnPriority } from '../../src/flows/learn-priority.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const HOUR = 3_600_000;

let w: Workspace;
let read: number;

beforeEach(async () => {
  w = await openWorkspace();
  read = 0;
  const analyse = w.engine.analyse;
  w.engine.analyse = async (input) => {
    read++;
    const text = input.messages.at(-1)?.text ?? '';
    return {
      ...(await analyse(input)),
      blocked: text.includes('stopped'),
      frustration: text.includes('!') ? 1 : 0,
    };
  };
});
afterEach(() => w.close());

/** Tickets of a year ago: those whose work had stopped were escalated, and few others, however loud they were. */
async function history(n: number, from = 0) {
  const lines = Array.from({ length: n }, (_, index) => {
    const k = index + from;
    const stopped = k % 3 === 0;
    return JSON.stringify({
      id: `old-${k}`,
      channel: 'email',
      customer: { email: `c${k}@past.example` },
      text: (stopped ? 'Our work has stopped' : 'A small question') + (k % 2 === 0 ? '!' : '.'),
      createdAt: new Date(Date.parse('2025-03-02T09:00:00Z') + k * HOUR).toISOString(),
      reply: 'Done.',
      escalated: stopped ? k % 9 !== 0 : k % 10 === 1,
    });
  });
  const { imported } = await importTickets(lines.join('\n'), { store: w.store, clock: w.clock });
  expect(imported).toBe(n);
}

async function scoreOf(text: string, email: string): Promise<number> {
  const { ticketId } = await w.write(text, { customer: { email } });
  await w.work();
  return (await w.store.getTicket(ticketId ?? 0))?.priority?.score ?? 0;
}

it('what went with escalations weighs more for new tickets, what did not weighs less, within bounds', async () => {
  const before = await scoreOf('It has stopped', 'a@acme.example');
  await history(300);
  await learnPriority(w.deps);
  const fit = await w.store.latestPriorityFit();
  expect(fit).toMatchObject({ n: 300, bad: 86 });
  const shift = fit?.shifts.blocked ?? 0;
  expect(shift).toBeGreaterThan(0);
  expect(shift).toBeLessThanOrEqual(6);
  expect(fit?.shifts.frustration ?? 0).toBeLessThan(0);
  expect(fit?.shifts.frustration ?? 0).toBeGreaterThanOrEqual(-6);
  const base = fit?.shifts.base ?? 0;
  expect(await scoreOf('It has stopped', 'b@acme.example')).toBe(Math.round(before + shift + base));
});

it('a priority that agents raised counts like an escalation, one that they lowered does not', async () => {
  const set = async (text: string, level: 'P1' | 'P4') => {
    const { ticketId } = await w.write(text, { customer: { email: `${level}@acme.example` } });
    await w.work();
    await w.press('ana', ticketId, { kind: 'prioritise', priority: level });
    await w.press('ana', ticketId, { kind: 'resolve' });
    await w.work();
  };
  await set('A small question', 'P1');
  await set('It has stopped', 'P4');
  await learnPriority(w.deps);
  expect(await w.store.latestPriorityFit()).toMatchObject({ n: 2, bad: 1 });
});

it('little history changes nothing, and says so', async () => {
  await history(40);
  await learnPriority(w.deps);
  const fit = await w.store.latestPriorityFit();
  expect(fit).toMatchObject({ n: 40, shifts: {} });
  expect(fit?.verdict).toContain('too little history');
});

it('is looked at once a day, after an import at once, and by one of two replicas; each ticket is read once', async () => {
  await history(60);
  await Promise.all([learnPriority(w.deps), learnPriority(w.deps)]);
  const looks = async () => (await w.pool.query('select count(*)::int as n from priority_fit')).rows[0].n;
  expect(await looks()).toBe(1);
  expect(read).toBe(60);
  w.clock.advance(HOUR);
  await learnPriority(w.deps);
  expect(await looks()).toBe(1);

  await history(80, 60);
  await learnPriority(w.deps);
  expect(await looks()).toBe(2);
  expect(read).toBe(140);

  w.clock.advance(24 * HOUR);
  await learnPriority(w.deps);
  expect(await looks()).toBe(3);
  expect(read).toBe(140);
});

it('is left alone when it is switched off', async () => {
  w.deps.settings.priority.learn.enabled = false;
  await history(60);
  await learnPriority(w.deps);
  expect(await w.store.latestPriorityFit()).toBeNull();
});
