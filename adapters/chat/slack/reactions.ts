// 👀 on a card -> who is looking at it: pure parsing, and the order of what one person does on one message.
import { z } from 'zod';
import type { AdapterStore } from '../../../src/ports.ts';

/** 👀 put on a message, or taken back. */
export interface Look {
  user: string;
  channel: string;
  ts: string;
  on: boolean;
  /** When it happened, as Slack names moments: `1700000000.000100`. */
  at: string;
}

const lookSchema = z.looseObject({
  event: z.looseObject({
    type: z.enum(['reaction_added', 'reaction_removed']),
    reaction: z.literal('eyes'),
    user: z.string(),
    item: z.looseObject({ type: z.literal('message'), channel: z.string(), ts: z.string() }),
    event_ts: z.string().regex(/^\d{1,12}\.\d{1,9}$/),
  }),
});

/** A `reaction_added` or `reaction_removed` event; null for every other reaction. */
export function parseLook(body: unknown): Look | null {
  const event = lookSchema.safeParse(body).data?.event;
  if (!event) return null;
  const { type, user, item, event_ts: at } = event;
  return { user, channel: item.channel, ts: item.ts, on: type === 'reaction_added', at };
}

/** Slack repeats what it believes lost for an hour. */
const KEPT_MS = 86_400_000;

/**
 * Runs `work` for looks one after the other, and not for one that is older than, or the same as, what this person did
 * last on this message: Slack promises no order, and repeats.
 */
export function createLooks(store: AdapterStore): (look: Look, work: () => Promise<void>) => Promise<void> {
  let before = Promise.resolve();
  return (look, work) => {
    const turn = before.then(async () => {
      const key = `look/${look.channel}/${look.ts}/${look.user}`;
      const last = await store.get(key);
      if (typeof last === 'string' && !isAfter(look.at, last)) return;
      await work();
      await store.set(key, look.at, KEPT_MS);
    });
    before = turn.catch(() => undefined);
    return turn;
  };
}

/** Compares two of Slack's moments, which are too fine for a number. */
function isAfter(a: string, b: string): boolean {
  const [seconds = '', rest = ''] = a.split('.');
  const [otherSeconds = '', otherRest = ''] = b.split('.');
  const difference = Number(seconds) - Number(otherSeconds);
  return difference === 0 ? rest.padEnd(9, '0') > otherRest.padEnd(9, '0') : difference > 0;
}
