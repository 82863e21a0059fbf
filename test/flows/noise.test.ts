// Calm channels: bursts share a message, quiet hours hold back what can wait, and P1 never waits or hides.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showAlerts } from '../../src/flows/alerts.ts';
import { digestPlaces, postDigest } from '../../src/flows/digest.ts';
import { showProposals } from '../../src/flows/proposal.ts';
import { quietUntil } from '../../src/flows/quiet-hours.ts';
import { showCluster } from '../../src/flows/show-clusters.ts';
import { sweep } from '../../src/flows/sweep.ts';
import { AppError } from '../../src/model/errors.ts';
import type { PriorityLevel } from '../../src/model/ticket.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import { journalPlatform, openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
afterEach(() => w.close());

/** A new customer with a ticket of this priority. */
async function ticket(
  name: string,
  level: PriorityLevel | null = null,
  text = 'The export fails',
): Promise<number> {
  const { ticketId } = await w.write(text, { customer: { email: `${name}@acme.example`, name } });
  if (ticketId === null) throw new Error('no ticket');
  if (level) {
    const priority = { level, score: 50, factors: [] };
    await w.store.updateTicket(ticketId, { priority, priorityBy: 'ana@team.example' });
  }
  await w.work();
  return ticketId;
}

const heads = () => w.platform.posts.filter(({ place }) => !place.thread);
const inThreads = () => w.platform.posts.filter(({ place }) => place.thread);
const said = (post: { card: unknown } | undefined) => JSON.stringify(post?.card);

describe('a burst', () => {
  beforeEach(async () => {
    w = await openWorkspace({ noise: { burst: { count: 3, minutes: 5 } } });
  });
  const many = async (n: number, level?: PriorityLevel) => {
    const ids = [];
    for (let k = 0; k < n; k++) ids.push(await ticket(`c${w.platform.posts.length}-${k}`, level));
    return ids;
  };

  it('shares one message, each card in its thread, and the message keeps up', async () => {
    const ids = await many(7);
    expect(heads()).toHaveLength(4);
    const burst = heads().at(-1);
    expect(said(burst)).toContain('4 more about');
    expect(said(burst)).toContain('4 wait for an agent"');
    expect(inThreads().map(({ place }) => place.thread?.message)).toEqual(
      Array.from({ length: 4 }, () => burst?.ref.message),
    );
    for (const id of ids)
      expect(w.platform.posts.some((post) => post.card.ref?.ticketId === `T-${id}`)).toBe(true);

    await w.press('ana', ids.at(-1) ?? 0, { kind: 'resolve' });
    await w.work();
    expect(said(burst)).toContain('3 wait for an agent, 1 taken care of');
    expect(w.platform.posts).toHaveLength(8);
  });

  it('never swallows P1', async () => {
    await many(5);
    const id = await ticket('urgent', 'P1');
    expect(heads().at(-1)?.card.ref?.ticketId).toBe(`T-${id}`);
  });

  it('lets a card go that becomes P1 later, and says so where it stood', async () => {
    const ids = await many(5);
    const id = ids.at(-1) ?? 0;
    await w.press('ana', id, { kind: 'prioritise', priority: 'P1' });
    await w.work();
    const own = heads().at(-1);
    expect(own?.card.ref?.ticketId).toBe(`T-${id}`);
    expect(said(inThreads().at(-1))).toContain('has a card of its own');
    // From now on the card of its own is the one that is kept up to date.
    await w.press('ana', id, { kind: 'take' });
    await w.work();
    expect(said(own)).toContain('Ana has it');
    expect(heads().filter(({ card }) => card.ref?.ticketId === `T-${id}`)).toHaveLength(1);
  });

  it('ends when it calms down, and a later one gets a message of its own', async () => {
    await many(5);
    w.clock.advance(6 * 60_000);
    const calm = await ticket('later');
    expect(heads().at(-1)?.card.ref?.ticketId).toBe(`T-${calm}`);
    const before = heads().length;
    await many(4);
    expect(
      heads()
        .slice(before)
        .filter(({ card }) => card.ref?.ticketId.startsWith('B-')),
    ).toHaveLength(1);
    expect(heads().filter(({ card }) => card.ref?.ticketId.startsWith('B-'))).toHaveLength(2);
  });

  it('names the ticket of what comes later in the shared thread', async () => {
    const ids = await many(4);
    const id = ids.at(-1) ?? 0;
    const name = (await w.store.getCustomer((await w.store.getTicket(id))?.customerId ?? 0)).name ?? '';
    await w.write('It still fails, any news?', { customer: { email: `${name}@acme.example`, name } });
    await w.work();
    expect(said(inThreads().at(-1))).toContain(`"T-${id}"`);
    expect(said(inThreads().at(-1))).toContain('any news?');
  });
});

