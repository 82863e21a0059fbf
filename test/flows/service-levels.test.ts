// Promises: by when a ticket is due, who hears of it before it is late, and what stops the clock.
import { afterEach, describe, expect, it } from 'vitest';
import { warnOfBreaches } from '../../src/flows/breach-warnings.ts';
import { sendDue } from '../../src/flows/reply.ts';
import { sweep } from '../../src/flows/sweep.ts';
import { AppError } from '../../src/model/errors.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let w: Workspace;
afterEach(() => w.close());

/** Acme is on the plan Enterprise; it is Monday, 9:00 in London. */
async function open(yaml: Record<string, unknown> = {}) {
  w = await openWorkspace({
    serviceLevels: [
      { plan: 'enterprise', P3: { firstAnswer: '2h', resolution: '8h' }, P1: { firstAnswer: '30m' } },
      { P2: { firstAnswer: '5h', hours: 'always' } },
    ],
    firstAnswer: { P4: 10 },
    ...yaml,
  });
  const accountId = await w.store.upsertAccount({ name: 'Acme', plan: 'Enterprise' });
  const customerId = await w.store.ensureCustomer({ email: 'maria@acme.example' });
  await w.store.updateCustomer(customerId, { accountId: accountId ?? undefined });
}

async function ticket(text = 'Where is the invoice?', more = {}): Promise<number> {
  const { ticketId } = await w.write(text, more);
  if (ticketId === null) throw new Error('no ticket');
  await w.work();
  return ticketId;
}

async function later(ms: number) {
  w.clock.advance(ms);
  await sweep(w.deps);
  await w.work();
}

async function answer(id: number) {
  await w.press('ana', id, { kind: 'approve' });
  w.clock.advance(11_000);
  await w.advance(id);
  await w.work();
  // The reply leaves with the sweep, and the ticket is brought up to date after it.
  await later(0);
}

const clocks = async (id: number) =>
  Object.fromEntries((await w.store.clocksOf(id)).map((clock) => [clock.target, clock]));
const said = () => w.platform.posts.filter(({ place }) => place.thread).map(({ card }) => card.fallback);
const chip = () => {
  const header = w.platform.posts[0]?.card.blocks[0];
  return header?.type === 'header' ? header.chips?.find(({ kind }) => kind === 'due') : undefined;
};
const at = (time: string) => new Date(`2026-03-${time}:00Z`);

describe('a ticket is due', () => {
  it('as its plan and priority are promised', async () => {
    await open();
    const id = await ticket();
    const { first_answer, resolution } = await clocks(id);
    expect(first_answer?.dueAt).toEqual(at('02T11:00'));
    expect(resolution?.dueAt).toEqual(at('02T17:00'));
    expect((await w.store.getTicket(id))?.dueAt).toEqual(at('02T11:00'));
    expect(chip()).toMatchObject({ text: 'due 11:00', tone: 'neutral' });
  });

  it('by the simple hours where nothing else is promised', async () => {
    await open();
    const id = await ticket('Hello', { customer: { email: 'x@elsewhere.example' } });
    expect((await clocks(id)).first_answer?.dueAt).toEqual(at('02T19:00'));
  });

  it('sooner where its topic is promised more', async () => {
    await open();
    const serviceLevel = { firstAnswer: HOUR, hours: 'always' as const };
    const categories = w.deps.taxonomy.categories.map((topic) => ({ ...topic, serviceLevel }));
    w.deps.taxonomy = { ...w.deps.taxonomy, categories };
    const id = await ticket();
    expect((await clocks(id)).first_answer?.dueAt).toEqual(at('02T10:00'));
  });

  it('in business hours, without the holidays of the region and days of one’s own', async () => {
    const day = '08:00-10:00';
    await open({
      businessHours: {
        timeZone: 'Europe/Berlin',
        mon: '09:00-11:00',
        tue: day,
        wed: day,
        fri: day,
        holidays: ['DE-BY', '2026-03-03'],
      },
    });
    w.deps.holidaysOf = async (where) => new Set(where === 'DE-BY' ? ['2026-03-04'] : []);
    // Monday 10:00 in Berlin: one hour is left today, and on Friday people come at eight.
    const id = await ticket();
    expect((await clocks(id)).first_answer?.dueAt).toEqual(at('06T08:00'));
  });

  it('all the same when the holidays of a country are not known', async () => {
    await open({ businessHours: { mon: '08:00-20:00', holidays: 'ZZ' } });
    w.deps.holidaysOf = async () => {
      throw new AppError('unknown_country', 'ZZ');
    };
    expect((await clocks(await ticket())).first_answer?.dueAt).toEqual(at('02T11:00'));
  });

  it('never, when it is spam', async () => {
    await open();
    const analyse = w.engine.analyse;
    w.engine.analyse = async (input) => ({ ...(await analyse(input)), spam: 0.99 });
    const id = await ticket('Buy now');
    expect(await clocks(id)).toEqual({});
    expect((await w.store.getTicket(id))?.dueAt).toBeNull();
  });

  it('sooner from the moment when its priority is raised, and not before', async () => {
    await open();
    const id = await ticket();
    w.clock.advance(HOUR);
    await w.press('ana', id, { kind: 'prioritise', priority: 'P1' });
    await w.work();
    expect((await clocks(id)).first_answer?.dueAt).toEqual(at('02T10:30'));
    expect(chip()?.text).toBe('due 10:30');
    await w.press('ana', id, { kind: 'prioritise', priority: 'P4' });
    await w.work();
    expect((await clocks(id)).first_answer?.dueAt.getTime()).toBeGreaterThanOrEqual(at('02T11:00').getTime());
  });
});

