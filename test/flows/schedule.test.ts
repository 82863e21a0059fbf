// What the running bot does by itself at its time: its jobs as it starts them, and a clock that is moved.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordEvent } from '../../src/flows/record-event.ts';
import { startJobs } from '../../src/main/jobs.ts';
import { createClockwork } from '../support/clockwork.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

let w: Workspace;
let bot: ReturnType<typeof createClockwork>;
beforeEach(async () => {
  w = await openWorkspace({ workspace: { timeZone: 'Europe/Paris' } });
  w.clock.set('2026-03-03T02:00:00Z');
  bot = createClockwork(w.clock);
  await startJobs(bot.queue, w.deps);
});
afterEach(() => w.close());

async function ask(name: string, text: string): Promise<string> {
  const { ticketId } = await w.write(text, { customer: { email: `${name}@${name}.example`, name } });
  await w.work();
  return `T-${ticketId}`;
}
const cards = (prefix: string) =>
  w.platform.posts.filter(({ card }) => card.ref?.ticketId.startsWith(prefix));

describe('in the night of the team’s zone', () => {
  test('clusters that a few words kept apart become one, and later reports join it', async () => {
    const copy = await ask('ada', 'Can I have a copy of an invoice?');
    const missed = await ask('bob', 'Our bookkeeper misses the invoice of the May order');
    const both = await ask('cyd', 'Our bookkeeper misses an invoice, can I have a copy of the May order?');
    const clusters = async () =>
      (await w.store.clusterSummaries()).map(({ ticketIds }) => ticketIds.sort()).sort();
    const apart = [[copy], [missed, both]];
    expect(await clusters()).toEqual(apart);

    await bot.runUntil('2026-03-03T02:19:00Z');
    expect(await clusters()).toEqual(apart);
    await bot.runUntil('2026-03-03T02:20:00Z');
    expect(await clusters()).toEqual([[copy, missed, both]]);

    const later = await ask('dot', 'Can I have a copy of an invoice?');
    expect(await clusters()).toEqual([[copy, missed, both, later]]);
  });

  test('what many ask and no article answers is told', async () => {
    const draft = w.engine.draft;
    w.engine.draft = async (input) => ({ ...(await draft(input)), answerable: false });
    for (const name of ['ada', 'bob', 'cyd']) await ask(name, 'Can I pay my invoice by bank transfer?');
    await bot.runUntil('2026-03-03T02:39:00Z');
    expect(cards('A-')).toEqual([]);
    await bot.runUntil('2026-03-03T02:40:00Z');
    expect(cards('A-').map(({ card }) => JSON.stringify(card.blocks))).toEqual([
      expect.stringContaining('3 customers asked this'),
    ]);
  });
});

test('an error that comes again and again is written about within a quarter of an hour', async () => {
  w.clock.set('2026-03-03T10:01:00Z');
  for (let times = 0; times < 3; times++)
    await recordEvent(w.deps, {
      customer: { email: 'maria@acme.example', name: 'Maria Silva' },
      type: 'error',
      data: { code: 'EXP-504' },
    });
  await bot.runUntil('2026-03-03T10:14:00Z');
  expect(cards('P-')).toEqual([]);
  await bot.runUntil('2026-03-03T10:16:00Z');
  await w.work();
  expect(cards('P-').map(({ card }) => JSON.stringify(card.blocks))).toEqual([
    expect.stringContaining('EXP-504 3 times within a day'),
  ]);
});

test('the digest of a day comes the next morning at its hour, once', async () => {
  await ask('ada', 'Can I have a copy of an invoice?');
  w.clock.set('2026-03-04T07:25:00Z');
  const digests = () => w.platform.posts.filter(({ place }) => place.channel === 'digests' && !place.thread);
  await bot.runUntil('2026-03-04T07:29:00Z');
  expect(digests()).toEqual([]);
  await bot.runUntil('2026-03-04T07:30:00Z');
  expect(digests()).toHaveLength(1);
  await bot.runUntil('2026-03-04T07:40:00Z');
  expect(digests()).toHaveLength(1);
  expect(digests()[0]?.card.fallback).toContain('3 March');
});
