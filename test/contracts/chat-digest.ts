// What chat platforms promise of a digest: figures, table and pictures as they can, nothing over a limit, no name acts.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { digestCards } from '../../src/cards/digest.ts';
import { digestCharts } from '../../src/cards/digest-charts.ts';
import { postDueDigests } from '../../src/flows/digest.ts';
import { drawChart } from '../../src/infra/charts/draw.ts';
import type { Block, Card } from '../../src/model/card.ts';
import type { Digest } from '../../src/model/digest.ts';
import { AppError } from '../../src/model/errors.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import { busyMonday } from '../support/busy-monday.ts';
import { appears, type Chat, until } from './chat-world.ts';

/** Links to it are ours; any other would be a customer's. */
const OURS = 'https://desk.example';
const HOSTILE = '@everyone <!channel> [x](https://evil.example) *Bold*';

/** A busy Monday with everything that a digest can tell. */
function aDigest(): Digest {
  const spread = { n: 30, median: 840, p90: 11_000 };
  const cluster = {
    id: 7,
    kind: 'bug' as const,
    title: `Exports stop ${HOSTILE}`,
    isNew: true,
    reports: 15,
    before: 0,
    accounts: 9,
    mrr: 4_200,
    issue: null,
  };
  return busyMonday({
    changes: [
      {
        about: 'New report',
        tone: 'warning',
        text: `New: “${cluster.title}”, 15 reports from 9 companies.`,
        drill: { view: 'clusters', cluster: 'C-7' },
      },
    ],
    themes: Array.from({ length: 30 }, (_, n) => ({
      category: `area/topic-${n}`,
      name: `${HOSTILE} ${n}`,
      received: 30 - n,
      normal: { mean: 3, deviation: 1, spans: 4 },
      response: spread,
      resolution: spread,
    })),
    days: Array.from({ length: 14 }, (_, n) => ({
      day: `2026-02-${String(n + 10)}`,
      received: n,
      normal: 5,
      current: n === 13,
      response: spread,
    })),
    clusters: [cluster],
    requests: { clusters: [{ ...cluster, id: 8, kind: 'feature_request', title: HOSTILE }], tickets: 3 },
    gaps: [{ category: 'area/topic-1', name: HOSTILE, n: 4 }],
    atRisk: [
      {
        account: HOSTILE,
        plan: HOSTILE,
        mrr: 900,
        renewalAt: null,
        health: 31,
        risk: 0.62,
        reasons: [HOSTILE],
        tickets: [1_042],
      },
    ],
    left: [{ account: HOSTILE, mrr: 900, at: new Date('2026-03-02T12:00:00Z'), tickets: 3 }],
    promotions: [{ category: 'area/topic-1', name: HOSTILE, mode: 'suggest', reviewed: 120, threshold: 0.8 }],
  });
}

async function cards(): Promise<Card[]> {
  const digest = aDigest();
  const charts = digestCharts(digest);
  const pictures: Record<string, Uint8Array> = {};
  for (const [name, { chart }] of Object.entries(charts)) pictures[name] = await drawChart(chart);
  const { card, thread } = digestCards(digest, { pictures, publicUrl: OURS });
  return [card, ...thread.map((post) => post.card)];
}

/** Whether pictures are the ones that were drawn; their bytes would say little in a failure. */
const hashOf = (png: Uint8Array) => createHash('sha256').update(png).digest('hex');

const blocksOf = <T extends Block['type']>({ blocks }: Card, type: T) =>
  blocks.filter((block): block is Extract<Block, { type: T }> => block.type === type);

/** `chat` answers the one of the test that runs. */
export function digestContract(chat: () => Chat): void {
  it('shows a digest with its figures, pictures and tables, and the details in its thread', async () => {
    const { platform, world } = chat();
    const [head, ...details] = await cards();
    if (!head) throw new Error('a digest has a card');
    const ref = await platform.post(chat().place(), head);
    const texts: string[] = [];
    const pictured: string[] = [];
    for (const [n, card] of [head, ...details].entries()) {
      const place = { ...chat().place(), thread: ref };
      const post = n === 0 ? ref : await platform.post(place, card);
      const seen = await appears(card.fallback, () => chat().see(post));
      expect(seen.thread).toBe(n === 0 ? null : (chat().see(ref)?.ref.message ?? ''));
      expect(seen.mentions.filter((one) => !one.includes(`](<${OURS}/dashboard?`))).toEqual([]);
      texts.push(seen.text);

      const charts = blocksOf(card, 'chart');
      const pictures = await world.pictures(seen);
      expect(pictures.map(({ png }) => hashOf(png))).toEqual(charts.map(({ png }) => hashOf(png)));
      for (const [at, { alt }] of charts.entries()) expect(pictures[at]?.alt).toContain(alt.slice(0, 30));
      pictured.push(...charts.map(({ title }) => title));
      const columns = blocksOf(card, 'table').map((table) => table.columns);
      if (world.tables) expect(world.tables(seen)).toEqual(columns);
      else for (const column of columns.flat()) expect(seen.text).toContain(column);
    }
    expect(world.refused()).toEqual([]);
    expect(pictured.length).toBeGreaterThan(2);
    expect(texts[0]).toContain('Monday 2 March 2026');
    expect(texts[0]).toContain('63');
    expect(texts.join('\n')).toContain('15 reports');
    expect(texts.join('\n')).toContain('area/topic-1 auto');
  });

  it('stands once on its day, although the process ended in the middle of its thread', async () => {
    const { desk, ticket } = chat();
    desk.deps.drawChart = drawChart;
    await ticket();
    desk.clock.set('2026-03-03T10:00:00Z');
    const { platform } = chat();
    const dying: ChatPlatform = {
      ...platform,
      async post(place, ...rest) {
        if (place.thread) throw new AppError('outcome_unknown', 'The process ended.', { retryable: true });
        return platform.post(place, ...rest);
      },
    };
    desk.deps.platforms = new Map([[dying.id, dying]]);
    await postDueDigests(desk.deps);
    const digests = () =>
      chat()
        .world.messages()
        .filter(({ text }) => !text.includes('T-'));
    await until(() => expect(digests()).toHaveLength(1));

    await chat().restart();
    for (let n = 0; n < 3; n++) await postDueDigests(desk.deps);
    const [head, ...thread] = digests();
    expect(head?.notification).toContain('Daily digest');
    expect(thread.length).toBeGreaterThan(1);
    expect(thread.map((post) => post.thread)).toEqual(thread.map(() => head?.ref.message));
    expect(new Set(thread.map(({ text }) => text)).size).toBe(thread.length);
    expect(chat().world.refused()).toEqual([]);
  });
}