describe('before it is late', () => {
  it('the thread hears of it, then the escalation path, each once', async () => {
    await open({ warnings: { escalation: ['lead', 'team'] } });
    const id = await ticket();
    await later(89 * MINUTE);
    expect(said()).toEqual([]);
    await later(2 * MINUTE);
    expect(said()).toEqual([`T-${id}: the first answer is due 11:00`]);
    expect(chip()?.tone).toBe('warning');
    await later(MINUTE);
    expect(said()).toHaveLength(1);
    expect(w.platform.notices).toEqual([]);

    await later(20 * MINUTE);
    expect(said().at(-1)).toBe(`T-${id}: the first answer is due 11:00. Ana was told`);
    expect(w.platform.notices.map(({ to }) => to)).toEqual(['ana@team.example']);

    await later(10 * MINUTE);
    await later(10 * MINUTE);
    expect(said()).toHaveLength(2);
    expect((await clocks(id)).first_answer?.breachedAt).toEqual(at('02T11:00'));
  });

  it('its score rises, and its level stays', async () => {
    await open();
    const id = await ticket();
    const before = (await w.store.getTicket(id))?.priority;
    await later(110 * MINUTE);
    const after = (await w.store.getTicket(id))?.priority;
    expect(after?.score).toBeGreaterThan(before?.score ?? 100);
    expect(after?.level).toBe(before?.level);
    expect(after?.factors.map(({ text }) => text)).toContain('8 % of the promised time is left');
  });

  it('two replicas say it once, and so does a bot that was started again', async () => {
    await open();
    await ticket();
    w.clock.advance(95 * MINUTE);
    await Promise.all([warnOfBreaches(w.deps), warnOfBreaches(w.deps)]);
    await warnOfBreaches(w.deps);
    expect(said()).toHaveLength(1);
  });

  it('is said once the ticket is not being worked on any more, so that neither overwrites what the other notes', async () => {
    await open();
    const id = await ticket();
    w.clock.advance(95 * MINUTE);
    await w.deps.withTicket(id, () => warnOfBreaches(w.deps));
    expect(said()).toEqual([]);
    await warnOfBreaches(w.deps);
    expect(said()).toHaveLength(1);
  });

  it('is said when the platform is back, and one word is enough when time has run out meanwhile', async () => {
    await open();
    const id = await ticket();
    w.clock.advance(95 * MINUTE);
    w.platform.break(new AppError('unavailable', 'down', { retryable: true }));
    await warnOfBreaches(w.deps);
    expect((await clocks(id)).first_answer?.warnedAt).toBeNull();
    w.platform.break(null);
    await warnOfBreaches(w.deps);
    await warnOfBreaches(w.deps);
    expect(said()).toHaveLength(1);
  });

  it('a bot that slept through it says that it was due', async () => {
    await open();
    const id = await ticket();
    await later(5 * HOUR);
    expect(said()).toEqual([`T-${id}: the first answer was due 11:00`]);
    await later(30 * MINUTE);
    expect(said()).toHaveLength(1);
  });
});

describe('what was late before anybody could be warned', () => {
  it.each([
    ['the customer wrote again', () => w.write('Hello?', { threadId: 't0' })],
    ['an agent wrote a note', (id: number) => w.press('ana', id, { kind: 'note', text: 'Mine' })],
    ['its priority was changed', (id: number) => w.press('ana', id, { kind: 'prioritise', priority: 'P4' })],
  ])('is told all the same when first %s', async (_, happens) => {
    await open({ warnings: { escalation: ['lead'] } });
    const id = await ticket('Where is the invoice?', { threadId: 't0' });
    w.clock.advance(5 * HOUR);
    await happens(id);
    await w.work();
    await later(0);
    await later(MINUTE);
    expect(said().filter((text) => text.includes('due'))).toEqual([
      `T-${id}: the first answer was due 11:00. Ana was told`,
    ]);
    expect((await clocks(id)).first_answer?.breachedAt).toEqual(at('02T11:00'));
  });
});