describe('quiet hours', () => {
  beforeEach(async () => {
    w = await openWorkspace({
      workspace: { timeZone: 'Europe/Paris' },
      noise: { burst: { count: 0 }, quietHours: { from: '19:00', to: '08:00' } },
    });
  });

  it('hold back what can wait until they end, also over a restart, and lose nothing', async () => {
    w.clock.set('2026-03-02T20:00:00Z');
    const id = await ticket('night', 'P4');
    const urgent = await ticket('fire', 'P2');
    expect(heads().map(({ card }) => card.ref?.ticketId)).toEqual([`T-${urgent}`]);
    // Nothing is left to do before the morning, however often somebody looks.
    await sweep(w.deps);
    await w.work();
    expect(heads()).toHaveLength(1);
    expect(await w.store.unfinishedTickets(w.clock.now(), 10)).toEqual([]);

    w.clock.set('2026-03-03T06:59:00Z');
    await sweep(w.deps);
    await w.work();
    expect(heads()).toHaveLength(1);
    w.clock.set('2026-03-03T07:00:00Z');
    await sweep(w.deps);
    await w.work();
    expect(heads().at(-1)?.card.ref?.ticketId).toBe(`T-${id}`);
    expect(heads()).toHaveLength(2);
  });

  it('end at once for a ticket that becomes urgent', async () => {
    w.clock.set('2026-03-02T20:00:00Z');
    const id = await ticket('night', 'P3');
    expect(heads()).toEqual([]);
    await w.store.updateTicket(id, { priority: { level: 'P1', score: 99, factors: [] } });
    await w.advance(id);
    expect(heads()).toHaveLength(1);
    // In the morning it is not posted again.
    w.clock.set('2026-03-03T08:00:00Z');
    await sweep(w.deps);
    await w.work();
    expect(heads()).toHaveLength(1);
  });

  it('are no hours by day', async () => {
    w.clock.set('2026-03-02T12:00:00Z');
    await ticket('noon', 'P4');
    expect(heads()).toHaveLength(1);
  });

  it('end within a day, at their time, whatever zone and hour', () => {
    const at = fc.date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Paris',
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Auckland',
    );
    fc.assert(
      fc.property(at, time, time, zone, (now, from, to, timeZone) => {
        fc.pre(from !== to);
        const end = quietUntil(now, { from, to }, timeZone);
        const clock = (date: Date) =>
          new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(date);
        const local = clock(now);
        const inside = from < to ? local >= from && local < to : local >= from || local < to;
        // Around a change of summer time an hour stands twice or not at all.
        const shifts = new Set(
          [-26, 0, 26].map((hours) => {
            const near = new Date(now.getTime() + hours * 3_600_000);
            return new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
              .formatToParts(near)
              .find(({ type }) => type === 'timeZoneName')?.value;
          }),
        );
        if (shifts.size > 1) return end === null || end.getTime() - now.getTime() <= 26 * 3_600_000;
        if (!inside) return end === null;
        return end !== null && end > now && end.getTime() - now.getTime() <= 86_400_000 && clock(end) === to;
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a channel that cannot be reached any more', () => {
  let slack: ReturnType<typeof journalPlatform>;
  async function open(yaml: Record<string, unknown> = {}) {
    slack = journalPlatform('slack');
    w = await openWorkspace({
      channels: { tickets: 'slack:C0SUPPORT', fallback: 'console:support' },
      ...yaml,
    });
    const platforms: [string, ChatPlatform][] = [
      ['console', w.platform],
      ['slack', slack],
    ];
    w.deps.platforms = new Map(platforms);
  }

  it.each(['channel_gone', 'token_revoked', 'missing_permission'])(
    'on %s a new card goes to the fallback channel and says where it belongs',
    async (code) => {
      await open();
      slack.break(new AppError(code, 'Slack does not want us'));
      const id = await ticket('first');
      expect(heads().map(({ card }) => card.ref?.ticketId)).toEqual([`T-${id}`]);
      expect(said(heads()[0])).toContain('Meant for slack:C0SUPPORT');
      expect(await w.store.unfinishedTickets(w.clock.now(), 10)).toEqual([]);
      // It is the ticket's card from now on.
      await w.press('ana', id, { kind: 'take' });
      await w.work();
      expect(said(heads()[0])).toContain('Ana has it');
      expect(heads()).toHaveLength(1);
    },
  );

  it('an open ticket follows when its channel goes', async () => {
    await open();
    const id = await ticket('first');
    expect(slack.posts).toHaveLength(1);
    slack.break(new AppError('channel_gone', 'Slack has no such channel'));
    await w.press('ana', id, { kind: 'take' });
    await w.work();
    expect(said(heads()[0])).toContain('Ana has it');
  });

  it('trouble that passes moves nothing', async () => {
    await open();
    slack.break(new AppError('slack_unavailable', '503', { retryable: true }));
    await expect(ticket('first')).rejects.toThrow('503');
    slack.break(null);
    await sweep(w.deps);
    await w.work();
    expect(slack.posts).toHaveLength(1);
    expect(heads()).toEqual([]);
  });

  it('a platform that is not set up is one, too', async () => {
    await open({ channels: { tickets: ['discord:42', 'teams:19:abc'], fallback: 'slack:C0FALLBACK' } });
    await ticket('first');
    expect(slack.posts.map(({ place }) => place.channel)).toEqual(['C0FALLBACK']);
    expect(said(slack.posts[0])).toContain('Meant for discord:42');
  });

  describe('of cards that are not about a ticket', () => {
    const shown: Record<string, () => Promise<unknown>> = {
      alerts: async () => {
        const body = { reasons: ['They said so.'], facts: [], quotes: [], article: null };
        const row = {
          kind: 'risk' as const,
          accountId: null,
          reason: 'risk',
          strength: 1,
          title: 'Acme',
          body,
        };
        await w.store.insertAlert({ ...row, createdAt: w.clock.now() });
        await showAlerts(w.deps);
      },
      proposals: async () => {
        const row = {
          kind: 'fixed' as const,
          key: 'fixed-1',
          title: 'Exports work',
          reason: 'fixed',
          texts: { en: '' },
        };
        await w.store.insertProposal({ ...row, createdAt: w.clock.now() }, []);
        await showProposals(w.deps);
      },
      bugs: async () => {
        const now = w.clock.now();
        const row = { kind: 'bug' as const, title: 'Exports fail', firstSeen: now, lastSeen: now };
        const sums = { terms: {}, signatures: {}, kinds: {}, categories: {} };
        const id = await w.store.insertCluster(
          { ...sums, size: 1, fault: 1, vector: new Float32Array(4) },
          row,
        );
        await w.store.updateCluster(id, { confirmedAt: now });
        await showCluster(w.deps, id);
      },
      digests: () => {
        const period = { kind: 'daily' as const, first: '2026-03-01', last: '2026-03-01', timeZone: 'UTC' };
        return postDigest(w.deps, period, digestPlaces(w.deps));
      },
    };

    it.each(Object.keys(shown))(
      '%s go to the fallback channel, too, and stay there in step',
      async (name) => {
        await open({
          channels: { [name]: ['slack:C0GONE', 'discord:42', 'console:own'], fallback: 'console:support' },
        });
        slack.break(new AppError('channel_gone', 'Slack has no such channel'));
        await shown[name]?.();
        const inChannel = (channel: string) => heads().filter(({ place }) => place.channel === channel);
        expect(inChannel('own')).toHaveLength(1);
        expect(inChannel('support')).toHaveLength(1);
        expect(said(inChannel('support')[0])).toMatch(/Meant for .*slack:C0GONE/);
        await shown[name]?.();
        expect(inChannel('own').length).toBe(inChannel('support').length);
      },
    );

    it('a place where trouble passes is waited for', async () => {
      await open({ channels: { alerts: 'slack:C0ALERTS' } });
      slack.break(new AppError('slack_unavailable', '503', { retryable: true }));
      await shown.alerts?.();
      expect(heads()).toEqual([]);
      slack.break(null);
      await showAlerts(w.deps);
      expect(slack.posts).toHaveLength(1);
    });
  });

  it('without a fallback the ticket is tried again now and then, and not all the time', async () => {
    await open({ channels: { tickets: 'slack:C0SUPPORT', fallback: 'slack:C0SUPPORT' } });
    slack.break(new AppError('channel_gone', 'Slack has no such channel'));
    await expect(ticket('first')).rejects.toThrow('no such channel');
    expect(await w.store.unfinishedTickets(w.clock.now(), 10)).toEqual([]);
    slack.break(null);
    w.clock.advance(3 * 60_000);
    await sweep(w.deps);
    await w.work();
    expect(slack.posts).toHaveLength(1);
  });
});

it('a channel that takes no more at the moment: the crowd is left to the queue, which knows the turns, and none is lost', async () => {
  w = await openWorkspace();
  w.platform.break(new AppError('rate_limited', 'no more', { retryable: true, retryAfterMs: 4_000 }));
  await expect(ticket('first')).rejects.toThrow('no more');
  const woken: number[] = [];
  const wake = { ...w.deps.wake, ticket: async (id: number) => void woken.push(id) };
  await sweep({ ...w.deps, wake });
  expect(woken).toEqual([]);
  // What is decided meanwhile is found at once, even when its own wake-up was lost.
  const [{ id = 0 } = {}] = await w.store.listTickets({ limit: 1 });
  await w.press('ana', id, { kind: 'take' });
  await sweep({ ...w.deps, wake });
  expect(woken).toEqual([id]);
  await expect(w.work()).rejects.toThrow('no more');
  // Whatever became of the queue's job, it is found in the end.
  w.platform.break(null);
  w.clock.advance(3 * 60_000);
  await sweep(w.deps);
  await w.work();
  expect(heads()).toHaveLength(1);
});

describe('mentions', () => {
  it('name the people of the route, once, on the first post', async () => {
    w = await openWorkspace({
      routes: [
        { when: { channel: 'email' }, to: 'console:support', mention: ['ben@team.example', 'team:billing'] },
      ],
    });
    const mentioned: string[][] = [];
    const post = w.platform.post;
    w.platform.post = (place, card, options) => {
      mentioned.push((options?.mention ?? []).map(({ name }) => name ?? ''));
      return post(place, card);
    };
    const id = await ticket('first');
    expect(mentioned).toEqual([['Ana', 'Ben']]);
    // Neither its updates, nor what comes into its thread, nor another card after somebody deleted it.
    await w.say('ben', id, '@deskhand shorter');
    await w.work();
    w.platform.posts.length = 0;
    await w.press('ana', id, { kind: 'take' });
    await w.work();
    expect(w.platform.posts.length).toBeGreaterThan(0);
    expect(mentioned.slice(1).flat()).toEqual([]);
  });

  it('are made when a ticket of a burst becomes P1 and gets a card of its own', async () => {
    w = await openWorkspace({
      noise: { burst: { count: 1, minutes: 5 } },
      routes: [{ when: {}, to: 'console:support', mention: ['Ana'] }],
    });
    const mentioned: [string | undefined, string[]][] = [];
    const post = w.platform.post;
    w.platform.post = (place, card, options) => {
      const names = (options?.mention ?? []).map(({ name }) => name ?? '');
      if (card.ref?.ticketId.startsWith('T-')) mentioned.push([card.ref.ticketId, names]);
      return post(place, card);
    };
    const [first, second] = [await ticket('first'), await ticket('second')];
    expect(mentioned).toEqual([
      [`T-${first}`, ['Ana']],
      [`T-${second}`, []],
    ]);
    await w.press('ben', second, { kind: 'prioritise', priority: 'P1' });
    await w.work();
    await w.press('ben', second, { kind: 'take' });
    await w.work();
    expect(mentioned.slice(2)).toEqual([[`T-${second}`, ['Ana']]]);
  });
});
