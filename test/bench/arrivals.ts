// Messages at a steady rate with an open page: how long until the card, and until a click is acknowledged.
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { CardNews } from './cards.ts';
import { type Figure, ms, percentile } from './figures.ts';
import { createMessageSource } from './messages.ts';
import { AGENT, type Stage } from './stage.ts';

/** A page that has not heard of a card this long after the last message will not. */
const CARD_LIMIT_MS = 60_000;
const replySchema = z.looseObject({ kind: z.string(), ok: z.boolean().optional() });

interface Arrivals {
  /** When each new ticket's message was sent, by ticket. */
  sentAt: Map<string, number>;
  /** Milliseconds from sending a message to its acknowledgement. */
  acknowledged: number[];
}

/** Sends `perSecond` for `forMs`, each at its time whether earlier ones are answered or not. */
async function arrive(
  stage: Stage,
  options: { perSecond: number; forMs: number; seed: number; run: string },
): Promise<Arrivals> {
  const source = await createMessageSource(options.seed, options.run);
  const sentAt = new Map<string, number>();
  const acknowledged: number[] = [];
  const sending: Promise<void>[] = [];
  const total = Math.round((options.perSecond * options.forMs) / 1_000);
  const started = performance.now();
  for (let i = 0; i < total; i++) {
    await wait(Math.max(0, started + (i * 1_000) / options.perSecond - performance.now()));
    sending.push(sendOne());
  }
  await Promise.all(sending);
  return { sentAt, acknowledged };

  async function sendOne(): Promise<void> {
    const before = performance.now();
    const { ticketId } = await stage.send(source.next());
    acknowledged.push(performance.now() - before);
    if (ticketId && !sentAt.has(ticketId)) sentAt.set(ticketId, before);
  }
}

/** From sending a message to its card with a draft on an open page. Only messages that open a ticket count. */
export async function measureLatency(
  stage: Stage,
  options: { perSecond: number; forMs: number },
): Promise<Figure[]> {
  const watch = await stage.watch();
  const { sentAt } = await arrive(stage, { ...options, seed: 3, run: 'latency' });
  await stage.finished();
  const limit = performance.now() + CARD_LIMIT_MS;
  const waits = () =>
    [...sentAt].flatMap(([ticket, at]) => {
      const card = watch.drafted.get(ticket);
      return card ? [card.at - at] : [];
    });
  // What counts as spam gets a card without a draft, and a page may be a moment behind the database.
  while (waits().length < sentAt.size * 0.99 && performance.now() < limit) await wait(200);
  watch.close();
  const shown = waits();
  return [
    {
      name: `receive to card at ${options.perSecond} messages/s`,
      value: `p50 ${ms(percentile(shown, 0.5))}, p95 ${ms(percentile(shown, 0.95))} (${shown.length} of ${sentAt.size} tickets)`,
    },
  ];
}

/** Approves drafts through the page's own route while messages keep arriving. */
export async function measureClicks(
  stage: Stage,
  options: { perSecond: number; clicksPerSecond: number; forMs: number },
): Promise<Figure[]> {
  const watch = await stage.watch();
  // Cards to click on from the first second.
  await arrive(stage, { perSecond: 10, forMs: 4_000, seed: 5, run: 'clicks-before' });
  await stage.finished();
  const clicked = new Set<string>();
  const answered: number[] = [];
  const refused: string[] = [];
  const clicking: Promise<void>[] = [];
  let over = false;
  const clicks = async () => {
    const started = performance.now();
    for (let i = 0; !over; i++) {
      await wait(Math.max(0, started + (i * 1_000) / options.clicksPerSecond - performance.now()));
      const card = [...watch.drafted.values()].find(({ ticketId }) => !clicked.has(ticketId));
      if (!card) continue;
      clicked.add(card.ticketId);
      clicking.push(click(card));
    }
  };
  const clickers = clicks();
  const { acknowledged } = await arrive(stage, { ...options, seed: 11, run: 'clicks' });
  over = true;
  await clickers;
  await Promise.all(clicking);
  const behind = await stage.backlog();
  watch.close();
  await stage.finished();
  return [
    {
      name: `click to acknowledgement at ${options.perSecond} messages/s`,
      value: `p50 ${ms(percentile(answered, 0.5))}, p99 ${ms(percentile(answered, 0.99))} (${answered.length} clicks, ${refused.length} refused)`,
    },
    {
      name: `message to acknowledgement at ${options.perSecond} messages/s`,
      value: `p50 ${ms(percentile(acknowledged, 0.5))}, p99 ${ms(percentile(acknowledged, 0.99))}`,
    },
    {
      name: `tickets behind after ${options.forMs / 1_000} s at ${options.perSecond} messages/s`,
      value: String(behind),
    },
  ];

  async function click({ ticketId, draftVersion }: CardNews): Promise<void> {
    const before = performance.now();
    const response = await fetch(`${stage.url}/console/api/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: stage.url },
      body: JSON.stringify({
        ref: { ticketId, draftVersion },
        agent: AGENT,
        at: null,
        intent: { type: 'decision', decision: { kind: 'approve' } },
      }),
    });
    const reply = replySchema.parse(await response.json());
    answered.push(performance.now() - before);
    if (reply.kind !== 'card') refused.push(ticketId);
  }
}