describe('what goes on around a ticket that waits', () => {
  const reasons = async (id: number) =>
    (await w.store.getTicket(id))?.priority?.factors.map(({ text }) => text) ?? [];
  const event = async (type: string) => {
    const customerId = (await w.store.findCustomerId({ email: 'maria@acme.example' })) ?? 0;
    await w.store.insertCustomerEvent({ customerId, type, at: w.clock.now(), data: {} });
  };

  it('is felt by its score: an open incident of its account, until it is over', async () => {
    await open();
    await event('incident');
    const id = await ticket();
    expect(await reasons(id)).toContain('an incident of theirs is open');
    w.clock.advance(MINUTE);
    await event('incident_resolved');
    await w.press('ana', id, { kind: 'note', text: 'It is over' });
    await w.work();
    expect(await reasons(id)).not.toContain('an incident of theirs is open');
  });

  it('and others who report the same fault', async () => {
    await open();
    const analyse = w.engine.analyse;
    w.engine.analyse = async (input) => ({ ...(await analyse(input)), kind: 'bug' });
    const fault = 'Exports fail with error E-4711 since the update';
    const id = await ticket(fault);
    const before = (await w.store.getTicket(id))?.priority?.score ?? 100;
    await ticket(fault, { customer: { email: 'otto@other.example' } });
    await ticket(fault, { customer: { email: 'pia@third.example' } });
    await w.press('ana', id, { kind: 'note', text: 'Not the only one' });
    await w.work();
    expect(await reasons(id)).toContain('2 other customers report the same');
    expect((await w.store.getTicket(id))?.priority?.score).toBeGreaterThan(before);
  });

  it('does not move what a person has decided', async () => {
    await open();
    const id = await ticket();
    await w.press('ana', id, { kind: 'prioritise', priority: 'P2' });
    await event('incident');
    await w.press('ana', id, { kind: 'note', text: 'Look' });
    await w.work();
    expect((await w.store.getTicket(id))?.priority?.level).toBe('P2');
  });
});

describe('the clock', () => {
  it('of the first answer ends with it; that of the resolution stands still while the customer is waited for', async () => {
    await open();
    const id = await ticket('Where is the invoice?', { threadId: 't' });
    w.clock.advance(HOUR);
    await answer(id);
    const waiting = await clocks(id);
    expect(waiting.first_answer).toMatchObject({ breachedAt: null });
    expect(waiting.first_answer?.pausedAt).not.toBeNull();
    expect(waiting.resolution?.pausedAt).not.toBeNull();
    await later(24 * HOUR);
    expect(said().filter((text) => text.includes('due'))).toEqual([]);

    await w.write('Still not there', { threadId: 't' });
    await w.work();
    const { resolution } = await clocks(id);
    const left = (resolution?.dueAt.getTime() ?? 0) - w.clock.now().getTime();
    expect(left / HOUR).toBeGreaterThan(6.9);
    expect(left / HOUR).toBeLessThanOrEqual(7);
    expect(chip()?.text).toContain('solve by');
    await later(6 * HOUR);
    expect(said().at(-1)).toContain('the resolution is due');
  });

  it('of the resolution stands still from the reply on, although nobody looks at the ticket for days', async () => {
    await open();
    const id = await ticket();
    await w.press('ana', id, { kind: 'approve' });
    w.clock.advance(11_000);
    await sendDue(w.deps);
    const sentAt = w.clock.now();
    w.clock.advance(48 * HOUR);
    await w.advance(id);
    expect((await clocks(id)).resolution).toMatchObject({ pausedAt: sentAt, breachedAt: null });
  });

  it('goes on while a ticket is snoozed, which is left in peace only if it wakes up in time', async () => {
    await open();
    const id = await ticket();
    await w.press('ana', id, { kind: 'snooze', until: '2026-03-02T10:45:00Z' });
    await later(100 * MINUTE);
    expect(said()).toEqual([]);
    await later(6 * MINUTE);
    expect(said()).toHaveLength(1);
    const other = await ticket('Another thing entirely', { customer: { email: 'maria@acme.example' } });
    await w.press('ana', other, { kind: 'snooze', until: '2026-03-09T09:00:00Z' });
    await later(100 * MINUTE);
    expect(said().at(-1)).toContain('is due');
  });

  it('of a late answer leaves the fact behind', async () => {
    await open();
    const id = await ticket();
    w.clock.advance(3 * HOUR);
    await answer(id);
    expect((await clocks(id)).first_answer?.breachedAt).toEqual(at('02T11:00'));
    expect(said().filter((text) => text.includes('first answer'))).toEqual([]);
  });
});
